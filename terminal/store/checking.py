"""What must hold of a journal before it is built on, and what `journal verify` holds it to in full."""

from itertools import zip_longest

from contracts.wire import entry as wire_entry
from contracts.wire import journal
from contracts.wire.errors import Broken
from terminal.core.line import Line
from terminal.store.reading import Booking, View
from terminal.store.schema import KEEP

TAIL = 200
"""Entries that are looked at again at each start, besides all that the chain had not settled."""


def require_sound_tail(view: View) -> None:
    """Raise Broken unless the unsettled and the last entries chain up to a head that this terminal signed.

    All else that a daemon starts from must be within its bounds as well.
    """
    for read in (view.facts, view.programmes, view.snapshot_version, view.schedule, view.attention):
        read()
    checkpoint = view.checkpoint()
    settled = checkpoint.sequence if checkpoint else 0
    require_sound(view, first=max(1, min(settled, view.sequence - TAIL) + 1))


def require_sound(view: View, first: int = 1) -> None:
    """Raise Broken unless the lines from `first` on are without gap, chained, as their payments say, and vouched for.

    The last line's signature vouches for all before it.
    """
    head = view.head_at(first - 1)
    last = None
    pairs = zip_longest(view.lines(first), view.bookings(first))
    for sequence, (line, booking) in enumerate(pairs, start=first):
        if line is None or head is None or line.sequence != sequence or line.head != journal.advance(head, line.entry):
            raise Broken(f"the journal's chain is broken at entry {sequence}: {KEEP}")
        if booking is None or not _same(line, booking):
            raise Broken(f"entry {sequence} and its payment differ: {KEEP}")
        head, last = line.head, line
    if last and not journal.is_signed(view.domain, view.terminal, last.sequence, last.head, last.signature):
        raise Broken(f"entry {last.sequence} is not signed by this terminal: {KEEP}")


def _same(line: Line, booking: Booking) -> bool:
    signed = wire_entry.unpack(line.entry)
    if signed is None:
        return False
    noted = (booking.sequence, booking.programme, booking.amount, booking.time)
    return noted == (line.sequence, signed.payment.programme, signed.payment.amount, signed.payment.time)
