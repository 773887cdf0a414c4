"""The portal's one key, from which every other is derived: sessions, what is sealed, and what is searched by.

Whoever has the database has no names without this file; so the two are kept, and backed up, apart.
"""

import os
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from contracts.wire.errors import Broken
from provisioning.portal import config
from terminal.private import put

FILE = "portal.key"
KEY_BYTES = 32


def make(place: Path) -> None:
    """A new key in the folder; what is there stays. Raises Broken."""
    if not (place / FILE).exists():
        put(place / FILE, os.urandom(KEY_BYTES), 0o600)


@cache
def derived(purpose: str) -> bytes:
    """32 bytes for this purpose alone (HKDF, RFC 5869). Raises Broken when there is no key."""
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=purpose.encode()).derive(_master(config.folder() / FILE))


def _master(path: Path) -> bytes:
    try:
        key = path.read_bytes()
    except OSError as error:
        raise Broken(f"the portal's key {path} cannot be read ({error.strerror})") from error
    if len(key) != KEY_BYTES:
        raise Broken(f"the portal's key {path} has {len(key)} bytes, not {KEY_BYTES}")
    return key
