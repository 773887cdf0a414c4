"""What waits of each journal, with all that a batch needs of it: one query, whatever the number of terminals."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import Connection, and_, or_, select

from contracts.gateway.settling.batcher import Candidate, Cut, Ready
from contracts.gateway.store.tables import entries
from contracts.wire import journal
from contracts.wire.batch import Segment
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address, Hash, Timestamp


@dataclass(frozen=True, slots=True)
class Row:
    """One entry that waits."""

    sequence: int
    entry: bytes
    head: Hash
    signature: bytes | None
    accepted_at: Timestamp


@dataclass(frozen=True, slots=True)
class Stock:
    """Consecutive entries of one terminal after `after`, and the head there; None when that entry is not here."""

    terminal: Address
    after: int
    head: Hash | None
    rows: Sequence[Row]

    def candidate(self) -> Candidate:
        """As the batcher sees it."""
        ready = [Ready(row.sequence, len(row.entry), row.signature is not None, row.accepted_at) for row in self.rows]
        return Candidate(self.terminal, ready)

    def segment(self, cut: Cut) -> Segment:
        """The entries of a cut that begins where the stock does, and ends where the terminal signed."""
        assert self.head is not None and cut.first == self.after + 1  # noqa: S101, PT018  # as candidates begin
        rows = self.rows[: cut.count]
        signature = rows[-1].signature
        assert signature is not None  # noqa: S101  # the batcher ends at signatures
        return Segment(self.terminal, cut.first, self.head, tuple(row.entry for row in rows), signature)


def read(connection: Connection, domain: Domain, cursors: Mapping[Address, int], limit: int) -> list[Stock]:
    """What each terminal has after its sequence, at most `limit` entries of each, and not much more in all.

    In the order of `cursors`; those behind the ones that fill a batch are left out.
    """
    found: list[Stock] = []
    names = iter(cursors)
    while (group := list(islice(names, 16))) and sum(len(stock.rows) for stock in found) < limit:
        rows = _rows(connection, {terminal: cursors[terminal] for terminal in group}, limit)
        found += [_stock(domain, terminal, cursors[terminal], rows[terminal]) for terminal in group]
    return found


def _rows(connection: Connection, cursors: Mapping[Address, int], limit: int) -> Mapping[bytes, list[Row]]:
    places = (
        and_(entries.c.terminal == terminal, entries.c.sequence.between(after, after + limit))
        for terminal, after in cursors.items()
    )
    columns = (entries.c.sequence, entries.c.entry, entries.c.head, entries.c.signature, entries.c.accepted_at)
    query = select(entries.c.terminal, *columns).where(or_(*places)).order_by(entries.c.terminal, entries.c.sequence)
    rows: dict[bytes, list[Row]] = defaultdict(list)
    for terminal, *row in connection.execute(query):
        rows[terminal].append(Row(*row))
    return rows


def _stock(domain: Domain, terminal: Address, after: int, rows: Sequence[Row]) -> Stock:
    if after == 0:
        return Stock(terminal, 0, journal.genesis(domain, terminal), rows)
    if rows and rows[0].sequence == after:
        return Stock(terminal, after, rows[0].head, rows[1:])
    return Stock(terminal, after, None, ())
