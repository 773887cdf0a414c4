"""The budgets that the gateway knows: rows in, rows out. What becomes of them stands in `budget`."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, Connection, RowMapping, bindparam, insert, select, tuple_, update

from contracts.gateway.chain.budget import Budget
from contracts.gateway.store.database import Key, put
from contracts.gateway.store.tables import budgets
from contracts.wire.units import Address

SUCCESSORS_MAX = 8
"""So many times the contract follows a pass that was replaced."""

WINDOW_BYTES = 8
_KEY = ("programme", "pass")
_KEYS_MAX = 1_000
_PLAIN = ("left", "today", "day", "counter", "blocked", "known")


def read(connection: Connection, key: Key) -> Budget:
    """The budget; an empty one that is not known when there is none."""
    row = connection.execute(select(budgets).where(*_is(key))).mappings().one_or_none()
    if row is None:
        return Budget()
    return _budget(row)


def write(connection: Connection, key: Key, budget: Budget) -> None:
    """Keep the budget as it is now."""
    put(connection, budgets, _row(key), **_plain(budget))


class Held:
    """Budgets that are read and changed many times: read at once, held here, and written at once by `flush`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._stored: dict[Key, Budget | None] = {}
        self._now: dict[Key, Budget] = {}

    def load(self, keys_wanted: Collection[Key]) -> None:
        """Read those that are not held yet."""
        missing = sorted(set(keys_wanted) - self._stored.keys())
        for first in range(0, len(missing), _KEYS_MAX):
            group = missing[first : first + _KEYS_MAX]
            place = tuple_(budgets.c.programme, budgets.c["pass"])
            rows = self._connection.execute(select(budgets).where(place.in_(group))).mappings()
            found = {(int(row["programme"]), Address(row["pass"])): _budget(row) for row in rows}
            self._stored |= {key: found.get(key) for key in group}

    def read(self, key: Key) -> Budget:
        """The budget as it is now; an empty one that is not known when there is none."""
        self.load([key])
        return self._now.get(key) or self._stored[key] or Budget()

    def write(self, key: Key, budget: Budget) -> None:
        """The budget from now on."""
        self._now[key] = budget

    def flush(self) -> None:
        """Write what has changed, and hold nothing."""
        old = [_values(key, budget) for key, budget in self._now.items() if self._stored[key] is not None]
        new = [_values(key, budget) for key, budget in self._now.items() if self._stored[key] is None]
        if old:
            names: dict[str, object] = {name: bindparam(name) for name in (*_PLAIN, "window")}
            where = (budgets.c.programme == bindparam("of_programme"), budgets.c["pass"] == bindparam("of_pass"))
            renamed = [{f"of_{name}" if name in _KEY else name: value for name, value in row.items()} for row in old]
            self._connection.execute(update(budgets).where(*where).values(**names), renamed)
        if new:
            self._connection.execute(insert(budgets), new)
        self._stored, self._now = {}, {}


def move(connection: Connection, old: Key, new: Key) -> None:
    """All of a budget goes to a new pass. Its phone's codes do not: used ones stay used, the new pass has none yet."""
    budget = read(connection, old)
    write(connection, new, Budget(budget.left, budget.today, budget.day, known=True))
    write(connection, old, Budget(counter=budget.counter, window=budget.window, blocked=True, known=True))
    put(connection, budgets, _row(old), successor=new[1])


def keys(connection: Connection) -> set[Key]:
    """Every budget that there is."""
    return set(_keys(connection))


def current(connection: Connection, key: Key) -> Key:
    """The budget that stands for this one today, as far as the contract follows."""
    for _ in range(SUCCESSORS_MAX):
        successor = connection.execute(select(budgets.c.successor).where(*_is(key))).scalar_one_or_none()
        if successor is None:
            break
        key = key[0], Address(successor)
    return key


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


def _values(key: Key, budget: Budget) -> dict[str, object]:
    return {**_row(key), **_plain(budget)}


def _plain(budget: Budget) -> dict[str, object]:
    plain = {name: getattr(budget, name) for name in _PLAIN}
    return {**plain, "window": budget.window.to_bytes(WINDOW_BYTES)}


def _budget(row: RowMapping) -> Budget:
    return Budget(**{name: row[name] for name in _PLAIN}, window=int.from_bytes(row["window"]))
