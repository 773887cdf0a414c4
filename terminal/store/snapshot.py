"""A new snapshot of programmes and budgets takes the old one's place while sales go on.

Budgets are written beside the old ones under a new generation, in transactions so short that an approval in between
does not notice; one more transaction makes the new generation count. A crash on the way leaves the old snapshot in
force, and the next replacement sweeps up what it left.
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
VERSION_LENGTH_MAX = 128
NAME_LENGTH_MAX = 64
WINDOW_BYTES = 8
"""SQLite's numbers are signed, so 64 bits are kept as bytes."""
CHUNK = 500
"""Budgets in one transaction: some milliseconds on a Raspberry Pi."""

_NUMBER_MAX = 2**63 - 1  # SQLite's


def replace(
    path: Path,
    turns: Turns,
    version: str,
    block: int,
    sequence: int,
    programmes: Sequence[Programme],
    budgets: Iterable[tuple[Address, Budget]],
) -> None:
    """Have these programmes and budgets count from now on, all at once.

    Raises ValueError for anything out of bounds and Refused(STORAGE_FAULT) when the disk does not take it; either way
    the snapshot before it stays in force.
    """
    _require_bounds(version, block, sequence, programmes)
    try:
        with closing(schema.connect(path, mode="rw")) as database:
            writer = _Writer(database, turns)
            writer.sweep(keep=writer.generation)
            writer.write(budgets)
            writer.switch((version, block, sequence), programmes)
            writer.sweep(keep=writer.generation)
    except sqlite3.Error as error:
        raise Refused(Reason.STORAGE_FAULT, f"the snapshot is not stored: {error}") from error


class _Writer:
    """One replacement, on a connection of its own.

    Chunks are not flushed one by one: the flush of the switch covers all that was written before it.
    """

    def __init__(self, database: sqlite3.Connection, turns: Turns) -> None:
        self._database = database
        self._turns = turns
        row = database.execute("SELECT generation FROM snapshot").fetchone()
        self.generation = int(row[0]) if row else 0
        database.execute("PRAGMA synchronous = NORMAL")

    def write(self, budgets: Iterable[tuple[Address, Budget]]) -> None:
        """Budgets of the next generation, chunk by chunk."""
        rows = ((self.generation + 1, *_bounded(pass_address, budget)) for pass_address, budget in budgets)
        while chunk := list(islice(rows, CHUNK)):
            with self._transaction():
                self._database.executemany("INSERT INTO budgets VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", chunk)

    def switch(self, snapshot: tuple[str, int, int], programmes: Sequence[Programme]) -> None:
        """Have the next generation count."""
        self._database.execute("PRAGMA synchronous = FULL")
        self.generation += 1
        with self._transaction():
            self._database.execute(
                "INSERT OR REPLACE INTO snapshot VALUES (1, ?, ?, ?, ?)", (self.generation, *snapshot)
            )
            self._database.execute("DELETE FROM programmes")
            self._database.executemany(
                "INSERT INTO programmes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", map(_row, programmes)
            )
        self._database.execute("PRAGMA synchronous = NORMAL")

    def sweep(self, keep: int) -> None:
        """Drop what a replacement left behind: it can only be the generation before the kept one, or after it."""
        sql = """DELETE FROM budgets WHERE (generation, pass, programme) IN
                 (SELECT generation, pass, programme FROM budgets WHERE generation = ? LIMIT ?)"""
        for stale in (keep - 1, keep + 1):
            swept = CHUNK
            while swept == CHUNK:
                with self._transaction():
                    swept = self._database.execute(sql, (stale, CHUNK)).rowcount

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
