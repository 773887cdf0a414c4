"""secp256k1 signatures in 64 bytes (EIP-2098): r, then s with the parity of R's y in its top bit.

Signing is deterministic (RFC 6979), so it needs no randomness and the same bytes go out on each retry.
"""

from coincurve import PrivateKey, PublicKey

from contracts.wire.hashing import keccak256
from contracts.wire.units import Address, Hash

SIGNATURE_BYTES = 64
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
"""The group order n of secp256k1 (SEC 2, section 2.4.1)."""

HALF_ORDER = ORDER // 2
"""The largest s that is accepted: the other half is the same signature written differently (EIP-2)."""

_PARITY = 1 << 255


def is_private_key(secret: bytes) -> bool:
    """Whether the 32 bytes are a private key: 1 .. n-1."""
    return len(secret) == 32 and 0 < int.from_bytes(secret) < ORDER


def address_of(key: PrivateKey) -> Address:
    """The address that signatures of this key recover to."""
    return _address(key.public_key)


def sign(key: PrivateKey, digest: Hash) -> bytes:
    """The 64 bytes of EIP-2098 over the digest; s is always in the lower half."""
    raw = key.sign_recoverable(digest, hasher=None)
    return raw[:32] + (int.from_bytes(raw[32:64]) | raw[64] << 255).to_bytes(32)


def recover(digest: Hash, signature: bytes) -> Address | None:
    """Whose signature it is, or None where the contract's ecrecover would find nobody either."""
    if len(signature) != SIGNATURE_BYTES:
        return None
    r, parity_and_s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
    s = parity_and_s & (_PARITY - 1)
    if not 0 < r < ORDER or not 0 < s <= HALF_ORDER:
        return None
    raw = signature[:32] + s.to_bytes(32) + bytes([parity_and_s >> 255])
    try:
        return _address(PublicKey.from_signature_and_message(raw, digest, hasher=None))
    except (ValueError, RuntimeError):
        return None  # r is the x of no point on the curve


def words(signature: bytes) -> tuple[bytes, bytes]:
    """The 64 bytes as the contract takes a signature that stands alone (bytes32[2]): r, and s with the parity."""
    return signature[:32], signature[32:]


def _address(key: PublicKey) -> Address:
    return Address(keccak256(key.format(compressed=False)[1:])[-20:])
