"""The one transaction that approves, and the notes around it."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from contracts.wire import entry as wire_entry
from contracts.wire import journal
from contracts.wire.entry import Content, Retire
from contracts.wire.errors import Broken, Refused
from contracts.wire.reasons import Reason
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address, Hash, Timestamp
from terminal.core.effects import AskEnd, Commit
from terminal.core.facts import Budget, Checkpoint, GivenBack, OpenEntry, Order, Outcome, Programme
from terminal.core.line import Line
from terminal.store import inserting, opening, schema, snapshot, waiting
from terminal.store.mirror import Mirror
from terminal.store.place import Lock
from terminal.store.reading import View
from terminal.store.turns import Turns

DETAIL_LENGTH_MAX = 500

_NO_LONGER_A_JOURNAL = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


class Store(View):
    """The journal in the hands of its one daemon. For one thread, but for the pages of snapshots."""

    def __init__(self, database: sqlite3.Connection, path: Path, lock: Lock) -> None:
        super().__init__(database, path)
        self._lock = lock
        self._turns = Turns()
        self._mirror: Mirror | None = None

    @staticmethod
    def create(path: Path, domain: Domain, terminal: Address, *, volatile_ok: bool = False) -> None:
        """An empty journal for this terminal on this contract, where none is.

        It appears under its name whole or not at all. Raises Broken when anything is there already (nothing is ever
        overwritten), or when the folder forgets at a power cut and `volatile_ok` does not say that it may.
        """
        opening.create(path, domain, terminal, volatile_ok=volatile_ok)

    @classmethod
    def open(cls, path: Path, domain: Domain, terminal: Address, *, volatile_ok: bool = False) -> Self:
        """The journal of this terminal on this contract, locked, looked through, and proven to take a write.

        Raises Broken, saying what to do, when another daemon has it, when it is missing, damaged, somebody else's or
        from a newer version, and when its disk is full, read-only or forgetful. The file then stays as it is.
        """
        database, lock = opening.open_checked(path, domain, terminal, volatile_ok=volatile_ok)
        return cls(database, path, lock)

    @property
    def mirror(self) -> Mirror | None:
        """The one that is kept."""
        return self._mirror

    def keep_mirror(self, mirror: Mirror) -> None:
        """Have all that is stored stand there, too, before it is said to be stored. The mirror is caught up first.

        It stops nothing: a mirror that is lost counts as lost, and `append` goes on without.
        """
        self._mirror = mirror
        mirror.start()

    def close(self) -> None:
        """Let go of the mirror, the file and the lock, in this order: the last at the file folds its log into it."""
        if self._mirror is not None:
            self._mirror.close()
        super().close()
        self._lock.release()

    def append(self, line: Line, commit: Commit) -> None:
        """Store a payment, an ask or a refund: its line and what it takes or gives back, in one transaction.

        When this returns, a pulled plug loses nothing. Raises Refused(STORAGE_FAULT) when it is certainly not stored,
        and Broken when the line does not follow the last one, when it says something else than the commit, or when
        only the next start can tell whether it is stored.
        """
        _require_said(line, commit.sequence, commit.content)
        self._append(line, commit.bound, commit.entry())

    def retire(self, line: Line, retirement: Retire, bound: Timestamp) -> None:
        """Store the last entry of this journal. Raises as `append` does."""
        _require_said(line, line.sequence, retirement)
        self._append(line, bound, None)

    def resolve(self, sequence: int, how: AskEnd) -> None:
        """Note how this ask ended; the last word stands. An order that it paid is no longer offered.

        Raises Refused(STORAGE_FAULT).
        """
        with self._noting():
            self._database.execute("INSERT OR REPLACE INTO ends VALUES (?, ?)", (sequence, how.value))
            if how is not AskEnd.REFUSED:
                waiting.hand_over(self._database, sequence)

    def acknowledge(self, sequence: int, head: Hash) -> bool:
        """Note that the gateway has the journal up to this sequence and head, if both are ours.

        False, and nothing noted, when they are not: then the gateway speaks of another journal. Raises
        Refused(STORAGE_FAULT) when the disk does not take the note.
        """
        if self.head_at(sequence) != head:
            return False
        self._note("forwarded = ?", sequence)
        return True

    def record_outcomes(self, outcomes: Iterable[Outcome]) -> None:
        """Note what became of entries; the newest word on one counts.

        Raises ValueError when one is not in the journal (then none is noted) and Refused(STORAGE_FAULT).
        """
        rows, last = [(outcome.sequence, outcome.reason) for outcome in outcomes], self.sequence
        if not all(1 <= sequence <= last and Reason.PAID <= reason < Reason.SEGMENT_FORM for sequence, reason in rows):
            raise ValueError("an outcome of an entry that is not in this journal, or none that the contract gives")
        with self._noting():
            self._database.executemany("INSERT OR REPLACE INTO outcomes VALUES (?, ?)", rows)

    def save_checkpoint(self, checkpoint: Checkpoint) -> None:
        """Keep what the chain said last. Raises Refused(STORAGE_FAULT)."""
        position = (checkpoint.block, checkpoint.time, checkpoint.shop, checkpoint.sequence)
        ask = (checkpoint.ask_sequence, checkpoint.ask_reason)
        with self._noting():
            self._database.execute("INSERT OR REPLACE INTO checkpoint VALUES (1, ?, ?, ?, ?, ?, ?)", (*position, *ask))
            self._database.execute("DELETE FROM slices")
            slices = [(part.programme, part.amount) for part in checkpoint.slices]
            self._database.executemany("INSERT INTO slices VALUES (?, ?)", slices)
            inserting.raise_bound(self._database, checkpoint.time)

    def replace_snapshot(
        self,
        version: str,
        block: int,
        sequence: int,
        programmes: Sequence[Programme],
        budgets: Iterable[tuple[Address, Budget]],
    ) -> None:
        """Have these programmes and budgets count instead of the old ones, all at once; see `take_page`."""
        self.take_page(version, block, sequence, programmes, budgets, full=True, more=False)

    def take_page(
        self,
        version: str,
        block: int,
        sequence: int,
        programmes: Sequence[Programme],
        budgets: Iterable[tuple[Address, Budget]],
        *,
        full: bool,
        more: bool,
    ) -> None:
        """Keep a page of a snapshot, or of what changed in it; all of it counts at once with the last; one at a time.

        For a thread of its own: it uses its own connection, and approvals go on meanwhile. Raises ValueError for
        anything out of bounds and Refused(STORAGE_FAULT); then the old snapshot stays in force.
        """
        snapshot.take(self._path, self._turns, version, block, sequence, programmes, budgets, full=full, more=more)

    def forget_pages(self) -> None:
        """Drop what has come of a snapshot that is not whole, as `take_page` does. Raises Refused(STORAGE_FAULT)."""
        snapshot.forget_pages(self._path, self._turns)

    def replace_orders(self, orders: Iterable[tuple[Address, Order]]) -> None:
        """Have these wait at the shop, and no others; the same ones again write nothing.

        Raises ValueError for anything out of bounds and Refused(STORAGE_FAULT); then the old ones stay.
        """
        rows = waiting.rows(orders)
        with self._noting():
            waiting.replace(self._database, rows)

    @property
    def turns(self) -> Turns:
        """Who writes next, for those who write on a connection of their own."""
        return self._turns

    def save_bound(self, bound: Timestamp) -> None:
        """Keep that it is not earlier than this; an earlier one than is kept changes nothing."""
        with self._noting():
            inserting.raise_bound(self._database, bound)

    def save_schedule(self, attempts: int, due: Timestamp) -> None:
        """Keep how often sending has failed in a row, and when it is due again."""
        self._note("flush_attempts = ?, flush_due = ?", attempts, due)

    def save_attention(self, reason: Reason, detail: str) -> None:
        """Keep that a person must look at this terminal, and why."""
        self._note("attention_reason = ?, attention_detail = ?", reason, detail[:DETAIL_LENGTH_MAX])

    def clear_attention(self) -> None:
        """A person has looked, or the cause is gone."""
        self._note("attention_reason = NULL, attention_detail = ''")

    def _append(self, line: Line, bound: Timestamp, note: OpenEntry | GivenBack | None) -> None:
        try:
            with self._transaction():
                self._require_next(line)
                inserting.insert(self._database, line, note, bound)
        except sqlite3.Error as error:
            self._make_certain(line, error)
        if self._mirror is not None:
            self._mirror.keep_up()

    def _require_next(self, line: Line) -> None:
        sequence, head = self.position()
        if line.sequence != sequence + 1 or line.head != journal.advance(head, line.entry):
            raise Broken(f"entry {line.sequence} does not follow entry {sequence}: nothing was stored")

    def _make_certain(self, line: Line, error: sqlite3.Error) -> None:
        """Return when the line is stored after all; else raise Refused when it certainly is not, Broken when unknown.

        A commit fails in the write-ahead log either while writing (then its last frame is not whole, and counts for
        nothing) or while syncing: then all frames may reach the disk, unseen now and valid after a crash. Writing
        something else in their place takes that chance away.
        """
        if self.head_at(line.sequence) == line.head:
            return
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
        if code & 0xFF in _NO_LONGER_A_JOURNAL:
            raise Broken(f"{self._path} is damaged ({error}): {schema.KEEP}") from error
        if code & 0xFF == sqlite3.SQLITE_IOERR and code != sqlite3.SQLITE_IOERR_WRITE:
            self._overwrite_failed_commit(line)
        raise Refused(Reason.STORAGE_FAULT, str(error)) from error

    def _overwrite_failed_commit(self, line: Line) -> None:
        try:
            with self._transaction():
                self._database.execute("UPDATE progress SET faults = faults + 1")
        except sqlite3.Error as error:
            raise Broken(
                f"the disk fails ({error}): whether entry {line.sequence} is stored is known at the next start"
            ) from error

    def _note(self, change: str, *values: int | str) -> None:
        with self._noting():
            self._database.execute(f"UPDATE progress SET {change}", values)  # noqa: S608 -- a change from this file

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._turns.urgent(), schema.transaction(self._database):
            yield

    @contextmanager
    def _noting(self) -> Iterator[None]:
        try:
            with self._transaction():
                yield
        except sqlite3.Error as error:
            raise Refused(Reason.STORAGE_FAULT, str(error)) from error


def _require_said(line: Line, sequence: int, content: Content) -> None:
    """Raise Broken unless the line is what was committed: it is what is paid, and the rest is what limits are told."""
    signed = wire_entry.unpack(line.entry)
    if signed is None or (line.sequence, signed.content) != (sequence, content):
        raise Broken(f"entry {line.sequence} says something else than was approved: nothing was stored")
