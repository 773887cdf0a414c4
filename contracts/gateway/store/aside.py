"""What is set aside of budgets for orders at shops: rows in, rows out. One for each programme, pass and shop."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, delete, insert, select

from contracts.gateway.chain import claims
from contracts.gateway.store.database import Key
from contracts.gateway.store.tables import entries, set_aside, terminals
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

    Of several asks for one order the earliest is; the others take from the budget as ever.
    """
    beyond = (entries.c.terminal == terminals.c.terminal) & (entries.c.sequence > terminals.c.sequence)
    same = (
        (set_aside.c.programme == entries.c.programme)
        & (set_aside.c["pass"] == entries.c["pass"])
        & (set_aside.c.shop == terminals.c.shop)
        & (set_aside.c.amount == entries.c.amount)
        & (set_aside.c.until >= entries.c.accepted_at)
    )
    place = (entries.c.terminal, entries.c.sequence)
    query = select(*place, entries.c.entry, *set_aside.primary_key.columns)
    query = query.select_from(terminals.join(entries, beyond).join(set_aside, same)).where(~terminals.c.retired)
    if passes is not None:
        query = query.where(set_aside.c["pass"].in_(passes))
    earliest: dict[tuple[object, ...], Place] = {}
    for terminal, sequence, entry, *order in connection.execute(query.order_by(entries.c.accepted_at, *place)):
        if claims.asks(entry):
            earliest.setdefault(tuple(order), (terminal, sequence))
    return set(earliest.values())


def _of(key: Key) -> tuple[ColumnElement[bool], ...]:
    return set_aside.c.programme == key[0], set_aside.c["pass"] == key[1]
