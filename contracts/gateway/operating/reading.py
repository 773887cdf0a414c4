"""Facts from the store, in one consistent view, whichever process they are about.

It is asked for every few seconds, so nothing here reads what was settled long ago: entries that wait are found by the
terminals that have any, and what was settled is counted by the terminals' sequences.
"""

from collections.abc import Iterator
from itertools import groupby

from sqlalchemy import ColumnElement, Connection, Select, and_, func, select

from contracts.gateway.chain.budget import DAY_SECONDS
from contracts.gateway.operating.alarms import DRAWN_SECONDS, SLICE_FLOORS
from contracts.gateway.operating.facts import Draw, Journal, Settled, Slice, Spent, Stored, Transaction, Trouble
from contracts.gateway.store.tables import (
    DRAWN_OR_REJECTED,
    attempts,
    attention,
    entries,
    identity,
    leases,
    outcomes,
    programmes,
    progress,
    slices,
    spent,
    terminals,
    transaction_segments,
    transactions,
    work,
)
from contracts.wire.errors import Broken
from contracts.wire.units import Address, Timestamp, from_hex

SPENDING_DAYS = 7
_DRAWN_LAST = 31
_ACCOUNT = "account:"
_any = entries.alias()


def read(connection: Connection, now: Timestamp) -> Stored:
    """What the store says now. Raises Broken while it is nobody's."""
    whose = connection.execute(select(identity.c.contract, identity.c.chain_id)).one_or_none()
    if whose is None:
        raise Broken("no gateway has been started on this store yet")
    return Stored(
        contract=Address(whose.contract),
        chain_id=whose.chain_id,
        block=connection.execute(select(progress.c.block)).scalar_one(),
        terminals=connection.execute(select(func.count()).select_from(terminals)).scalar_one(),
        journals=tuple(_journals(connection)),
        troubles=tuple(Trouble(*row) for row in connection.execute(select(*_TROUBLE).order_by(attention.c.since))),
        draws=tuple(_draws(connection, now)),
        slices=tuple(_slices(connection, now)),
        settled=_settled(connection),
        transactions=tuple(_transactions(connection)),
        spent=tuple(_spent(connection, now)),
        processes=tuple(connection.execute(_processes(now)).scalars()),
        senders=tuple(_accounts(connection, leases.c.until > now)),
    )


def accounts(connection: Connection) -> set[Address]:
    """The accounts that have paid for gas from this store, or are leased to."""
    leased = set(_accounts(connection))
    known = (connection.execute(select(table.c.account).distinct()).scalars() for table in (spent, transactions))
    return leased | {Address(account) for one in known for account in one}


def _accounts(connection: Connection, *where: ColumnElement[bool]) -> list[Address]:
    query = select(leases.c.name).where(leases.c.name.startswith(_ACCOUNT), *where).order_by(leases.c.name)
    return [Address(from_hex(name.removeprefix(_ACCOUNT))) for name in connection.execute(query).scalars()]


_TROUBLE = (
    attention.c.terminal, attention.c.reason, attention.c.detail, attention.c.since, attention.c.attempts,
)  # fmt: skip


def _journals(connection: Connection) -> Iterator[Journal]:
    """The terminals with work, and where their entries are."""
    settled = func.coalesce(terminals.c.sequence, 0).label("settled")
    of_work = work.outerjoin(terminals, terminals.c.terminal == work.c.terminal)
    begins = and_(entries.c.terminal == work.c.terminal, entries.c.sequence == settled + 1)
    newest = select(func.max(_any.c.sequence)).where(_any.c.terminal == work.c.terminal).correlate(work)
    columns = (work.c.terminal, settled, entries.c.accepted_at, newest.scalar_subquery())
    rows = connection.execute(select(*columns).select_from(of_work.join(entries, begins)).order_by(work.c.terminal))
    moving = _moving(connection)
    for terminal, done, since, last in rows:
        sent, mined = (_count(moving.get((terminal, in_block), []), done) for in_block in (False, True))
        yield Journal(Address(terminal), done + 1, Timestamp(since), max(0, last - done - sent - mined), sent, mined)


def _moving(connection: Connection) -> dict[tuple[bytes, bool], list[tuple[int, int]]]:
    """What is in transactions: by terminal and whether they are in a block, the first and last of each segment."""
    joined = transaction_segments.join(transactions, transactions.c.id == transaction_segments.c.transaction)
    columns = (transaction_segments.c.terminal, transactions.c.block, transaction_segments.c.first)
    found: dict[tuple[bytes, bool], list[tuple[int, int]]] = {}
    for terminal, block, first, last in connection.execute(
        select(*columns, transaction_segments.c.last).select_from(joined)
    ):
        found.setdefault((terminal, block is not None), []).append((first, last))
    return found


