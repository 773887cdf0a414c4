"""Which terminals have entries that the contract has not consumed at final depth: the rows of `work`.

Intake adds a row, the reader takes it away. Neither may overlook what the other is about to commit, so each holds the
row before it looks. The reader passes over rows that are held, and comes back with the next block.
"""

from collections.abc import Collection

from sqlalchemy import Connection, delete, func, insert, select, update

from contracts.gateway.store.tables import entries, terminals, work
from contracts.wire.units import Address, Timestamp

_SETTLED = func.coalesce(
    select(terminals.c.sequence).where(terminals.c.terminal == work.c.terminal).correlate(work).scalar_subquery(), 0
)
_OLDEST = (
    select(entries.c.accepted_at)
    .where(entries.c.terminal == work.c.terminal, entries.c.sequence > _SETTLED)
    .order_by(entries.c.sequence)
    .limit(1)
    .correlate(work)
    .scalar_subquery()
)
_ROWS_MAX = 10_000


def add(connection: Connection, terminal: Address, sequence: int, now: Timestamp) -> None:
    """The terminal's journal has come to this sequence; there is work unless the contract has consumed all of it."""
    held = update(work).where(work.c.terminal == terminal).values(since=work.c.since)
    if connection.execute(held).rowcount == 0 and sequence > _settled(connection, terminal):
        connection.execute(insert(work).values(terminal=terminal, since=now))


def tidy(connection: Connection) -> None:
    """Take away the rows of terminals for which nothing waits any more, and tell since when it does for the others."""
    stale = select(work.c.terminal).where(_OLDEST.is_(None) | (work.c.since != _OLDEST))
    rows = stale.order_by(work.c.terminal).limit(_ROWS_MAX).with_for_update(skip_locked=True, of=work)
    held = connection.execute(rows).scalars().all()
    if held:
        _look_again(connection, held)


def _look_again(connection: Connection, held: Collection[bytes]) -> None:
    """What was committed before the rows were held is seen only now."""
    connection.execute(delete(work).where(work.c.terminal.in_(held), _OLDEST.is_(None)))
    connection.execute(update(work).where(work.c.terminal.in_(held)).values(since=_OLDEST))


def _settled(connection: Connection, terminal: Address) -> int:
    found = connection.execute(select(terminals.c.sequence).where(terminals.c.terminal == terminal))
    return int(found.scalar_one_or_none() or 0)
