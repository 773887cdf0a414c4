"""Which waiting terminals this process works on: rows of `work`, leased for a minute.

Others pass over what is leased. A lease that runs out while its owner is at work costs gas at most: what it made is
stored only if the lease is still its own, and whatever is sent twice the contract counts once.
"""

from collections.abc import Collection, Iterable

from sqlalchemy import ColumnElement, Connection, Update, exists, func, or_, select, update

from contracts.gateway.settling import attention
from contracts.gateway.settling.batcher import Waiting
from contracts.gateway.store.tables import attention as marks
from contracts.gateway.store.tables import entries, terminals, transaction_segments, work
from contracts.wire.units import Address, Timestamp

LEASE_SECONDS = 60
_PASSED_OVER_SECONDS = 5

_SETTLED = func.coalesce(
    select(terminals.c.sequence).where(terminals.c.terminal == work.c.terminal).correlate(work).scalar_subquery(), 0
)
_ON_ITS_WAY = func.coalesce(
    select(func.max(transaction_segments.c.last))
    .where(transaction_segments.c.terminal == work.c.terminal)
    .correlate(work)
    .scalar_subquery(),
    0,
)
_BEYOND = (entries.c.terminal == work.c.terminal, entries.c.sequence > _SETTLED, entries.c.sequence > _ON_ITS_WAY)
_OLDEST = select(entries.c.accepted_at).where(*_BEYOND).order_by(entries.c.sequence).limit(1).scalar_subquery()
_COUNT = select(func.count()).select_from(entries).where(*_BEYOND).scalar_subquery()


def waiting(connection: Connection, owner: str, now: Timestamp, limit: int) -> list[Waiting]:
    """Who may be leased, the longest waiting first; terminals whose entries are all on their way may not."""
    rows = select(_OLDEST, _COUNT).where(*_free(owner, now)).order_by(work.c.since, work.c.terminal).limit(limit)
    return [Waiting(Timestamp(oldest), int(count)) for oldest, count in connection.execute(rows)]


def lease(connection: Connection, owner: str, now: Timestamp, limit: int) -> dict[Address, int]:
    """Take the terminals that have waited longest, and tell up to where each one's entries are on their way already."""
    rows = select(work.c.terminal).where(*_free(owner, now)).order_by(work.c.since, work.c.terminal).limit(limit)
    found = connection.execute(rows.with_for_update(skip_locked=True, of=work)).scalars().all()
    connection.execute(_of(found).values(owner=owner, until=now + LEASE_SECONDS))
    place = select(work.c.terminal, _ON_ITS_WAY).where(work.c.terminal.in_(found)).order_by(work.c.since)
    return {Address(terminal): int(last) for terminal, last in connection.execute(place)}


def release(connection: Connection, owner: str, terminals_of: Collection[Address]) -> None:
    """Others may have them."""
    connection.execute(_of(terminals_of).where(work.c.owner == owner).values(owner=None, until=0))


def pass_over(connection: Connection, owner: str, terminals_of: Collection[Address], now: Timestamp) -> None:
    """These cannot go now: nobody has them for a while."""
    ours = _of(terminals_of).where(work.c.owner == owner)
    connection.execute(ours.values(owner=None, until=now + _PASSED_OVER_SECONDS))


def put_on_the_way(connection: Connection, owner: str, terminals_of: Collection[Address], transaction: int) -> bool:
    """These go in this transaction; False when one of the leases is no longer the owner's."""
    ours = (work.c.owner == owner, work.c.transaction.is_(None))
    change = _of(terminals_of).where(*ours).values(transaction=transaction, owner=None, until=0)
    return connection.execute(change).rowcount == len(terminals_of)


def on_the_way_again(connection: Connection, terminals_of: Iterable[Address], transaction: int) -> None:
    """Its block was undone: what it holds is on its way again."""
    waits = _of(terminals_of).where(work.c.transaction.is_(None))
    connection.execute(waits.values(transaction=transaction, owner=None, until=0))


def arrived(connection: Connection, transaction: int) -> None:
    """The terminals of this transaction may go on."""
    connection.execute(update(work).where(work.c.transaction == transaction).values(transaction=None))


def _free(owner: str, now: Timestamp) -> tuple[ColumnElement[bool], ...]:
    marked = select(marks.c.terminal).where(marks.c.terminal == work.c.terminal, attention.rests(now))
    late = or_(work.c.until <= now, work.c.until > now + 2 * LEASE_SECONDS, work.c.owner == owner)
    return work.c.transaction.is_(None), late, ~exists(marked), exists(select(entries.c.sequence).where(*_BEYOND))


def _of(terminals_of: Iterable[bytes]) -> Update:
    return update(work).where(work.c.terminal.in_(list(terminals_of)))
