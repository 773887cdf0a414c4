"""A contract with money on a real chain, and tills that keep journals: what a gateway stands between."""

import itertools
import time
from dataclasses import dataclass, field
from typing import Any

from coincurve import PrivateKey
from eth_account import Account
from web3 import Web3

from contracts import compile as artifacts
from contracts.deployment import Deployment
from contracts.embedded.accounts import development_keys
from contracts.wire import journal, typed_data
from contracts.wire.batch import Segment
from contracts.wire.entry import Payment
from contracts.wire.hashing import keccak256
from contracts.wire.signature import address_of, sign, words
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address, Cents, Hash, Timestamp, from_hex, to_hex

KEY_OF_OWNER, KEY_OF_SHARED_GATEWAY, KEY_OF_GATEWAY = development_keys()[:3]
NETWORK = 7
FLOOR = 5_000
DAY = 86_400
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
        sequence = len(self.entries) + 1
        payment = Payment(programme, Cents(amount), Timestamp(int(time.time()) if when is None else when))
        self.entries.append(payment.pack(sign(card.key, payment.digest(self.domain, self.address, sequence))))
        return sequence

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
        euro, contract = artifacts.load("development_euro"), artifacts.load("kindpakket")
        self.euro = self._deploy(euro)
        self.contract = self._deploy(contract, NETWORK)
        self.domain = Domain(self.web3.eth.chain_id, Address(from_hex(self.contract.address)))
        now = int(time.time())
        self.send(self.contract.functions.register_sponsor(self.owner.address))
        self.send(
            self.contract.functions.create_programme(
                "Kindpakket", self.euro.address, now - DAY, now + 30 * DAY, FLOOR, DAY
            )
        )
        self.send(self.euro.functions.mint(self.owner.address, 10**9))
        self.send(self.euro.functions.approve(self.contract.address, 10**9))
        self.send(self.contract.functions.fund(1, 10**8))
        self.send(self.contract.functions.register_shop(self.owner.address))
        self.send(self.contract.functions.admit_shop(1, 1, True))

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

    def till(self, slice_cents: int = SLICE) -> Till:
        till = Till(self.domain)
        self.register(till.address, sign(till.key, typed_data.registration(self.domain, till.address, 1)))
        if slice_cents:
            self.send(self.contract.functions.raise_slice(1, checksum(till.address), slice_cents))
        return till

    def register(self, terminal: Address, consent: bytes) -> None:
        self.send(self.contract.functions.register_terminal(checksum(terminal), 1, words(consent)))

    def card(self, cents: int = GRANTED) -> Pass:
        card = Pass()
        self.grant(card, cents)
        return card

    def grant(self, *cards_and_cents: Any) -> None:
        cards, amounts = cards_and_cents[::2], cards_and_cents[1::2]
        reference = keccak256(f"grant {next(_serial)}".encode())
        addresses = [checksum(card.address) for card in cards]
        self.send(self.contract.functions.grant(1, reference, addresses, amounts))

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
