"""The edge to time: makes the core's moments, keeps the lower bound, asks whether the wall clock can be believed."""

import ctypes
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from contracts.wire.units import TIMESTAMP_MAX, Timestamp
from terminal.core.moment import Moment

_libc = ctypes.CDLL(None)
_TIME_ERROR = 5
"""What adjtimex(2) returns while no time server holds the clock."""
_TIMEX_BYTES = 512
"""More than any kernel's struct timex, which is 208 bytes; all zero asks and changes nothing."""
_TIMESYNC = Path("/run/systemd/timesync/synchronized")
"""Touched by systemd-timesyncd once it has set the clock since boot."""


def kernel_synchronised() -> bool:
    """Whether a time server holds the wall clock, in the kernel's word; where it may not be asked, in systemd's."""
    state: int = _libc.adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES))
    return _TIMESYNC.exists() if state < 0 else state != _TIME_ERROR


def _uptime_ns() -> int:
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME)  # goes on while the machine sleeps


@dataclass(frozen=True, slots=True)
class Sources:
    """Where time comes from; tests pass their own."""

    uptime_ns: Callable[[], int] = _uptime_ns
    wall: Callable[[], float] = time.time
    synchronised: Callable[[], bool] = kernel_synchronised


class Clock:
    """One terminal's time. `kept` is the bound as the journal has it, 0 when it never had one."""

    def __init__(self, kept: Timestamp, sources: Sources | None = None) -> None:
        self._sources = sources or Sources()
        self._started = self._sources.uptime_ns()
        self._raised_to = kept
        self._raised_at = self._started

    def bound(self) -> Timestamp:
        """It is certainly not earlier than this: what it was raised to, and the uptime since."""
        if not self._raised_to:
            return self._raised_to
        since = (self._sources.uptime_ns() - self._raised_at) // 1_000_000_000
        return Timestamp(min(self._raised_to + since, TIMESTAMP_MAX))

    def raise_to(self, block_time: Timestamp) -> None:
        """A final block had this time, so it is at least that late. It never goes back."""
        if block_time > self.bound():
            self._raised_to, self._raised_at = block_time, self._sources.uptime_ns()

    def moment(self) -> Moment:
        """Now, as far as the terminal can tell."""
        uptime_ms = (self._sources.uptime_ns() - self._started) // 1_000_000
        wall = Timestamp(min(max(int(self._sources.wall()), 0), TIMESTAMP_MAX))
        return Moment(uptime_ms, self.bound(), wall, self._sources.synchronised())
