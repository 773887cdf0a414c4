"""What is set aside of budgets for orders at shops: rows in, rows out. One for each programme, pass and shop."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, exists, insert, or_, select

from contracts.gateway.chain import claims
from contracts.gateway.store.database import Key
from contracts.gateway.store.tables import NOT_FINAL, entries, set_aside, set_aside_ahead, terminals
from contracts.wire.units import Address, Cents, Timestamp

Place = tuple[Address, int]
"""A terminal and a sequence: which entry."""


@dataclass(frozen=True, slots=True)
class Aside:
    """Cents of a budget that wait at a shop, to the last second in which they can be handed over there."""

    key: Key
    shop: int
    amount: Cents
    until: Timestamp


def put(connection: Connection, aside: Aside) -> None:
    """It is set aside from now on."""
    programme, owner = aside.key
    place = {"programme": programme, "pass": owner, "shop": aside.shop}
    connection.execute(insert(set_aside).values(**place, amount=aside.amount, until=aside.until))


def free(connection: Connection, key: Key, shop: int) -> None:
    """It waits at this shop no more."""
    connection.execute(delete(set_aside).where(*_of(key), set_aside.c.shop == shop))


def hand_over(connection: Connection, key: Key, terminal: Address) -> None:
    """It was fetched at this terminal's shop."""
    shop = select(terminals.c.shop).where(terminals.c.terminal == terminal).scalar_subquery()
    connection.execute(delete(set_aside).where(*_of(key), set_aside.c.shop == shop))


def handed_over(connection: Connection, passes: Collection[bytes] | None) -> set[Place]:
    """The asks that are not final and will be paid from what is set aside: of these passes, or of all.

    Of several asks for one order the earliest is; the others take from the budget as ever. What is set aside need not
    be final either.
    """
    return _first_asks(connection, set_aside, passes) | _first_asks(connection, set_aside_ahead, passes)


def stands_for(row: Table) -> ColumnElement[bool]:
    """Whether money is set aside, final or not, for a row of this table: its programme, pass, shop and amount."""
    names = ("programme", "pass", "shop", "amount")
    same = (and_(*(table.c[name] == row.c[name] for name in names)) for table in (set_aside, set_aside_ahead))
    return or_(*(exists().where(one) for one in same))


def asked_elsewhere(connection: Connection, shop: int, terminal: Address) -> set[tuple[int, bytes, int]]:
    """Programme, pass and amount of the asks that are not final, of the shop's other terminals."""
    others = (terminals.c.shop == shop, terminals.c.terminal != terminal, ~terminals.c.retired)
    columns = (entries.c.entry, entries.c.programme, entries.c["pass"], entries.c.amount)
    query = select(*columns).select_from(terminals.join(entries, NOT_FINAL)).where(*others)
    return {tuple(about) for entry, *about in connection.execute(query) if claims.asks(entry)}


def _first_asks(connection: Connection, kept: Table, passes: Collection[bytes] | None) -> set[Place]:
    same = (
        (kept.c.programme == entries.c.programme)
        & (kept.c["pass"] == entries.c["pass"])
        & (kept.c.shop == terminals.c.shop)
        & (kept.c.amount == entries.c.amount)
        & (kept.c.until >= entries.c.accepted_at)
    )
    place = (entries.c.terminal, entries.c.sequence)
    query = select(*place, entries.c.entry, kept.c.programme, kept.c["pass"], kept.c.shop)
    query = query.select_from(terminals.join(entries, NOT_FINAL).join(kept, same)).where(~terminals.c.retired)
    if passes is not None:
        query = query.where(kept.c["pass"].in_(passes))
    earliest: dict[tuple[object, ...], Place] = {}
    for terminal, sequence, entry, *order in connection.execute(query.order_by(entries.c.accepted_at, *place)):
        if claims.asks(entry):
            earliest.setdefault(tuple(order), (terminal, sequence))
    return set(earliest.values())


def _of(key: Key) -> tuple[ColumnElement[bool], ...]:
    return set_aside.c.programme == key[0], set_aside.c["pass"] == key[1]
