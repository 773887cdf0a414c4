"""Time as an input (design: "The clock"). A terminal may have no clock, a wrong one, or one that jumps.

The bound is the last checkpoint's block time plus the uptime counted since, kept across boots. It never comes
from a clock, so one wrong clock cannot poison it, and within one terminal it never goes back.
"""

from dataclasses import dataclass

from contracts.wire.units import Timestamp


@dataclass(frozen=True, slots=True)
class Moment:
    """When something happened, as far as the terminal can tell."""

    uptime_ms: int
    """Milliseconds since the daemon started; never goes back."""
    bound: Timestamp
    """It is certainly not earlier than this; 0 before the first checkpoint."""
    clock: Timestamp
    """What the wall clock says, right or wrong."""
    synchronised: bool
    """Whether the wall clock is held by a time server."""

    def entry_time(self) -> Timestamp:
        """The time that goes into an entry: the clock if it can be believed, else the bound."""
        return self.clock if self.synchronised and self.clock >= self.bound else self.bound

    def latest(self) -> Timestamp:
        """The time by which ends are judged: the later of the bound and a clock that can be believed."""
        return max(self.bound, self.entry_time())
