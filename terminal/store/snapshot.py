"""A new snapshot of programmes and budgets, or what changed in it, comes in page by page while sales go on.

Budgets are written beside the old ones under the next generation, in transactions so short that an approval in between
does not notice; one more transaction makes them count. Until then, and whatever happens on the way, the old snapshot
is in force. What has come is kept, so that a slow or interrupted line goes on where it was.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path

from contracts.wire.errors import Refused
from contracts.wire.reasons import Reason
from contracts.wire.units import PROGRAMME_MAX, SEQUENCE_MAX, Address, address, cents, timestamp
from terminal.core.facts import Budget, Programme
from terminal.store import schema
from terminal.store.turns import Turns

PROGRAMMES_MAX = 256
BUDGETS_MAX = 500_000
VERSION_LENGTH_MAX = 128
NAME_LENGTH_MAX = 64
WINDOW_BYTES = 8
"""SQLite's numbers are signed, so 64 bits are kept as bytes."""
CHUNK = 500
"""Budgets in one transaction: some milliseconds on a Raspberry Pi."""
MERGE_MAX = 2_000
"""Changes that are merged in one transaction, for which an approval may wait; more become a generation of their own."""

_COLUMNS = "pass, programme, amount_left, blocked, today, day, counter, used"
_MERGE = f"INSERT OR REPLACE INTO budgets SELECT ?, {_COLUMNS} FROM budgets WHERE generation = ?"  # noqa: S608
_NEXT = """SELECT pass, programme FROM budgets WHERE generation = ? AND (pass, programme) > (?, ?)
           ORDER BY pass, programme LIMIT ?"""
_COPY = f"""INSERT OR IGNORE INTO budgets SELECT ?, {_COLUMNS} FROM budgets
            WHERE generation = ? AND (pass, programme) > (?, ?) AND (pass, programme) <= (?, ?)"""  # noqa: S608 -- the columns above
_ADDED = """SELECT count(*) FROM budgets AS new WHERE generation = ? AND NOT EXISTS
            (SELECT 1 FROM budgets WHERE generation = ? AND pass = new.pass AND programme = new.programme)"""
_SWEEP = """DELETE FROM budgets WHERE (generation, pass, programme) IN
            (SELECT generation, pass, programme FROM budgets WHERE generation = ? LIMIT ?)"""

_NUMBER_MAX = 2**63 - 1  # SQLite's


def take(
    path: Path,
    turns: Turns,
    version: str,
    block: int,
    sequence: int,
    programmes: Sequence[Programme],
    budgets: Iterable[tuple[Address, Budget]],
    *,
    full: bool,
    more: bool,
) -> None:
    """Keep a page of a snapshot; with the last one, all of it counts at once.

    `full` begins anew with nothing, otherwise the page changes what was there; with `more` it is not the last.
    Raises ValueError for anything out of bounds or that changes what is not there, and Refused(STORAGE_FAULT) when the
    disk does not take it; either way the snapshot before it stays in force.
    """
    _require_bounds(version, block, sequence, programmes)
    try:
        with closing(schema.connect(path, mode="rw")) as database:
            writer = _Writer(database, turns)
            writer.begin({programme.id for programme in programmes}, full=full)
            writer.write(budgets)
            if more:
                writer.pause(version)
            else:
                writer.finish((version, block, sequence), programmes)
    except sqlite3.Error as error:
        raise Refused(Reason.STORAGE_FAULT, f"the snapshot is not stored: {error}") from error


def forget_pages(path: Path, turns: Turns) -> None:
    """Drop what has come of a snapshot that is not whole. Raises Refused(STORAGE_FAULT)."""
    try:
        with closing(schema.connect(path, mode="rw")) as database:
            _Writer(database, turns).forget()
    except sqlite3.Error as error:
        raise Refused(Reason.STORAGE_FAULT, f"half a snapshot is not dropped: {error}") from error


