"""The budgets that the gateway knows: rows in, rows out. What becomes of them stands in `budget`."""

from sqlalchemy import ColumnElement, Connection, select

from contracts.gateway.chain.budget import Budget
from contracts.gateway.store.database import Key, put
from contracts.gateway.store.tables import budgets
from contracts.wire.units import Address

SUCCESSORS_MAX = 8
"""So many times the contract follows a pass that was replaced."""

WINDOW_BYTES = 8
_PLAIN = ("left", "today", "day", "counter", "blocked", "known")


def read(connection: Connection, key: Key) -> Budget:
    """The budget; an empty one that is not known when there is none."""
    row = connection.execute(select(budgets).where(*_is(key))).mappings().one_or_none()
    if row is None:
        return Budget()
    return Budget(**{name: row[name] for name in _PLAIN}, window=int.from_bytes(row["window"]))


def write(connection: Connection, key: Key, budget: Budget) -> None:
    """Keep the budget as it is now."""
    plain = {name: getattr(budget, name) for name in _PLAIN}
    put(connection, budgets, _row(key), **plain, window=budget.window.to_bytes(WINDOW_BYTES))


def move(connection: Connection, old: Key, new: Key) -> None:
    """All of a budget goes to a new pass. Its phone's codes do not: used ones stay used, the new pass has none yet."""
    budget = read(connection, old)
    write(connection, new, Budget(budget.left, budget.today, budget.day, known=True))
    write(connection, old, Budget(counter=budget.counter, window=budget.window, blocked=True, known=True))
    put(connection, budgets, _row(old), successor=new[1])


def keys(connection: Connection) -> set[Key]:
    """Every budget that there is."""
    return set(_keys(connection))


def replaced_by(connection: Connection, pass_address: Address) -> list[Key]:
    """The budgets for which this pass stands today, besides its own."""
    newest = _keys(connection, budgets.c.successor == pass_address)
    found = list(newest)
    for _ in range(SUCCESSORS_MAX - 1):
        newest = [
            older
            for programme, newer in newest
            for older in _keys(connection, budgets.c.programme == programme, budgets.c.successor == newer)
        ]
        found += newest
    return found


def _keys(connection: Connection, *where: ColumnElement[bool]) -> list[Key]:
    rows = connection.execute(select(budgets.c.programme, budgets.c["pass"]).where(*where))
    return [(int(programme), Address(pass_address)) for programme, pass_address in rows]


def _is(key: Key) -> tuple[ColumnElement[bool], ...]:
    return budgets.c.programme == key[0], budgets.c["pass"] == key[1]


def _row(key: Key) -> dict[str, object]:
    return {"programme": key[0], "pass": key[1]}
