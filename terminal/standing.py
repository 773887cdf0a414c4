"""How far each entry of a journal has come, as lists and reports say it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from contracts.wire.entry import Ask, Content, EntryKind, Payment, PhoneAsk, PhonePayment, Refund, Retire
from contracts.wire.errors import Broken
from contracts.wire.reasons import Money, Reason, money_of
from terminal.core.effects import AskEnd
from terminal.core.facts import Checkpoint
from terminal.store.books import Booking
from terminal.store.reading import View


class Standing(StrEnum):
    """What became of an entry, as far as this terminal knows."""

    WAITING = "waiting"
    FORWARDED = "forwarded"
    PAID = "paid"
    DRAWN = "drawn"
    REJECTED = "rejected"
    ASKED = "asked"
    """An ask without an answer: nothing is approved."""
    REFUSED = "refused"
    """An ask that was not paid, and never was approved."""
    GIVEN_BACK = "given back"
    """A refund that the contract took."""
    RETIRED = "retired"
    """A retirement that the contract took."""


APPROVED = (Standing.WAITING, Standing.FORWARDED, Standing.PAID, Standing.DRAWN, Standing.REJECTED)
"""How a payment can stand."""

UNSETTLED = frozenset({Standing.WAITING, Standing.FORWARDED, Standing.ASKED})

KINDS: Mapping[type[Content], EntryKind] = {
    Payment: EntryKind.PAYMENT,
    Ask: EntryKind.ASK,
    Refund: EntryKind.REFUND,
    Retire: EntryKind.RETIRE,
    PhonePayment: EntryKind.PHONE_PAYMENT,
    PhoneAsk: EntryKind.PHONE_ASK,
}

_JUDGED = {
    Money.FROM_BUDGET: Standing.PAID,
    Money.FROM_SLICE: Standing.DRAWN,
    Money.NOT_PAID: Standing.REJECTED,
}
_ENDED = {
    AskEnd.REFUSED: Standing.REFUSED,
    AskEnd.PAID: Standing.PAID,
    AskEnd.HANDED_OVER: Standing.PAID,
    AskEnd.GIVEN_BACK: Standing.PAID,
}


def kind_of(content: Content) -> str:
    """What the entry is, in a word or two."""
    return KINDS[type(content)].name.lower().replace("_", " ")


def is_ask(content: Content) -> bool:
    """Whether it approves nothing by itself."""
    return isinstance(content, Ask | PhoneAsk)


def judged_as(content: Content, reason: Reason) -> Standing:
    """The standing of an entry that the contract judged for this reason."""
    state = _JUDGED[money_of(reason)]
    if state is Standing.REJECTED:
        return Standing.REFUSED if is_ask(content) else state
    if isinstance(content, Refund):
        return Standing.GIVEN_BACK
    return Standing.RETIRED if isinstance(content, Retire) else state


def _reason(number: int) -> Reason:
    """The reason with that number; what a newer contract calls otherwise is a refusal that nobody here understands."""
    try:
        return Reason(number)
    except ValueError:
        return Reason.FORM


@dataclass(frozen=True, slots=True)
class Standings:
    """What a journal knows of its entries at one moment."""

    forwarded: int
    checkpoint: Checkpoint | None
    reasons: dict[int, Reason]

    @classmethod
    def of(cls, view: View, first: int) -> "Standings":
        """The newest word on the entries from that sequence on."""
        reasons = {outcome.sequence: outcome.reason for outcome in view.outcomes(first - 1)}
        return cls(view.forwarded, view.checkpoint(), reasons)

    @property
    def settled(self) -> int:
        """The chain has judged everything up to here for certain."""
        return self.checkpoint.sequence if self.checkpoint else 0

    def judged(self, booking: Booking) -> Reason | None:
        """The contract's reason; None before the chain itself has confirmed that it judged the entry."""
        if self.checkpoint and self.checkpoint.ask_sequence == booking.sequence:
            return _reason(self.checkpoint.ask_reason)
        return self.reasons.get(booking.sequence) if booking.sequence <= self.settled else None

    def standing(self, booking: Booking) -> Standing:
        """How far the entry has come."""
        if booking.end:
            return _ENDED[booking.end]
        reason = self.judged(booking)
        if reason is not None:
            return judged_as(booking.content, reason)
        if is_ask(booking.content):
            return Standing.ASKED
        return Standing.FORWARDED if booking.sequence <= max(self.forwarded, self.settled) else Standing.WAITING


def each(view: View, first: int = 1) -> Iterator[tuple[Booking, Standing, Reason | None]]:
    """The entries from that sequence on, in order, with how far each has come and the contract's reason."""
    standings = Standings.of(view, first)
    for booking in view.bookings(first):
        yield booking, standings.standing(booking), standings.judged(booking)


def missing(journal: View, sequence: int) -> Broken:
    """What to raise when the journal has no entry of this number."""
    there = f"has the entries 1 to {journal.sequence}" if journal.sequence else "has none yet"
    return Broken(f"there is no entry {sequence}: this journal {there}")
