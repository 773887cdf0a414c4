"""A contract with money on a real chain, and tills that keep journals: what a gateway stands between."""

import itertools
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from coincurve import PrivateKey
from eth_account import Account
from web3 import Web3
from web3.exceptions import ContractLogicError

from contracts import compile as artifacts
from contracts.deployment import Deployment
from contracts.embedded.accounts import development_keys
from contracts.wire import journal, typed_data
from contracts.wire.batch import Segment
from contracts.wire.entry import Ask, Delegation, Payment, PhoneAsk, PhonePayment, Refund, Retire, Sale
from contracts.wire.hashing import keccak256
from contracts.wire.signature import address_of, sign, words
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address, Cents, Hash, Timestamp, from_hex, to_hex

KEY_OF_OWNER, KEY_OF_SHARED_GATEWAY, KEY_OF_GATEWAY = development_keys()[:3]
NETWORK = 7
FLOOR = 5_000
DAY_LIMIT = 100_000
DAY = 86_400
TOYS = 3
ADMITTED, EXCLUDED = 1, 2
GRANTED = 30_000
SLICE = 50_000
_serial = itertools.count(1)


def new_key(name: str) -> PrivateKey:
    return PrivateKey(keccak256(f"{name} {next(_serial)} {time.time_ns()}".encode()))


@dataclass
class Pass:
    key: PrivateKey = field(default_factory=lambda: new_key("family-01"))

    @property
    def address(self) -> Address:
        return address_of(self.key)


@dataclass
class Till:
    """A terminal's journal, honest unless a test makes it otherwise."""

    domain: Domain
    key: PrivateKey = field(default_factory=lambda: new_key("till"))
    entries: list[bytes] = field(default_factory=list)

    @property
    def address(self) -> Address:
        return address_of(self.key)

    @property
    def url(self) -> str:
        return f"/v1/terminals/{to_hex(self.address)}"

    def copy(self) -> "Till":
        return Till(self.domain, self.key, list(self.entries))

    def head(self, sequence: int) -> Hash:
        return journal.advance_all(journal.genesis(self.domain, self.address), self.entries[:sequence])

    def pay(self, card: Pass, amount: int, programme: int = 1, when: int | None = None) -> int:
        return self._sell(card, Payment(programme, Cents(amount), moment(when)))

    def ask(self, card: Pass, amount: int, deadline: int | None = None, when: int | None = None) -> int:
        return self._sell(card, Ask(1, Cents(amount), moment(when), moment(deadline, 120)))

    def phone(self, card: Pass, amount: int, counter: int, ceiling: int = FLOOR, when: int | None = None) -> int:
        delegation = Delegation(1, Cents(ceiling), moment(None, 300), counter)
        return self._sell(card, PhonePayment(Cents(amount), moment(when), delegation))

    def phone_ask(self, card: Pass, amount: int, counter: int, ceiling: int = GRANTED) -> int:
        delegation = Delegation(1, Cents(ceiling), moment(None, 300), counter)
        return self._sell(card, PhoneAsk(Cents(amount), moment(), moment(None, 120), delegation))

    def refund(self, card: Pass, amount: int, sale: int, of: "Till | None" = None, programme: int = 1) -> int:
        terminal = (of or self).address
        return self.add(Refund(programme, Cents(amount), moment(), card.address, terminal, sale).pack())

    def retire(self) -> int:
        return self.add(Retire(moment()).pack())

    def _sell(self, card: Pass, sale: Sale) -> int:
        digest = sale.digest(self.domain, self.address, len(self.entries) + 1)
        return self.add(sale.pack(sign(card.key, digest)))

    def add(self, entry: bytes) -> int:
        self.entries.append(entry)
        return len(self.entries)

    def segment(self, first: int = 1, last: int | None = None) -> Segment:
        last = len(self.entries) if last is None else last
        digest = typed_data.journal(self.domain, self.address, last, self.head(last))
        signature = sign(self.key, digest)
        return Segment(self.address, first, self.head(first - 1), tuple(self.entries[first - 1 : last]), signature)

    def body(self, first: int = 1, last: int | None = None) -> dict[str, Any]:
        return body_of(self.segment(first, last))

    def headers(self, target: str, when: int | None = None) -> dict[str, str]:
        moment = Timestamp(int(time.time()) if when is None else when)
        digest = typed_data.request(self.domain, self.address, "GET", target, b"", moment)
        return {"Kindpakket-Time": str(moment), "Kindpakket-Signature": to_hex(sign(self.key, digest))}


def moment(when: int | None = None, later: int = 0) -> Timestamp:
    return Timestamp(int(time.time()) + later if when is None else when)


def body_of(segment: Segment) -> dict[str, Any]:
    return {
        "first": segment.first,
        "previous_head": to_hex(segment.previous_head),
        "entries": [to_hex(entry) for entry in segment.entries],
        "signature": to_hex(segment.signature),
    }


