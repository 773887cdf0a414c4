"""How often something may be tried from one address, or at one application. Counted in memory, for an hour or a day."""

import hashlib
import hmac
from contextlib import suppress
from ipaddress import ip_address, ip_network

from django.core.cache import cache
from django.http import HttpRequest

from provisioning.portal import keys

HOUR, DAY = 3600, 86_400


def address(request: HttpRequest) -> str:
    """Who asks, as far as the network says; of IPv6 the /64, as whoever has one address there has them all."""
    said = str(request.META.get("REMOTE_ADDR", ""))
    try:
        found = ip_address(said)
    except ValueError:
        return said
    return str(found) if found.version == 4 else str(ip_network((found, 64), strict=False))


def is_open(what: str, who: str, most: int) -> bool:
    """Whether fewer than `most` were counted."""
    return int(cache.get(_key(what, who), 0)) < most


def count(what: str, who: str, seconds: int) -> None:
    """One more; the first one says until when it is counted."""
    key = _key(what, who)
    if not cache.add(key, 1, seconds):
        with suppress(ValueError):  # its time was over just now
            cache.incr(key)


def take(what: str, who: str, most: int, seconds: int) -> bool:
    """Count it and say whether it was within `most`."""
    if not is_open(what, who, most):
        return False
    count(what, who, seconds)
    return True


def _key(what: str, who: str) -> str:
    return hmac.digest(keys.derived("throttle"), f"{what} {who}".encode(), hashlib.sha256).hex()
