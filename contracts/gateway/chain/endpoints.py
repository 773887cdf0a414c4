"""Nodes that stand in for each other: which one is asked, and what is known of each.

The first that works is asked. One that does not answer, answers for another chain, has forgotten what is asked for, or
lags behind the others rests, longer each time, and the next one is asked. What belongs together (a range of blocks and
its events) is asked of one node within `steady`: another may know less, and would not say so.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

from contracts import nodes
from contracts.deployment import Deployment

LAG_SECONDS = 60
"""A node whose newest block is so much older than another's lags."""

_FIRST_REST, _LONGEST_REST = 2.0, 60.0
TEXT_MAX = 200


@dataclass(frozen=True, slots=True)
class Health:
    """What is known of one node: its address without credentials, why it is not asked, failures since the start.

    `head` and `head_time` are those of the newest block that it has shown, 0 before it has shown one.
    """

    url: str
    ok: bool
    why: str
    errors: int
    head: int
    head_time: int


@dataclass(slots=True)
class Endpoint:
    """One node. Whoever changes it holds its `Endpoints`' lock."""

    url: str
    name: str
    why: str = "not asked yet"
    errors: int = 0
    rests: int = 0
    until: float = 0.0
    verified: bool = False
    head: int = 0
    head_time: int = 0
    lag: int = 0

    def health(self) -> Health:
        """As others may see it."""
        lags = f"its newest block is {self.lag} s behind another's" if self.lag > LAG_SECONDS else ""
        why = self.why or lags
        return Health(self.name, not why, why, self.errors, self.head, self.head_time)


class Endpoints:
    """What all threads know of the nodes; `Failover` asks them."""

    def __init__(self, urls: Sequence[str], record: Deployment) -> None:
        self._all = [Endpoint(url, name) for url, name in zip(urls, names(urls), strict=True)]
        self._lock = Lock()
        self.record = record

    def health(self) -> list[Health]:
        """Each node, in the order in which they are preferred."""
        with self._lock:
            return [one.health() for one in self._all]

    def ordered(self) -> list[Endpoint]:
        """Whom to ask: as they are preferred, but those that lag behind the others, and last those that rest."""
        now = time.monotonic()
        with self._lock:
            return sorted(self._all, key=lambda one: (max(now, one.until), one.lag > LAG_SECONDS))

    def all(self) -> list[Endpoint]:
        """Each, as they are preferred."""
        return list(self._all)

    def works(self, endpoint: Endpoint) -> None:
        """It has answered."""
        if endpoint.why or endpoint.rests:
            with self._lock:
                endpoint.why, endpoint.rests, endpoint.until = "", 0, 0.0

    def failed(self, endpoint: Endpoint, why: str) -> None:
        """It did not do as it should: it rests, and is looked at anew before it is asked again."""
        with self._lock:
            rest = min(_LONGEST_REST, _FIRST_REST * 2 ** min(endpoint.rests, 10))
            endpoint.why, endpoint.until = why[:TEXT_MAX], time.monotonic() + rest
            endpoint.errors, endpoint.rests = endpoint.errors + 1, endpoint.rests + 1
            endpoint.verified = False

    def compare(self, heads: dict[str, tuple[int, int]]) -> None:
        """Take note of the newest blocks: number and time, by name."""
        newest = max((when for _, when in heads.values()), default=0)
        with self._lock:
            for one in self._all:
                one.head, one.head_time = heads.get(one.name, (one.head, one.head_time))
                one.lag = newest - one.head_time if one.name in heads else 0


def names(urls: Sequence[str]) -> list[str]:
    """What the nodes are called in logs and figures, each by another name."""
    plain = [nodes.name(url) for url in urls]
    twice = {name for name in plain if plain.count(name) > 1}
    return [f"{name}#{place}" if name in twice else name for place, name in enumerate(plain, 1)]
