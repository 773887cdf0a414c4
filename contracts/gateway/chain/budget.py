"""A budget as the contract keeps it, and what an entry does to it. Pure: no store, no chain, no clock."""

from dataclasses import dataclass, replace

from contracts.gateway.chain.claims import Claim
from contracts.wire.units import CENTS_MAX, Timestamp

DAY_SECONDS = 86_400
CLOCK_TOLERANCE = 900
"""Seconds that an entry may be ahead of the block that judges it."""

_DAYS_BACK = 7
_WINDOW = 64
_U64 = 2**64 - 1


@dataclass(frozen=True, slots=True)
class Budget:
    """What one pass has in one programme: cents left, what it spent on its last day (UTC), which phone codes it used.

    Of `window`, bit n says that the code `counter - n` was used. A pass that nobody granted anything is not `known`,
    and may have used codes all the same.
    """

    left: int = 0
    today: int = 0
    day: int = 0
    counter: int = 0
    window: int = 0
    blocked: bool = False
    known: bool = False

    def taken(self, amount: int, day: int) -> "Budget":
        """After an entry of that day has taken so many cents, which are there. Days never go back."""
        day = max(day, self.day)
        today = self.today if day == self.day else 0
        return replace(self, left=self.left - amount, today=min(today + amount, CENTS_MAX), day=day)

    def used(self, counter: int | None) -> "Budget":
        """After a phone's code with this counter; one that was used before, or is too old to know, changes nothing."""
        if counter is None:
            return self
        if counter > self.counter:
            ahead = min(counter - self.counter, _WINDOW)
            return replace(self, counter=counter, window=self.window << ahead & _U64 | 1)
        behind = self.counter - counter
        return self if behind >= _WINDOW else replace(self, window=self.window | 1 << behind)

    def repaid(self, amount: int) -> "Budget":
        """After so many cents of a refund have come back: they are not spent today either."""
        return replace(self, left=self.left + amount, today=self.today - min(self.today, amount))


def day_of(claim: Claim, judged_at: Timestamp) -> int:
    """The day for which an entry counts when it is judged then: its own, within a week back and the clock's tolerance.

    An ask counts for the moment at which it is judged.
    """
    if claim.asks:
        return judged_at // DAY_SECONDS
    earliest, latest = judged_at // DAY_SECONDS - _DAYS_BACK, (judged_at + CLOCK_TOLERANCE) // DAY_SECONDS
    return min(max(claim.time // DAY_SECONDS, earliest), latest)