def _count(segments: list[tuple[int, int]], settled: int) -> int:
    """How many entries beyond what is settled these are."""
    return sum(max(0, last - max(first, settled + 1) + 1) for first, last in segments)


def _draws(connection: Connection, now: Timestamp) -> Iterator[Draw]:
    """Those of the last day, by when the entry was taken in."""
    same = and_(entries.c.terminal == outcomes.c.terminal, entries.c.sequence == outcomes.c.sequence)
    columns = (outcomes.c.terminal, outcomes.c.sequence, entries.c.programme, outcomes.c.reason)
    query = select(*columns, outcomes.c.from_slice, entries.c.accepted_at).select_from(outcomes.join(entries, same))
    drawn = (DRAWN_OR_REJECTED, outcomes.c.reason <= _DRAWN_LAST)
    where = (*drawn, entries.c.accepted_at >= now - DRAWN_SECONDS)
    for terminal, sequence, programme, reason, cents, at in connection.execute(query.where(*where).order_by(*columns)):
        yield Draw(Address(terminal), sequence, programme or 0, reason, cents, Timestamp(at))


def _slices(connection: Connection, now: Timestamp) -> Iterator[Slice]:
    """Those that run low, of terminals that may still sell in a programme that is not over."""
    joined = slices.join(programmes, programmes.c.id == slices.c.programme)
    joined = joined.join(terminals, terminals.c.terminal == slices.c.terminal)
    sells = (~slices.c.revoked, ~terminals.c.retired, ~programmes.c.closed, programmes.c.ends >= now)
    low = slices.c.left < SLICE_FLOORS * programmes.c.floor_limit
    columns = (slices.c.programme, slices.c.terminal, terminals.c.shop, slices.c.left, programmes.c.floor_limit)
    query = select(*columns).select_from(joined).where(*sells, low).order_by(slices.c.programme, slices.c.terminal)
    for programme, terminal, shop, left, floor in connection.execute(query):
        yield Slice(programme, Address(terminal), shop, left, floor)


def _settled(connection: Connection) -> Settled:
    every = int(connection.execute(select(func.coalesce(func.sum(terminals.c.sequence), 0))).scalar_one())
    is_drawn = (outcomes.c.reason <= _DRAWN_LAST).label("drawn")
    query = select(is_drawn, func.count()).where(DRAWN_OR_REJECTED).group_by(is_drawn)
    counts = {bool(drawn): int(number) for drawn, number in connection.execute(query)}
    drawn, rejected = counts.get(True, 0), counts.get(False, 0)
    return Settled(every - drawn - rejected, drawn, rejected)


def _transactions(connection: Connection) -> Iterator[Transaction]:
    columns = (transactions.c.account, transactions.c.nonce, transactions.c.created_at, transactions.c.block)
    joined = transactions.outerjoin(attempts, attempts.c.transaction == transactions.c.id)
    tried = (func.count(attempts.c.hash), func.coalesce(func.max(attempts.c.max_fee), 0))
    query = select(*columns, *tried).select_from(joined).group_by(transactions.c.id, *columns)
    for account, nonce, at, block, count, max_fee in connection.execute(query.order_by(*columns[:2])):
        yield Transaction(Address(account), nonce, Timestamp(at), count, max_fee, block)


def _spent(connection: Connection, now: Timestamp) -> Iterator[Spent]:
    """Of each account all, and the seven newest whole days on which something was spent."""
    rows = connection.execute(select(spent).order_by(spent.c.account, spent.c.day.desc())).all()
    for account, of_account in groupby(rows, key=lambda row: bytes(row.account)):
        days = list(of_account)
        whole = [row.fee_gwei for row in days if row.fee_gwei and row.day < now // DAY_SECONDS][:SPENDING_DAYS]
        names = ("transactions", "entries", "gas", "fee_gwei")
        sums = {name: sum(int(getattr(row, name)) for row in days) for name in names}
        yield Spent(Address(account), **sums, days=len(whole), days_fee_gwei=sum(whole))


def _processes(now: Timestamp) -> Select[str]:
    return select(leases.c.owner).where(leases.c.until > now).distinct().order_by(leases.c.owner)
