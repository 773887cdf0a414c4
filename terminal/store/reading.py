"""What a journal says. The daemon reads its own; the commands read one beside a running daemon, or without it."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from contracts.wire import journal
from contracts.wire.batch import Segment
from contracts.wire.errors import Broken
from contracts.wire.reasons import Reason
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address, Cents, Hash, Timestamp, address, cents, hash32, timestamp
from terminal.core.facts import RECENT_MAX, Budget, Checkpoint, JournalFacts, OpenEntry, Outcome, Programme, Slice
from terminal.core.line import Line
from terminal.store import schema

AGAIN_SECONDS = 300
"""How long the core asks "again?" for the same pass and amount."""


@dataclass(frozen=True, slots=True)
class Booking:
    """An approved payment with the time that stands in its entry, for lists and reports."""

    sequence: int
    pass_address: Address
    programme: int
    amount: Cents
    time: Timestamp


class View:
    """Every question that can be asked of a journal. Raises Broken when the file does not answer as it must."""

    def __init__(self, database: sqlite3.Connection, path: Path) -> None:
        self._database = database
        self._path = path
        chain_id, contract, terminal = self._row("SELECT chain_id, contract, terminal FROM identity") or (0, b"", b"")
        if not chain_id:
            raise Broken(f"{path} does not say whose journal it is: {schema.KEEP}")
        self.domain = Domain(chain_id, address(contract))
        self.terminal = address(terminal)

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # The journal itself.

    @property
    def sequence(self) -> int:
        """Of the last entry; 0 when there is none."""
        return self.position()[0]

    @property
    def head(self) -> Hash:
        """After the last entry; genesis when there is none."""
        return self.position()[1]

    def position(self) -> tuple[int, Hash]:
        """Sequence and head of the last entry."""
        row = self._row("SELECT sequence, head FROM entries ORDER BY sequence DESC LIMIT 1")
        return (row[0], hash32(row[1])) if row else (0, journal.genesis(self.domain, self.terminal))

    def head_at(self, sequence: int) -> Hash | None:
        """The head after that entry: genesis for 0, None beyond the last."""
        if sequence == 0:
            return journal.genesis(self.domain, self.terminal)
        row = self._row("SELECT head FROM entries WHERE sequence = ?", sequence)
        return hash32(row[0]) if row else None

    def lines(self, first: int = 1, limit: int = -1) -> Iterator[Line]:
        """The lines from that sequence on, in order; at most `limit` of them when it is not negative."""
        sql = "SELECT sequence, entry, head, signature FROM entries WHERE sequence >= ? ORDER BY sequence LIMIT ?"
        for sequence, entry, head, signature in self._each(sql, first, limit):
            yield Line(sequence, entry, hash32(head), signature)

    def segment_after(self, sequence: int, limit: int = 100) -> Segment | None:
        """What follows that entry, as the gateway and the contract take it; None when nothing does."""
        lines = tuple(self.lines(sequence + 1, limit))
        previous = self.head_at(sequence)
        if not lines or previous is None:
            return None
        entries = tuple(line.entry for line in lines)
        return Segment(self.terminal, sequence + 1, previous, entries, lines[-1].signature)

    def bookings(self, first: int = 1) -> Iterator[Booking]:
        """The payments from that sequence on, in order."""
        sql = "SELECT sequence, pass, programme, amount, time FROM payments WHERE sequence >= ? ORDER BY sequence"
        for sequence, pass_address, programme, amount, time in self._each(sql, first):
            yield Booking(sequence, address(pass_address), programme, cents(amount), timestamp(time))

    # What became of it, as the gateway says.

    @property
    def forwarded(self) -> int:
        """The gateway has everything up to here."""
        return int(self._progress("forwarded"))

    def outcomes(self, after: int = 0) -> tuple[Outcome, ...]:
        """What is known of the entries behind that one, in order."""
        rows = self._each("SELECT sequence, reason FROM outcomes WHERE sequence > ? ORDER BY sequence", after)
        return tuple(Outcome(sequence, Reason(reason)) for sequence, reason in rows)

    # What the terminal knows of the world.

    def checkpoint(self) -> Checkpoint | None:
        """The last answer of the chain that was kept."""
        row = self._row("SELECT block, time, shop, sequence FROM checkpoint")
        if row is None:
            return None
        slices = self._each("SELECT programme, amount FROM slices ORDER BY programme")
        block, time, shop, sequence = row
        return Checkpoint(block, timestamp(time), shop, sequence, tuple(Slice(p, cents(a)) for p, a in slices))

    def programmes(self) -> tuple[Programme, ...]:
        """Those of the newest snapshot."""
        sql = "SELECT id, name, begins, ends, floor_limit, offline_window, paused, admitted FROM programmes ORDER BY id"
        return tuple(_programme(*row) for row in self._each(sql))

    def snapshot_version(self) -> str | None:
        """The gateway's name for the newest snapshot; None before the first."""
        row = self._row("SELECT version FROM snapshot")
        return str(row[0]) if row else None

    def snapshot_sequence(self) -> int:
        """The newest snapshot has the own entries up to this one taken off; 0 before the first."""
        row = self._row("SELECT sequence FROM snapshot")
        return int(row[0]) if row else 0

    def budgets_of(self, pass_address: Address) -> tuple[Budget, ...]:
        """What the newest snapshot says of this pass, one per programme; empty when it does not know it."""
        sql = """SELECT programme, amount_left, blocked FROM budgets
                 WHERE generation = (SELECT generation FROM snapshot) AND pass = ? ORDER BY programme"""
        return tuple(Budget(programme, cents(left), bool(b)) for programme, left, b in self._each(sql, pass_address))

    def facts(self) -> JournalFacts:
        """What the core starts from."""
        checkpoint = self.checkpoint()
        settled = min(checkpoint.sequence if checkpoint else 0, self.snapshot_sequence())
        recent = self.bound() - AGAIN_SECONDS
        sql = """SELECT sequence, pass, programme, amount, bound FROM payments
                 WHERE sequence > ? OR bound >= ? ORDER BY sequence"""
        entries = tuple(_open_entry(*row) for row in self._each(sql, settled, recent))
        newest = self._newest()
        outcomes = self.outcomes(newest[-1].sequence - 1) if newest else ()
        return JournalFacts(self.sequence, self.forwarded, entries, newest, outcomes)

    # What the daemon notes for its next start.

    def bound(self) -> Timestamp:
        """It is certainly not earlier than this: the latest of what was noted, the checkpoint, the last entry."""
        sql = """SELECT max(bound, coalesce((SELECT time FROM checkpoint), 0),
                     coalesce((SELECT bound FROM payments ORDER BY sequence DESC LIMIT 1), 0)) FROM progress"""
        row = self._row(sql)
        return timestamp(row[0] if row else 0)

    def schedule(self) -> tuple[int, Timestamp]:
        """How often sending has failed in a row, and when it is due again (as a bound)."""
        return int(self._progress("flush_attempts")), timestamp(self._progress("flush_due"))

    def attention(self) -> tuple[Reason, str] | None:
        """Why a person must look at this terminal; None when all is well."""
        reason = self._progress("attention_reason")
        return None if reason is None else (Reason(reason), str(self._progress("attention_detail")))

    def _newest(self) -> tuple[OpenEntry, ...]:
        sql = "SELECT sequence, pass, programme, amount, bound FROM payments ORDER BY sequence DESC LIMIT ?"
        return tuple(_open_entry(*row) for row in self._each(sql, RECENT_MAX))

    def _progress(self, column: str) -> Any:
        row = self._row(f"SELECT {column} FROM progress")  # noqa: S608 -- a column's name from this file
        if row is None:
            raise Broken(f"{self._path} lacks its progress: {schema.KEEP}")
        return row[0]

    def _row(self, sql: str, *values: int | bytes) -> tuple[Any, ...] | None:
        return next(self._each(sql, *values), None)

    def _each(self, sql: str, *values: int | bytes) -> Iterator[tuple[Any, ...]]:
        try:
            yield from self._database.execute(sql, values)
        except sqlite3.Error as error:
            raise Broken(f"{self._path} cannot be read ({error}): {schema.KEEP}") from error