class World:
    """One contract with one sponsor, one programme with money, one shop; tills and passes are added by tests."""

    def __init__(self, rpc_url: str, key: bytes = KEY_OF_OWNER) -> None:
        self.rpc_url = rpc_url
        self.web3 = Web3(Web3.HTTPProvider(rpc_url))
        self.owner = Account.from_key(key)
        self.block = self.web3.eth.block_number + 1
        self.euro = self._deploy(artifacts.load("development_euro"))
        office = self._deploy(artifacts.load("office"))
        self.contract = self._deploy(artifacts.load("kindpakket"), NETWORK, office.address)
        self.domain = Domain(self.web3.eth.chain_id, Address(from_hex(self.contract.address)))
        now = int(time.time())
        self.send(self.contract.functions.register_sponsor(self.owner.address))
        self.programme(now - 30 * DAY, now + 30 * DAY)
        self.send(self.euro.functions.mint(self.owner.address, 10**9))
        self.send(self.euro.functions.approve(self.contract.address, 10**9))
        self.send(self.contract.functions.fund(1, 10**8))
        self.shop(ADMITTED)

    def record(self) -> Deployment:
        code = self.web3.eth.get_code(self.contract.address)
        return Deployment(
            chain_id=self.domain.chain_id,
            contract=self.domain.contract,
            block=self.block,
            code_hash=keccak256(bytes(code)),
            network=NETWORK,
            token=Address(from_hex(self.euro.address)),
            rpc_url=None,
        )

    def programme(
        self, begins: int, ends: int, floor: int = FLOOR, day_limit: int = DAY_LIMIT, name: str = "Kindpakket"
    ) -> None:
        terms = (name, self.euro.address, begins, ends, floor, day_limit, DAY, 1 << TOYS)
        self.send(self.contract.functions.create_programme(*terms))

    def shop(self, standing: int, category: int = 0) -> int:
        """One more shop, and what it is to the first programme."""
        self.send(self.contract.functions.register_shop(1, self.owner.address))
        shop = int(self.contract.functions.shop_count().call())
        self.send(self.contract.functions.place_shop(1, shop, category, standing))
        return shop

    def till(self, slice_cents: int = SLICE, shop: int = 1) -> Till:
        till = Till(self.domain)
        self.register(till.address, sign(till.key, typed_data.registration(self.domain, till.address, shop)), shop)
        if slice_cents:
            self.send(self.contract.functions.raise_slice(1, checksum(till.address), slice_cents))
        return till

    def register(self, terminal: Address, consent: bytes, shop: int = 1) -> None:
        self.send(self.contract.functions.register_terminal(checksum(terminal), shop, words(consent)))

    def card(self, cents: int = GRANTED, programme: int = 1) -> Pass:
        card = Pass()
        self.grant(card, cents, programme)
        return card

    def grant(self, card: Pass, cents: int, programme: int = 1) -> None:
        reference = keccak256(f"grant {next(_serial)}".encode())
        self.send(self.contract.functions.grant(programme, reference, [checksum(card.address)], [cents]))

    def block_pass(self, card: Pass, blocked: bool = True) -> None:
        self.send(self.contract.functions.set_pass_blocked(1, checksum(card.address), blocked))

    def reissue(self, old: Pass, new: Pass | None = None, programme: int = 1) -> Pass:
        card = new or Pass()
        self.send(self.contract.functions.reissue(programme, checksum(old.address), checksum(card.address)))
        return card

    def order(self, card: Pass, amount: int, shop: int = 1, until: int | None = None, programme: int = 1) -> Any:
        """What sets an amount aside for a shop, as the pass signs it; `send` it."""
        ends, number = moment(until, 3_600), next(_serial)
        digest = typed_data.order(self.domain, programme, shop, Cents(amount), ends, number)
        signature = words(sign(card.key, digest))
        return self.contract.functions.set_aside(programme, shop, amount, ends, number, signature)

    def free(self, card: Pass, shop: int = 1, programme: int = 1) -> Any:
        return self.contract.functions.free_order(programme, shop, checksum(card.address))

    def allows(self, function: Any) -> bool:
        """Whether the contract takes this call of the sponsor's now."""
        with suppress(ContractLogicError):
            function.call({"from": self.owner.address})
            return True
        return False

    def sequence(self, till: Till) -> int:
        return int(self.contract.functions.terminal(checksum(till.address)).call()[1])

    def left(self, card: Pass) -> int:
        return int(self.contract.functions.budget(1, checksum(card.address)).call()[0])

    def credit(self) -> int:
        return int(self.contract.functions.credit(1, 1).call())

    def slice_left(self, till: Till) -> int:
        return int(self.contract.functions.slice_of(1, checksum(till.address)).call()[0])

    def settle(self, batch: bytes) -> None:
        self.send(self.contract.functions.settle(batch))

    def send(self, function: Any) -> Any:
        nonce = self.web3.eth.get_transaction_count(self.owner.address)
        fields = {"from": self.owner.address, "nonce": nonce, "gas": 8_000_000, "gasPrice": 10**11}
        signed = self.owner.sign_transaction(function.build_transaction(fields))
        sent = self.web3.eth.send_raw_transaction(signed.raw_transaction)
        receipt = self.web3.eth.wait_for_transaction_receipt(sent, poll_latency=0.01)
        assert receipt["status"] == 1
        return receipt

    def _deploy(self, artifact: dict[str, Any], *arguments: Any) -> Any:
        factory = self.web3.eth.contract(abi=artifact["abi"], bytecode=artifact["bytecode"])
        receipt = self.send(factory.constructor(*arguments))
        return self.web3.eth.contract(address=receipt["contractAddress"], abi=artifact["abi"])


def checksum(address: Address) -> str:
    return Web3.to_checksum_address(to_hex(address))
