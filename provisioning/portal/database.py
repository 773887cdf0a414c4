"""Where the portal's tables stand, as Django is told."""

from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from contracts.wire.errors import Broken

SQLITE = "portal.sqlite"
"""The file in the portal's folder."""
_SQLITE = {
    "transaction_mode": "IMMEDIATE",  # a writer waits at its beginning, and is never refused in its middle
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
    "timeout": 20,
}


def described(where: str, place: Path) -> dict[str, Any]:
    """`sqlite`, or a URL `postgresql://user:password@host:port/name?option=value`, as in DATABASES. Raises Broken."""
    if where == "sqlite":
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": place / SQLITE, "OPTIONS": dict(_SQLITE)}
    parts = urlsplit(where)
    if parts.scheme != "postgresql" or not _has_port(parts):
        raise Broken("the portal's database is `sqlite` or postgresql://user@host/name")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "OPTIONS": dict(parse_qsl(parts.query)),
    }


def _has_port(parts: SplitResult) -> bool:
    """Whether its port is one, or none: a password with a / in it reads as a port, and would be quoted in the error."""
    try:
        return parts.port is None or parts.port > 0
    except ValueError:
        return False
