"""How long to wait after failures: exponential with full jitter, so that a thousand tills do not return together.

https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ compares the kinds of jitter.
"""

from collections.abc import Callable

BASE_SECONDS = 1.0
CAP_SECONDS = 300.0
_DOUBLINGS_MAX = 16  # beyond, the cap holds anyway


def delay(attempts: int, chance: Callable[[], float]) -> float:
    """Seconds to wait after so many failures in a row; `chance` gives a random number in 0 .. 1."""
    doublings = min(max(attempts, 1) - 1, _DOUBLINGS_MAX)
    return chance() * min(CAP_SECONDS, BASE_SECONDS * (1 << doublings))
