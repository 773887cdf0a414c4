"""What is set aside in blocks that are not final: rows in, rows out. They are replaced whole at each look."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from contracts.gateway.store.aside import Aside
from contracts.gateway.store.database import Key
from contracts.gateway.store.tables import set_aside_ahead
from contracts.wire.units import Address, Cents, Timestamp

_ROWS = set_aside_ahead.columns


@dataclass(frozen=True, slots=True)
class Ahead:
    """An order's money, the day (since 1970 UTC) for which it counts, and the block that may yet be undone."""

    aside: Aside
    day: int
    block: int


def read(connection: Connection) -> list[Ahead]:
    """All of them, in the chain's order."""
    return [_ahead(row) for row in connection.execute(select(set_aside_ahead).order_by(_ROWS.number))]


def replace(connection: Connection, found: Sequence[Ahead]) -> set[Key]:
    """From now on these are set aside in such blocks, and no others; the budgets for which that is news."""
    kept = read(connection)
    connection.execute(delete(set_aside_ahead))
    if found:
        connection.execute(insert(set_aside_ahead), [_row(number, one) for number, one in enumerate(found)])
    return {one.aside.key for one in {*kept} ^ {*found}}


def drop(connection: Connection, block: int) -> set[Key]:
    """Forget those of blocks up to this one, which are final or undone by now; from which budgets they were taken."""
    gone = _ROWS.block <= block
    keys = {_ahead(row).aside.key for row in connection.execute(select(set_aside_ahead).where(gone))}
    connection.execute(delete(set_aside_ahead).where(gone))
    return keys


def _ahead(row: Any) -> Ahead:
    _, programme, owner, shop, amount, until, day, block = row
    return Ahead(Aside((programme, Address(bytes(owner))), shop, Cents(amount), Timestamp(until)), day, block)


def _row(number: int, one: Ahead) -> dict[str, object]:
    programme, owner = one.aside.key
    place = {"number": number, "programme": programme, "pass": owner, "shop": one.aside.shop}
    return {**place, "amount": one.aside.amount, "until": one.aside.until, "day": one.day, "block": one.block}
