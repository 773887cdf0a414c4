"""The shop's PIN, as the configuration keeps it: sealed by scrypt (RFC 7914), so that who reads the file has to guess.

    scrypt 14 8 1 <salt, 16 bytes in hex> <sealed, 32 bytes in hex>          log2 of the cost, block size, parallelism

It keeps customers and passers-by from the menu. Whoever has the file and an hour tries all PINs of four digits.
"""

import hashlib
import hmac
import re
import secrets

DIGITS = re.compile(r"[0-9]{4,8}")
"""What the keypad can type, and a person remember."""

_COST, _BLOCK, _PARALLEL = 14, 8, 1  # 16 MB for some tens of milliseconds
_SALT_BYTES = 16
_SEALED_BYTES = 32
_MEMORY_MAX = 64 * 2**20
_FORM = re.compile(
    rf"scrypt {_COST} {_BLOCK} {_PARALLEL} ([0-9a-f]{{{2 * _SALT_BYTES}}}) ([0-9a-f]{{{2 * _SEALED_BYTES}}})"
)


def seal(digits: str) -> str:
    """What the configuration keeps instead of these digits. Raises ValueError unless they are 4 to 8."""
    if not DIGITS.fullmatch(digits):
        raise ValueError("a PIN has 4 to 8 digits")
    salt = secrets.token_bytes(_SALT_BYTES)
    return f"scrypt {_COST} {_BLOCK} {_PARALLEL} {salt.hex()} {_scrypt(digits, salt).hex()}"


def is_sealed(text: str) -> bool:
    """Whether it is what `seal` makes."""
    return _FORM.fullmatch(text) is not None


def opens(sealed: str, digits: str) -> bool:
    """Whether these are the digits that were sealed. Takes some tens of milliseconds."""
    match = _FORM.fullmatch(sealed)
    if match is None:
        return False
    salt, expected = map(bytes.fromhex, match.groups())
    return hmac.compare_digest(_scrypt(digits, salt), expected)


def _scrypt(digits: str, salt: bytes) -> bytes:
    cost = {"n": 2**_COST, "r": _BLOCK, "p": _PARALLEL, "maxmem": _MEMORY_MAX, "dklen": _SEALED_BYTES}
    return hashlib.scrypt(digits.encode(), salt=salt, **cost)