class Reader(View):
    """A journal that is only read, whether or not a daemon is writing it."""

    @classmethod
    def open(cls, path: Path) -> Self:
        """The journal in the file, looked through for damage. Raises Broken."""
        database = open_for_reading(path)
        try:
            schema.require_current(database, path)
            return cls(database, path)
        except BaseException:
            database.close()
            raise


def open_for_reading(path: Path) -> sqlite3.Connection:
    """A connection that changes nothing, to a file that is a journal of ours. Raises Broken."""
    if not path.is_file():
        raise Broken(f"there is no journal {path}: check `state_dir` in the configuration")
    try:
        database = schema.connect(path, mode="ro")
    except sqlite3.Error as error:
        raise Broken(f"{path} cannot be opened ({error}): check its owner and its folder") from error
    try:
        schema.require_ours(database, path)
        schema.require_whole(database, path)
    except BaseException:
        database.close()
        raise
    return database


def _programme(
    number: int, name: str, begins: int, ends: int, floor_limit: int, offline_window: int, paused: int, admitted: int
) -> Programme:
    limits = (timestamp(begins), timestamp(ends), cents(floor_limit), offline_window)
    return Programme(number, name, *limits, paused=bool(paused), admitted=bool(admitted))


def _open_entry(sequence: int, pass_address: bytes, programme: int, amount: int, bound: int) -> OpenEntry:
    return OpenEntry(sequence, address(pass_address), programme, cents(amount), timestamp(bound))
