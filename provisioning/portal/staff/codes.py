"""What people read and type: passwords that are handed out, and recovery codes."""

import secrets

_SIGNS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"  # none that is taken for another
_GROUP = 5


def _drawn(groups: int) -> str:
    return "-".join("".join(secrets.choice(_SIGNS) for _ in range(_GROUP)) for _ in range(groups))


def password() -> str:
    """A first password, of 98 bits."""
    return _drawn(4)


def recovery() -> str:
    """One recovery code, of 49 bits: more than a throttled page lets anybody try."""
    return _drawn(2)
