"""What everybody who asks a node must know: how to call it in a log, and which of its answers are about itself."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import requests

_ASKED_WRONGLY = (400, 404, 405, 422, 501)
_LIMIT_CODES = (429, -32005)
"""HTTP's number, which some providers give in JSON too, and that of EIP-1474."""
_TOO_LARGE = "returned more than"
"""An answer that is too long stays so, though providers give it the number of a limit."""
PASSING = (
    "limit exceeded",
    "too many requests",
    "rate limit",
    "internal error",
    "header not found",
    "block not found",
    "unknown block",
)
"""Words of an answer that the same question may not get in a moment."""


def name(url: str) -> str:
    """Scheme, host and port: names, passwords and the keys that providers put in paths do not belong in a log."""
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.hostname}{port}"


def is_passing(error: Mapping[str, Any]) -> bool:
    """Whether this JSON-RPC error says that the node could not answer now, and nothing of what was asked."""
    words = str(error.get("message", "")).lower()
    if error.get("code") in _LIMIT_CODES:
        return _TOO_LARGE not in words
    return any(one in words for one in PASSING)


def told_by(error: Exception) -> Any:
    """The node's answer, where a provider says by HTTP as well that what was asked is wrong, or unknown to it."""
    response = error.response if isinstance(error, requests.HTTPError) else None
    if response is None or response.status_code not in _ASKED_WRONGLY:
        return None
    with suppress(ValueError):
        told = response.json()
        return told if isinstance(told, dict) and told.get("error") else None
    return None
