"""How often something may be tried from one address, or at one application. Counted in memory, for an hour or a day."""

from django.core.cache import cache
from django.http import HttpRequest

from provisioning.portal.people import sealing

HOUR, DAY = 3600, 86_400


def address(request: HttpRequest) -> str:
    """Who asks, as far as the network says."""
    return str(request.META.get("REMOTE_ADDR", ""))


def is_open(what: str, who: str, most: int) -> bool:
    """Whether fewer than `most` were counted."""
    return int(cache.get(_key(what, who), 0)) < most


def count(what: str, who: str, seconds: int) -> None:
    """One more; the first one says until when it is counted."""
    key = _key(what, who)
    if not cache.add(key, 1, seconds):
        cache.incr(key)


def take(what: str, who: str, most: int, seconds: int) -> bool:
    """Count it and say whether it was within `most`."""
    if not is_open(what, who, most):
        return False
    count(what, who, seconds)
    return True


def _key(what: str, who: str) -> str:
    return f"{what}-{sealing.fingerprint('throttle', f'{what}.{who}').hex()}"