class _Writer:
    """One page, on a connection of its own. What is coming lies under the generation after the one that counts.

    Chunks are not flushed one by one: the flush of what makes them count covers all that was written before it.
    """

    def __init__(self, database: sqlite3.Connection, turns: Turns) -> None:
        self._database = database
        self._turns = turns
        row = database.execute("SELECT generation FROM snapshot").fetchone()
        self._has_snapshot = row is not None
        self._generation = int(row[0]) if row else 0
        coming = database.execute("SELECT whole FROM coming").fetchone()
        self._whole = bool(coming[0]) if coming else None
        database.execute("PRAGMA synchronous = NORMAL")

    def begin(self, programmes: set[int], *, full: bool) -> None:
        """Go on with what has come, or begin anew. Raises ValueError for a change of what is not there."""
        if not full and not self._whole:
            known = {number for (number,) in self._database.execute("SELECT id FROM programmes")}
            if not self._has_snapshot or programmes != known:
                raise ValueError("a change of a snapshot that is not here")
        if full or self._whole is None:
            self.forget()
            self._sweep(self._generation - 1)
            self._whole = full

    def write(self, budgets: Iterable[tuple[Address, Budget]]) -> None:
        """Budgets of the next generation, chunk by chunk."""
        rows = ((self._generation + 1, *_bounded(pass_address, budget)) for pass_address, budget in budgets)
        while chunk := list(islice(rows, CHUNK)):
            with self._transaction():
                self._database.executemany("INSERT OR REPLACE INTO budgets VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", chunk)

    def pause(self, version: str) -> None:
        """More pages follow: from here it goes on, even after a pulled plug. Raises ValueError for too many."""
        _require_few(self._count(self._generation + 1))
        with self._transaction():
            self._database.execute("INSERT OR REPLACE INTO coming VALUES (1, ?, ?)", (version, self._whole))

    def finish(self, snapshot: tuple[str, int, int], programmes: Sequence[Programme]) -> None:
        """Have it count: a few changes in the generation that is there, many or all of it as the next one.

        Raises ValueError for too many: also what comes in small changes has an end.
        """
        self._require_room()
        if not self._whole and self._count(self._generation + 1) <= MERGE_MAX:
            self._switch(snapshot, programmes, change=True)
            return
        if not self._whole:
            self._complete()
        self._generation += 1
        self._switch(snapshot, programmes, change=False)
        self._sweep(self._generation - 1)

    def forget(self) -> None:
        """Drop what has come."""
        with self._transaction():
            self._database.execute("DELETE FROM coming")
        self._whole = None
        self._sweep(self._generation + 1)

    def _switch(self, snapshot: tuple[str, int, int], programmes: Sequence[Programme], *, change: bool) -> None:
        """One transaction, on the disk when it returns."""
        self._database.execute("PRAGMA synchronous = FULL")
        with self._transaction():
            if change:
                self._database.execute(_MERGE, (self._generation, self._generation + 1))
                self._database.execute("DELETE FROM budgets WHERE generation = ?", (self._generation + 1,))
            self._database.execute(
                "INSERT OR REPLACE INTO snapshot VALUES (1, ?, ?, ?, ?)", (self._generation, *snapshot)
            )
            self._database.execute("DELETE FROM programmes")
            self._database.executemany(
                "INSERT INTO programmes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", map(_row, programmes)
            )
            self._database.execute("DELETE FROM coming")
        self._database.execute("PRAGMA synchronous = NORMAL")

    def _complete(self) -> None:
        """What has not changed goes into the next generation too, chunk by chunk."""
        last: tuple[bytes, int] | None = (b"", 0)
        while last is not None:
            old, new = self._generation, self._generation + 1
            keys = self._database.execute(_NEXT, (old, *last, CHUNK)).fetchall()
            if keys:
                with self._transaction():
                    self._database.execute(_COPY, (new, old, *last, *keys[-1]))
            last = keys[-1] if len(keys) == CHUNK else None

    def _require_room(self) -> None:
        """Most changes add no budget, so what is there is rarely counted."""
        coming, added = self._generation + 1, self._count(self._generation + 1)
        if not self._whole:
            added = int(self._database.execute(_ADDED, (coming, self._generation)).fetchone()[0])
            added += self._count(self._generation) if added else 0
        _require_few(added)

    def _count(self, generation: int) -> int:
        sql = "SELECT count(*) FROM budgets WHERE generation = ?"
        return int(self._database.execute(sql, (generation,)).fetchone()[0])

    def _sweep(self, stale: int) -> None:
        swept = CHUNK
        while swept == CHUNK:
            with self._transaction():
                swept = self._database.execute(_SWEEP, (stale, CHUNK)).rowcount

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._turns.patient(), schema.transaction(self._database):
            yield


def _require_bounds(version: str, block: int, sequence: int, programmes: Sequence[Programme]) -> None:
    if not 0 < len(version) <= VERSION_LENGTH_MAX:
        raise ValueError(f"a snapshot's version has 1 to {VERSION_LENGTH_MAX} characters")
    if not 0 <= block <= _NUMBER_MAX or not 0 <= sequence <= SEQUENCE_MAX:
        raise ValueError("a snapshot's block or sequence is out of range")
    if len(programmes) > PROGRAMMES_MAX:
        raise ValueError(f"a snapshot has at most {PROGRAMMES_MAX} programmes")
    if any(len(programme.name) > NAME_LENGTH_MAX for programme in programmes):
        raise ValueError(f"a programme's name has at most {NAME_LENGTH_MAX} characters")


def _require_few(budgets: int) -> None:
    if budgets > BUDGETS_MAX:
        raise ValueError(f"a snapshot has at most {BUDGETS_MAX} budgets")


def _row(programme: Programme) -> tuple[int | str, ...]:
    times = (timestamp(programme.begins), timestamp(programme.ends))
    limits = (cents(programme.floor_limit), cents(programme.day_limit), _number(programme.offline_window))
    return (_number(programme.id), programme.name, *times, *limits, programme.paused, programme.admitted)


def _bounded(pass_address: Address, budget: Budget) -> tuple[bytes | int, ...]:
    money = (cents(budget.left), budget.blocked, cents(budget.today), _number(budget.day))
    codes = (_number(budget.counter), _window(budget.window))
    return (address(pass_address), _number(budget.programme), *money, *codes)


def _number(value: int) -> int:
    if not 0 <= value <= PROGRAMME_MAX:
        raise ValueError(f"a programme's number, its window, a day and a counter are 0 to {PROGRAMME_MAX}")
    return value


def _window(value: int) -> bytes:
    if not 0 <= value < 2 ** (8 * WINDOW_BYTES):
        raise ValueError(f"what was used of a phone's codes are {8 * WINDOW_BYTES} bits")
    return value.to_bytes(WINDOW_BYTES)
