"""What one entry of a journal is called outside its journal: the name under which a sponsor makes good for it once."""

from contracts.wire.hashing import keccak256
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address, Hash


def entry_digest(domain: Domain, terminal: Address, sequence: int, entry: bytes) -> Hash:
    """keccak-256 of domain separator, terminal, sequence (4 bytes, big-endian) and the entry's bytes.

    The same bytes at another place, of another terminal or for another contract have another digest.
    """
    return keccak256(domain.separator(), terminal, sequence.to_bytes(4), entry)
