"""keccak-256 as Ethereum uses it (the original padding, not that of FIPS 202)."""

from Crypto.Hash import keccak

from contracts.wire.units import Hash


def keccak256(*parts: bytes) -> Hash:
    """The keccak-256 of the parts, one after the other without separators."""
    digest = keccak.new(digest_bits=256)
    for part in parts:
        digest.update(part)
    return Hash(digest.digest())
