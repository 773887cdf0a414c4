"""What must hold of a journal before it is built on, and what `journal verify` holds it to in full."""

from collections.abc import Iterator
from heapq import merge
from operator import attrgetter

from contracts.wire import entry as wire_entry
from contracts.wire import journal
from contracts.wire.entry import Retire
from contracts.wire.errors import Broken
from contracts.wire.units import Timestamp
from terminal.core.effects import Commit
from terminal.core.facts import GivenBack, OpenEntry
from terminal.core.line import Line
from terminal.store.closings import require_chained
from terminal.store.reading import View
from terminal.store.schema import KEEP

TAIL = 200
"""Entries that are looked at again at each start, besides all that the chain had not settled."""


def require_sound_tail(view: View) -> None:
    """Raise Broken unless the unsettled and the last entries chain up to a head that this terminal signed.

    All else that a daemon starts from must be within its bounds as well.
    """
    for read in (
        view.facts,
        view.programmes,
        view.snapshot_version,
        view.coming,
        view.schedule,
        view.attention,
        view.last_closing,
    ):
        read()
    checkpoint = view.checkpoint()
    settled = checkpoint.sequence if checkpoint else 0
    require_sound(view, first=max(1, min(settled, view.sequence - TAIL) + 1))


def require_sound(view: View, first: int = 1) -> None:
    """Raise Broken unless the lines from `first` on are without gap, chained, as is noted of them, and vouched for.

    The last line's signature vouches for all before it. With the whole journal goes the whole chain of closed days.
    """
    if first == 1:
        require_chained(view)
    head = view.head_at(first - 1)
    last = None
    noted: tuple[Iterator[OpenEntry | GivenBack], ...] = (view.sales(first), view.refunds(first))
    notes = merge(*noted, key=attrgetter("sequence"))
    for sequence, line in enumerate(view.lines(first), start=first):
        if head is None or line.sequence != sequence or line.head != journal.advance(head, line.entry):
            raise Broken(f"the journal's chain is broken at entry {sequence}: {KEEP}")
        if not _agrees(line, notes):
            raise Broken(f"entry {sequence} and what is noted of it differ: {KEEP}")
        head, last = line.head, line
    if (surplus := next(notes, None)) is not None:
        raise Broken(f"something is noted of entry {surplus.sequence}, which is missing: {KEEP}")
    if last and not journal.is_signed(view.domain, view.terminal, last.sequence, last.head, last.signature):
        raise Broken(f"entry {last.sequence} is not signed by this terminal: {KEEP}")


def _agrees(line: Line, notes: Iterator[OpenEntry | GivenBack]) -> bool:
    """Whether the next note is of this line, and says what it says; of a retirement nothing is noted."""
    signed = wire_entry.unpack(line.entry)
    if signed is None:
        return False
    if isinstance(signed.content, Retire):
        return True
    note = next(notes, None)
    if note is None:
        return False
    bound = note.bound if isinstance(note, OpenEntry) else Timestamp(0)
    return Commit(line.sequence, note.pass_address, signed.content, bound).entry() == note
