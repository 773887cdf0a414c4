"""The hash chain over a terminal's entries, and the terminal's signature at each of them.

    head 0        = keccak256(domain separator, terminal)        names chain, contract and terminal
    head n        = keccak256(head n-1, entry n)                 sequence n, the first entry has 1
    signature n   = the terminal over Journal(terminal, n, head n)

The newest signature vouches for every entry before it. The contract keeps the low 160 bits of its head.
"""

from collections.abc import Iterable

from contracts.wire import typed_data
from contracts.wire.hashing import keccak256
from contracts.wire.signature import recover
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address, Hash

KEPT_HEAD_BYTES = 20


def genesis(domain: Domain, terminal: Address) -> Hash:
    """The head of a journal without entries."""
    return keccak256(domain.separator(), terminal)


def advance(head: Hash, entry: bytes) -> Hash:
    """The head after one more entry."""
    return keccak256(head, entry)


def advance_all(head: Hash, entries: Iterable[bytes]) -> Hash:
    """The head after these entries."""
    for entry in entries:
        head = advance(head, entry)
    return head


def kept(head: Hash) -> bytes:
    """The 20 bytes of the head that the contract keeps."""
    return head[-KEPT_HEAD_BYTES:]


def is_signed(domain: Domain, terminal: Address, sequence: int, head: Hash, signature: bytes) -> bool:
    """Whether the terminal vouches that its journal up to this sequence hashes to this head."""
    return recover(typed_data.journal(domain, terminal, sequence, head), signature) == terminal
