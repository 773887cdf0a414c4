"""How far each payment of a journal has come, as lists and reports say it."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from contracts.wire.reasons import Money, Reason, money_of
from terminal.store.reading import Booking, View


class Standing(StrEnum):
    """What became of an approved payment, as far as this terminal knows."""

    WAITING = "waiting"
    FORWARDED = "forwarded"
    PAID = "paid"
    DRAWN = "drawn"
    REJECTED = "rejected"


UNSETTLED = frozenset({Standing.WAITING, Standing.FORWARDED})

_JUDGED = {
    Money.FROM_BUDGET: Standing.PAID,
    Money.FROM_SLICE: Standing.DRAWN,
    Money.NOT_PAID: Standing.REJECTED,
}


def judged_as(reason: Reason) -> Standing:
    """The standing of an entry that the contract judged for this reason."""
    return _JUDGED[money_of(reason)]


@dataclass(frozen=True, slots=True)
class Standings:
    """What a journal knows of its entries at one moment."""

    forwarded: int
    settled: int
    reasons: dict[int, Reason]

    @classmethod
    def of(cls, view: View) -> "Standings":
        """The newest word on every entry."""
        checkpoint = view.checkpoint()
        reasons = {outcome.sequence: outcome.reason for outcome in view.outcomes()}
        return cls(view.forwarded, checkpoint.sequence if checkpoint else 0, reasons)

    def judged(self, sequence: int) -> Reason | None:
        """The contract's reason; None before the chain itself has confirmed that it judged the entry."""
        return self.reasons.get(sequence) if sequence <= self.settled else None

    def standing(self, sequence: int) -> Standing:
        """How far the entry has come."""
        reason = self.judged(sequence)
        if reason is not None:
            return judged_as(reason)
        return Standing.FORWARDED if sequence <= max(self.forwarded, self.settled) else Standing.WAITING


def each(view: View, first: int = 1) -> Iterator[tuple[Booking, Standing, Reason | None]]:
    """The payments from that sequence on, in order, with how far each has come and the contract's reason."""
    standings = Standings.of(view)
    for booking in view.bookings(first):
        yield booking, standings.standing(booking.sequence), standings.judged(booking.sequence)
