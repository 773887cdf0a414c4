"""Personal data at rest: sealed in one column, and found again by a fingerprint of what is searched for.

A stolen database without the portal's key tells nothing about a person. What is sealed is bound to its purpose, so
that a value moved to another column does not open there.
"""

import hashlib
import hmac
import json
import os
import unicodedata
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from contracts.wire.errors import Broken
from provisioning.portal import keys

_NONCE_BYTES = 12

Sealed = bytes | memoryview
"""As a column gives it, by the database."""


def seal(purpose: str, content: bytes) -> bytes:
    """The content, unreadable without the portal's key (AES-256-GCM, a fresh nonce before it)."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(keys.derived("seal")).encrypt(nonce, content, purpose.encode())


def unseal(purpose: str, sealed: Sealed) -> bytes:
    """What was sealed for this purpose. Raises Broken when it was not, or by another key."""
    sealed = bytes(sealed)
    try:
        return AESGCM(keys.derived("seal")).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], purpose.encode())
    except InvalidTag:
        raise Broken(f"what is kept as {purpose} does not open with the portal's key") from None


def seal_json(purpose: str, content: Any) -> bytes:
    """As `seal`, of what JSON can say."""
    return seal(purpose, json.dumps(content, separators=(",", ":")).encode())


def unseal_json(purpose: str, sealed: Sealed) -> Any:
    """As `unseal`."""
    return json.loads(unseal(purpose, sealed))


def fingerprint(purpose: str, text: str) -> bytes:
    """32 bytes that are the same for the same text, however it is spaced, accented or capitalised (HMAC-SHA-256)."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    kept = "".join(one for one in plain if one.isalnum())  # of any script, or all such names would be one
    return hmac.digest(keys.derived(f"find {purpose}"), kept.encode(), hashlib.sha256)
