"""What a journal must say: kept by whoever asked for it, and read from a journal to be compared."""

from dataclasses import dataclass, field
from heapq import merge
from operator import attrgetter

from contracts.wire import entry as wire_entry
from contracts.wire.entry import Retire
from contracts.wire.reasons import Reason
from contracts.wire.units import Address, Hash, Timestamp
from terminal.core.effects import AskEnd
from terminal.core.facts import Budget, Checkpoint, GivenBack, OpenEntry, Programme
from terminal.core.line import Line
from terminal.store.reading import AGAIN_SECONDS, View

WATCHED = tuple(Address(number.to_bytes(20)) for number in (1, 2, 501, 1000, 1200))
"""Passes whose budgets are looked at: in the first, the middle and the last chunk of a large snapshot."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """All that a journal says, at one moment."""

    lines: tuple[Line, ...] = ()
    notes: tuple[OpenEntry | GivenBack, ...] = ()
    """Of payments, asks and refunds: what they take from the limits, or give back."""
    ends: dict[int, AskEnd] = field(default_factory=dict)
    outcomes: dict[int, Reason] = field(default_factory=dict)
    forwarded: int = 0
    bound: int = 0
    checkpoint: Checkpoint | None = None
    schedule: tuple[int, Timestamp] = (0, Timestamp(0))
    attention: tuple[Reason, str] | None = None
    snapshot: str | None = None
    counted: int = 0
    """The own entries up to here are taken off in the snapshot."""
    programmes: tuple[Programme, ...] = ()
    budgets: dict[Address, tuple[Budget, ...]] = field(default_factory=dict)
    """Of the passes that are watched, where the snapshot has them."""
    coming: str | None = None
    closings: tuple[Hash, ...] = ()

    @property
    def sequence(self) -> int:
        """Of the last entry."""
        return len(self.lines)

    @property
    def is_retired(self) -> bool:
        """Whether nothing may follow."""
        last = wire_entry.unpack(self.lines[-1].entry) if self.lines else None
        return last is not None and isinstance(last.content, Retire)


def read(view: View) -> Ledger:
    """What this journal says. Raises Broken where it does not answer as it must."""
    return Ledger(
        lines=tuple(view.lines()),
        notes=tuple(merge(view.sales(), view.refunds(), key=attrgetter("sequence"))),
        ends=view.ends(),
        outcomes={outcome.sequence: outcome.reason for outcome in view.outcomes()},
        forwarded=view.forwarded,
        bound=view.bound(),
        checkpoint=view.checkpoint(),
        schedule=view.schedule(),
        attention=view.attention(),
        snapshot=view.snapshot_version(),
        counted=view.snapshot_sequence(),
        programmes=view.programmes(),
        budgets={whose: found for whose in WATCHED if (found := view.budgets_of(whose))},
        coming=view.coming(),
        closings=tuple(day.hash for day in view.closings()),
    )


def limits_are_of(ledger: Ledger, view: View) -> bool:
    """Whether the core would start from this ledger's open entries, open and paid asks, and refunds, and no others."""
    settled = ledger.checkpoint.sequence if ledger.checkpoint else 0
    counted, since = min(settled, ledger.counted), ledger.bound - AGAIN_SECONDS
    sales = [note for note in ledger.notes if isinstance(note, OpenEntry)]
    refunds = [note for note in ledger.notes if isinstance(note, GivenBack)]
    given_back = {refund.sale_sequence for refund in refunds if refund.sale_terminal == view.terminal}

    def took(note: OpenEntry) -> bool:
        return ledger.ends.get(note.sequence) is not AskEnd.REFUSED and (note.sequence > counted or note.bound >= since)

    paid = [note for note in sales if ledger.ends.get(note.sequence) is AskEnd.PAID]
    facts = view.facts()
    return (
        (facts.sequence, facts.forwarded, facts.retired) == (ledger.sequence, ledger.forwarded, ledger.is_retired)
        and facts.entries == tuple(filter(took, sales))
        and facts.open_asks == tuple(note for note in sales if note.is_ask and note.sequence not in ledger.ends)
        and facts.paid_asks == tuple(note for note in paid if note.sequence not in given_back)
        and facts.refunds == tuple(note for note in refunds if note.sequence > settled)
    )
