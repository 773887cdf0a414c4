"""Units that the types carry: money is whole euro cents, time is whole seconds since 1970 UTC."""

from typing import NewType

Cents = NewType("Cents", int)
"""Money in integer euro cents; on the wire an unsigned 32-bit number."""

Timestamp = NewType("Timestamp", int)
"""Whole seconds since 1970-01-01 00:00 UTC; on the wire an unsigned 40-bit number."""

Address = NewType("Address", bytes)
"""20 bytes: the last 20 of the keccak-256 of an uncompressed public key (Ethereum yellow paper, appendix F)."""

Hash = NewType("Hash", bytes)
"""32 bytes of keccak-256."""

CENTS_MAX = Cents(2**32 - 1)
TIMESTAMP_MAX = Timestamp(2**40 - 1)
SEQUENCE_MAX = 2**32 - 1
PROGRAMME_MAX = 2**32 - 1
ADDRESS_BYTES = 20
HASH_BYTES = 32


def cents(value: int) -> Cents:
    """The value as Cents. Raises ValueError outside 0 .. 2**32-1."""
    if not 0 <= value <= CENTS_MAX:
        raise ValueError(f"money is 0 to {CENTS_MAX} cents, not {value}")
    return Cents(value)


def timestamp(value: int) -> Timestamp:
    """The value as Timestamp. Raises ValueError outside 0 .. 2**40-1."""
    if not 0 <= value <= TIMESTAMP_MAX:
        raise ValueError(f"a time is 0 to {TIMESTAMP_MAX} seconds since 1970, not {value}")
    return Timestamp(value)


def address(value: bytes) -> Address:
    """The value as Address. Raises ValueError unless it is 20 bytes."""
    if len(value) != ADDRESS_BYTES:
        raise ValueError(f"an address is {ADDRESS_BYTES} bytes, not {len(value)}")
    return Address(bytes(value))


def hash32(value: bytes) -> Hash:
    """The value as Hash. Raises ValueError unless it is 32 bytes."""
    if len(value) != HASH_BYTES:
        raise ValueError(f"a hash is {HASH_BYTES} bytes, not {len(value)}")
    return Hash(bytes(value))


def from_hex(text: str) -> bytes:
    """The bytes behind `0x...`. Raises ValueError for anything but 0x and pairs of hex digits."""
    digits = text.removeprefix("0x")
    if digits == text or not all(c in "0123456789abcdefABCDEF" for c in digits):
        raise ValueError("expected 0x followed by hex digits")
    return bytes.fromhex(digits)


def to_hex(value: bytes) -> str:
    """The bytes as `0x...` in lower case, the one text form of bytes in this project."""
    return "0x" + value.hex()


def euros(amount: Cents) -> str:
    """The amount as a Dutch till prints it: 1.234,50 without a sign."""
    whole, rest = divmod(amount, 100)
    return f"{whole:,}".replace(",", ".") + f",{rest:02d}"
