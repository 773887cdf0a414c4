"""What must hold of a journal before it is built on, and what `journal verify` holds it to in full."""

import sqlite3
from itertools import zip_longest

from contracts.wire import entry as wire_entry
from contracts.wire import journal
from contracts.wire.errors import Broken
from terminal.core.line import Line
from terminal.store.reading import Booking, Reader

TAIL = 200
"""Entries that are looked at again at each start, besides all that the chain had not settled."""

_KEEP = "keep the file as it is and call support"


def require_whole_file(database: sqlite3.Connection) -> None:
    """Raise Broken unless SQLite finds its own structures and our bounds intact."""
    try:
        found = str(database.execute("PRAGMA quick_check(1)").fetchone()[0])
    except sqlite3.Error as error:
        raise Broken(f"the journal is damaged ({error}): {_KEEP}") from error
    if found != "ok":
        raise Broken(f"the journal is damaged ({found}): {_KEEP}")


def require_sound_tail(reader: Reader) -> None:
    """Raise Broken unless the unsettled entries and the last ones chain up to a head that this terminal signed."""
    checkpoint = reader.checkpoint()
    settled = checkpoint.sequence if checkpoint else 0
    require_sound(reader, first=max(1, min(settled, reader.sequence - TAIL) + 1))


def require_sound(reader: Reader, first: int = 1) -> None:
    """Raise Broken unless the lines from `first` on are without gap, chained, as their payments say, and vouched for.

    The last line's signature vouches for all before it; `line_fault` looks at each one's own signatures.
    """
    head = reader.head_at(first - 1)
    last = None
    pairs = zip_longest(reader.lines(first), reader.bookings(first))
    for sequence, (line, booking) in enumerate(pairs, start=first):
        if line is None or head is None or line.sequence != sequence or line.head != journal.advance(head, line.entry):
            raise Broken(f"the journal's chain is broken at entry {sequence}: {_KEEP}")
        if booking is None or not _same(line, booking):
            raise Broken(f"entry {sequence} and its payment differ: {_KEEP}")
        head, last = line.head, line
    if last and not journal.is_signed(reader.domain, reader.terminal, last.sequence, last.head, last.signature):
        raise Broken(f"entry {last.sequence} is not signed by this terminal: {_KEEP}")


def _same(line: Line, booking: Booking) -> bool:
    signed = wire_entry.unpack(line.entry)
    if signed is None:
        return False
    noted = (booking.sequence, booking.programme, booking.amount, booking.time)
    return noted == (line.sequence, signed.payment.programme, signed.payment.amount, signed.payment.time)
