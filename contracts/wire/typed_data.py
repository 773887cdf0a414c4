"""EIP-712 digests of everything that is signed in this system.

The domain binds a signature to one contract on one chain. The types are fixed here and in the contract;
`vectors.json` holds both to the same bytes, and a test holds them to eth_account's own EIP-712.
"""

from dataclasses import dataclass
from functools import lru_cache

from contracts.wire.hashing import keccak256
from contracts.wire.units import Address, Cents, Hash, Timestamp

NAME = "Kindpakket"
VERSION = "1"

DOMAIN_TYPE = keccak256(b"EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)")
PAYMENT_TYPE = keccak256(b"Payment(address terminal,uint32 sequence,uint32 programme,uint32 amount,uint40 time)")
ASK_TYPE = keccak256(
    b"Ask(address terminal,uint32 sequence,uint32 programme,uint32 amount,uint40 time,uint40 deadline)"
)
DELEGATION_TYPE = keccak256(b"Delegation(uint32 programme,uint32 ceiling,uint40 expiry,uint32 counter)")
ORDER_TYPE = keccak256(b"Order(uint32 programme,uint32 shop,uint32 amount,uint40 until,uint64 number)")
JOURNAL_TYPE = keccak256(b"Journal(address terminal,uint32 sequence,bytes32 head)")
REGISTRATION_TYPE = keccak256(b"Registration(address terminal,uint32 shop)")
REQUEST_TYPE = keccak256(b"Request(address terminal,string method,string target,bytes32 body,uint40 time)")


@dataclass(frozen=True, slots=True)
class Domain:
    """One contract on one chain."""

    chain_id: int
    contract: Address

    def separator(self) -> Hash:
        """The domain separator of EIP-712, 32 bytes."""
        return _separator(self.chain_id, self.contract)


def payment(domain: Domain, terminal: Address, sequence: int, programme: int, amount: Cents, time: Timestamp) -> Hash:
    """What the pass signs: this amount, to this line of this terminal's journal, once."""
    words = (_word(terminal), _word(sequence), _word(programme), _word(amount), _word(time))
    return _digest(domain, keccak256(PAYMENT_TYPE, *words))


def ask(
    domain: Domain,
    terminal: Address,
    sequence: int,
    programme: int,
    amount: Cents,
    time: Timestamp,
    deadline: Timestamp,
) -> Hash:
    """What the pass signs when the contract is asked first: as a payment, judged until the deadline."""
    words = (_word(terminal), _word(sequence), _word(programme), _word(amount), _word(time), _word(deadline))
    return _digest(domain, keccak256(ASK_TYPE, *words))


def delegation(domain: Domain, programme: int, ceiling: Cents, expiry: Timestamp, counter: int) -> Hash:
    """What the pass signs for a phone: one payment up to the ceiling, before the expiry, once per counter."""
    words = (_word(programme), _word(ceiling), _word(expiry), _word(counter))
    return _digest(domain, keccak256(DELEGATION_TYPE, *words))


def order(domain: Domain, programme: int, shop: int, amount: Cents, until: Timestamp, number: int) -> Hash:
    """What the pass signs to have an amount set aside for a shop, until then, once for each number."""
    words = (_word(programme), _word(shop), _word(amount), _word(until), _word(number))
    return _digest(domain, keccak256(ORDER_TYPE, *words))


def journal(domain: Domain, terminal: Address, sequence: int, head: Hash) -> Hash:
    """What the terminal signs for each entry: the journal up to this sequence hashes to this head."""
    return _digest(domain, keccak256(JOURNAL_TYPE, _word(terminal), _word(sequence), head))


def registration(domain: Domain, terminal: Address, shop: int) -> Hash:
    """What the terminal signs once: it agrees to be bound to this shop, for good."""
    return _digest(domain, keccak256(REGISTRATION_TYPE, _word(terminal), _word(shop)))


def request(domain: Domain, terminal: Address, method: str, target: str, body: bytes, time: Timestamp) -> Hash:
    """What a terminal or a pass signs to ask for its own things: method, path with query, body and time."""
    texts = (keccak256(method.encode()), keccak256(target.encode()))
    return _digest(domain, keccak256(REQUEST_TYPE, _word(terminal), *texts, keccak256(body), _word(time)))


@lru_cache(maxsize=16)  # on the path between confirm and approved, twice
def _separator(chain_id: int, contract: Address) -> Hash:
    name, version = keccak256(NAME.encode()), keccak256(VERSION.encode())
    return keccak256(DOMAIN_TYPE, name, version, _word(chain_id), _word(contract))


def _digest(domain: Domain, struct_hash: Hash) -> Hash:
    return keccak256(b"\x19\x01", domain.separator(), struct_hash)


def _word(value: int | bytes) -> bytes:
    return value.to_bytes(32) if isinstance(value, int) else value.rjust(32, b"\0")
