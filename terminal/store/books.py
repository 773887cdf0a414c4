"""What was entered in a journal: its lines, and what each of them takes, gives back or ends."""

from collections.abc import Iterator
from dataclasses import dataclass

from contracts.wire import entry as wire_entry
from contracts.wire import journal
from contracts.wire.batch import Segment
from contracts.wire.entry import Content, Retire
from contracts.wire.units import SEQUENCE_MAX, Address, Hash, address, hash32
from terminal.core.effects import AskEnd
from terminal.core.facts import GivenBack, OpenEntry
from terminal.core.line import Line
from terminal.store import tables
from terminal.store.tables import Tables


@dataclass(frozen=True, slots=True)
class Booking:
    """One entry with what it says, for lists and reports."""

    sequence: int
    content: Content
    pass_address: Address | None
    """Whose budget it is about; None for a retirement."""
    end: AskEnd | None
    """How an ask ended, as far as is noted."""


class Books(Tables):
    """The questions about entries."""

    @property
    def sequence(self) -> int:
        """Of the last entry; 0 when there is none."""
        return self.position()[0]

    @property
    def head(self) -> Hash:
        """After the last entry; genesis when there is none."""
        return self.position()[1]

    def position(self) -> tuple[int, Hash]:
        """Sequence and head of the last entry."""
        last = self._one(tables.position, "SELECT sequence, head FROM entries ORDER BY sequence DESC LIMIT 1")
        return last or (0, journal.genesis(self.domain, self.terminal))

    def head_at(self, sequence: int) -> Hash | None:
        """The head after that entry: genesis for 0, None for any number that is not an entry's."""
        if sequence == 0:
            return journal.genesis(self.domain, self.terminal)
        if not 0 < sequence <= SEQUENCE_MAX:
            return None
        return self._one(hash32, "SELECT head FROM entries WHERE sequence = ?", sequence)

    def lines(self, first: int = 1, limit: int = -1) -> Iterator[Line]:
        """The lines from that sequence on, in order; at most `limit` of them when it is not negative."""
        sql = "SELECT sequence, entry, head, signature FROM entries WHERE sequence >= ? ORDER BY sequence LIMIT ?"
        return self._each(tables.line, sql, first, limit)

    def segment_after(self, sequence: int, limit: int = 100) -> Segment | None:
        """What follows that entry, as the gateway and the contract take it; None when nothing does."""
        previous = self.head_at(sequence)
        lines = tuple(self.lines(sequence + 1, limit)) if previous is not None else ()
        if previous is None or not lines:
            return None
        entries = tuple(line.entry for line in lines)
        return Segment(self.terminal, sequence + 1, previous, entries, lines[-1].signature)

    def is_retired(self) -> bool:
        """Whether the last entry says that nothing follows it."""
        last = self._one(_content, "SELECT entry FROM entries ORDER BY sequence DESC LIMIT 1")
        return isinstance(last, Retire)

    def bookings(self, first: int = 1) -> Iterator[Booking]:
        """The entries from that sequence on, in order. Raises Broken for one that is not understood here."""
        sql = """SELECT sequence, entry, coalesce(payments.pass, refunds.pass), how FROM entries
                 LEFT JOIN payments USING (sequence) LEFT JOIN refunds USING (sequence) LEFT JOIN ends USING (sequence)
                 WHERE sequence >= ? ORDER BY sequence"""
        return self._each(_booking, sql, first)

    def sales(self, first: int = 1) -> Iterator[OpenEntry]:
        """The payments and asks from that sequence on, in order."""
        return self._each(tables.sale, "SELECT * FROM payments WHERE sequence >= ? ORDER BY sequence", first)

    def refunds(self, first: int = 1) -> Iterator[GivenBack]:
        """The refunds from that sequence on, in order."""
        return self._each(tables.refund, "SELECT * FROM refunds WHERE sequence >= ? ORDER BY sequence", first)

    def open_asks(self) -> tuple[OpenEntry, ...]:
        """Those of which no end is noted, in order."""
        sql = """SELECT payments.* FROM payments LEFT JOIN ends USING (sequence)
                 WHERE kind IN (2, 6) AND how IS NULL ORDER BY sequence"""
        return tuple(self._each(tables.sale, sql))

    def paid_asks(self) -> tuple[OpenEntry, ...]:
        """Those that are noted as paid and no more, and that no refund of this journal gives back, in order."""
        sql = """SELECT payments.* FROM payments JOIN ends USING (sequence) WHERE how = 'paid'
                 AND sequence NOT IN (SELECT sale_sequence FROM refunds WHERE sale_terminal = ?) ORDER BY sequence"""
        return tuple(self._each(tables.sale, sql, self.terminal))

    def ends(self) -> dict[int, AskEnd]:
        """How asks ended, as far as is noted."""
        return dict(self._each(tables.end, "SELECT sequence, how FROM ends"))


def _content(entry: bytes) -> Content:
    signed = wire_entry.unpack(entry)
    if signed is None:
        raise ValueError("an entry of a kind that this program does not know")
    return signed.content


def _booking(sequence: int, entry: bytes, pass_address: bytes | None, how: str | None) -> Booking:
    whose = None if pass_address is None else address(pass_address)
    return Booking(tables.natural(sequence), _content(entry), whose, None if how is None else AskEnd(how))
