"""What the commit's answer does: only it makes a payment approved, an ask open, and a refund given."""

from dataclasses import replace

from contracts.wire.units import Cents
from terminal.core.counter import Approved, Asking, Committing, Refunded
from terminal.core.effects import AskEnd, Effect, HandOut, Resolve, Signal, Tone
from terminal.core.events import CommitFailed, Committed
from terminal.core.facts import GivenBack, OpenEntry
from terminal.core.learn import remember
from terminal.core.moment import Moment
from terminal.core.state import State
from terminal.core.steps import Step, refuse


def stored(state: State, sale: Committing, event: Committed) -> Step:
    """A payment is approved, as it will be paid; an ask begins its wait. An answer about another entry is no answer."""
    if event.sequence != sale.commit.sequence:
        return state, ()
    entry = sale.commit.entry()
    known = remember(state, entry)
    if isinstance(entry, GivenBack):
        return _given_back(state, known, entry, event.at)
    if entry.is_ask:
        return replace(known, sale=Asking(entry, sale.rest)), ()
    return say_approved(known, entry, sale.rest, event.at)


def failed(state: State, _: Committing, event: CommitFailed) -> Step:
    """It is certainly not stored: nothing is consumed."""
    return refuse(state, event.reason, event.at)


def say_approved(state: State, entry: OpenEntry, rest: Cents, moment: Moment) -> Step:
    """Say so, to be seen, heard and kept."""
    return replace(state, sale=Approved(entry, rest, moment)), (Signal(Tone.APPROVED), HandOut(entry.sequence, rest))


def _given_back(before: State, known: State, refund: GivenBack, moment: Moment) -> Step:
    """The refund of an ask that was paid answers the question about it."""
    answered = tuple(Resolve(ask.sequence, AskEnd.GIVEN_BACK) for ask in before.paid_asks if ask not in known.paid_asks)
    said: tuple[Effect, ...] = Signal(Tone.APPROVED), HandOut(refund.sequence, Cents(0))
    return replace(known, sale=Refunded(refund, moment)), (*answered, *said)
