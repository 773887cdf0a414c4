"""How often somebody may ask. Who fails is slowed down; who asks rightly is not, whoever else is at the same address.

Failures (of form, of signature, replays) are counted for each address, and apart from that for each registered terminal
that they name: a shop has one address and many tills. A terminal that signed a request of its own from an address is
heard there whatever else comes from it. What a terminal signed itself is counted for the terminal. The counts are one
process's own, and bounded.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from ipaddress import IPv6Address, ip_address
from threading import Lock
from typing import Generic, TypeVar

from starlette.types import Scope

from contracts.wire.errors import TryAgain
from contracts.wire.units import Address

FAILURES_BURST, FAILURES_PER_SECOND = 300, 5
OWN_BURST, OWN_PER_SECOND = 1_000, 100
_REMEMBERED_MAX = 20_000
_PROVEN_SECONDS = 3_600
_TEXT_MAX = 64
_SUBNET = 64
"""Of IPv6, in bits: what one household or shop is given."""

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")
Monotonic = Callable[[], float]


class TooMany(TryAgain):
    """So many requests that the next is heard later."""


class Remembered(Generic[Key, Value]):
    """The newest of what was put in, up to a number."""

    def __init__(self, most: int = _REMEMBERED_MAX) -> None:
        self._most = most
        self._values: OrderedDict[Key, Value] = OrderedDict()

    def get(self, key: Key) -> Value | None:
        """What was put under this key last, if that is remembered."""
        return self._values.get(key)

    def has(self, key: Key) -> bool:
        """Whether something put under this key is remembered."""
        return key in self._values

    def put(self, key: Key, value: Value) -> None:
        """Remember it, in place of what was put in longest ago."""
        self._values[key] = value
        self._values.move_to_end(key)
        if len(self._values) > self._most:
            self._values.popitem(last=False)


class Leaky(Generic[Key]):
    """A bucket for each key: it holds `burst` and leaks `per_second`."""

    def __init__(self, burst: float, per_second: float, now: Monotonic) -> None:
        self._burst, self._per_second, self._now = burst, per_second, now
        self._levels: Remembered[Key, tuple[float, float]] = Remembered()

    def is_full(self, key: Key) -> bool:
        """Whether one more would run over."""
        return self._level(key) + 1 > self._burst

    def add(self, key: Key) -> None:
        """One more; what runs over is not counted, so that nobody waits longer than the bucket takes to leak."""
        self._levels.put(key, (min(self._burst, self._level(key) + 1), self._now()))

    def _level(self, key: Key) -> float:
        level, at = self._levels.get(key) or (0.0, 0.0)
        return max(0.0, level - (self._now() - at) * self._per_second)


class Rates:
    """The counts of one process. Requests are handled in several threads.

    Failures from the `spared` address are not counted: it is the reverse proxy's, and behind it stands everybody whom
    it does not name.
    """

    def __init__(self, spared: str = "", now: Monotonic = time.monotonic) -> None:
        self._spared, self._now = spared, now
        self._lock = Lock()
        self._failures: Leaky[tuple[str, bytes | None]] = Leaky(FAILURES_BURST, FAILURES_PER_SECOND, now)
        self._own: Leaky[tuple[str, bytes]] = Leaky(OWN_BURST, OWN_PER_SECOND, now)
        self._proven: Remembered[tuple[str, bytes], float] = Remembered()
        self._seen: Remembered[bytes, None] = Remembered()

    def is_heard(self, address: str, terminal: Address | None) -> bool:
        """Whether a request from there is looked at; `terminal` is the registered one that it names."""
        with self._lock:
            if address == self._spared or not self._failures.is_full((address, terminal)):
                return True
            proven = None if terminal is None else self._proven.get((address, terminal))
            return proven is not None and self._now() - proven < _PROVEN_SECONDS

    def failed(self, address: str, terminal: Address | None) -> None:
        """A request from there was no request of ours, or not signed by whom it named."""
        with self._lock:
            self._failures.add((address, terminal))

    def asked(self, address: str, terminal: Address, signature: bytes) -> None:
        """The terminal has signed a request, which came from there. Raises TooMany when it asks without end."""
        with self._lock:
            if not self._is_new(address, terminal, signature):
                return
            self._spend("", terminal)
            self._proven.put((address, terminal), self._now())

    def handed_in(self, address: str, terminal: Address, signature: bytes) -> None:
        """Entries that the terminal has signed came from there. Raises TooMany when they come without end.

        What was settled stands on the chain with its signatures, and anybody may send it again: so it proves nothing
        and is counted for the address too.
        """
        with self._lock:
            if self._is_new(address, terminal, signature):
                self._spend(address, terminal)

    def _is_new(self, address: str, terminal: Address, signature: bytes) -> bool:
        """Whether it was not seen before; what was is counted as a failure."""
        if self._seen.has(signature):
            self._failures.add((address, terminal))
            return False
        self._seen.put(signature, None)
        return True

    def _spend(self, address: str, terminal: Address) -> None:
        if self._own.is_full((address, terminal)):
            raise TooMany("this terminal asks too often")
        self._own.add((address, terminal))


def place(host: str) -> str:
    """Whom a host's address stands for: an IPv4 address, or the subnet of an IPv6 address."""
    try:
        address = ip_address(host)
    except ValueError:
        return host[:_TEXT_MAX]
    if not isinstance(address, IPv6Address):
        return str(address)
    mapped = address.ipv4_mapped
    return str(mapped) if mapped else (int(address) >> (128 - _SUBNET)).to_bytes(_SUBNET // 8).hex(":", 2)


def place_of(scope: Scope) -> str:
    """From where a request came."""
    client = scope.get("client")
    return place(client[0]) if client else ""
