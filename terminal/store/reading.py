"""What a journal says. The daemon reads its own; the commands read one beside a running daemon, or without it."""

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self, TypeVar

from contracts.wire import journal
from contracts.wire.batch import Segment
from contracts.wire.errors import Broken
from contracts.wire.reasons import Reason
from contracts.wire.typed_data import Domain
from contracts.wire.units import SEQUENCE_MAX, Address, Cents, Hash, Timestamp, address, cents, hash32, timestamp
from terminal.core.facts import RECENT_MAX, Budget, Checkpoint, JournalFacts, OpenEntry, Outcome, Programme, Slice
from terminal.core.line import Line
from terminal.store import schema

AGAIN_SECONDS = 300
"""How long the core asks "again?" for the same pass and amount."""

T = TypeVar("T")


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
        owner = self._one(_owner, "SELECT chain_id, contract, terminal FROM identity")
        if owner is None:
            raise Broken(f"{path} does not say whose journal it is: {schema.KEEP}")
        self.domain, self.terminal = owner

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
        last = self._one(_position, "SELECT sequence, head FROM entries ORDER BY sequence DESC LIMIT 1")
        return last or (0, journal.genesis(self.domain, self.terminal))

    def head_at(self, sequence: int) -> Hash | None:
        """The head after that entry: genesis for 0, None for any number that is not an entry's."""
        if sequence == 0:
            return journal.genesis(self.domain, self.terminal)
        if not 0 < sequence <= SEQUENCE_MAX:
            return None
        return self._one(hash32, "SELECT head FROM entries WHERE sequence = ?", sequence)

    def lines(self, first: int = 1, limit: int = -1) -> Iterator[Line]:
        """The lines from that sequence on, in order; at most `limit` of them when it is not negative."""
        sql = "SELECT sequence, entry, head, signature FROM entries WHERE sequence >= ? ORDER BY sequence LIMIT ?"
        return self._each(_line, sql, first, limit)

    def segment_after(self, sequence: int, limit: int = 100) -> Segment | None:
        """What follows that entry, as the gateway and the contract take it; None when nothing does."""
        previous = self.head_at(sequence)
        lines = tuple(self.lines(sequence + 1, limit)) if previous is not None else ()
        if previous is None or not lines:
            return None
        entries = tuple(line.entry for line in lines)
        return Segment(self.terminal, sequence + 1, previous, entries, lines[-1].signature)

    def bookings(self, first: int = 1) -> Iterator[Booking]:
        """The payments from that sequence on, in order."""
        sql = "SELECT sequence, pass, programme, amount, time FROM payments WHERE sequence >= ? ORDER BY sequence"
        return self._each(_booking, sql, first)

    # What became of it, as the gateway says.

    @property
    def forwarded(self) -> int:
        """The gateway has everything up to here."""
        return self._one(_natural, "SELECT forwarded FROM progress") or 0

    def outcomes(self, after: int = 0) -> tuple[Outcome, ...]:
        """What is known of the entries behind that one, in order."""
        return tuple(
            self._each(_outcome, "SELECT sequence, reason FROM outcomes WHERE sequence > ? ORDER BY sequence", after)
        )

    # What the terminal knows of the world.

    def checkpoint(self) -> Checkpoint | None:
        """The last answer of the chain that was kept."""
        slices = tuple(self._each(_slice, "SELECT programme, amount FROM slices ORDER BY programme"))

        def whole(block: int, time: int, shop: int, sequence: int) -> Checkpoint:
            return Checkpoint(_natural(block), timestamp(time), _natural(shop), _natural(sequence), slices)

        return self._one(whole, "SELECT block, time, shop, sequence FROM checkpoint")

    def programmes(self) -> tuple[Programme, ...]:
        """Those of the newest snapshot."""
        sql = "SELECT id, name, begins, ends, floor_limit, offline_window, paused, admitted FROM programmes ORDER BY id"
        return tuple(self._each(_programme, sql))

    def snapshot_version(self) -> str | None:
        """The gateway's name for the newest snapshot; None before the first."""
        return self._one(str, "SELECT version FROM snapshot")

    def snapshot_sequence(self) -> int:
        """The newest snapshot has the own entries up to this one taken off; 0 before the first."""
        return self._one(_natural, "SELECT sequence FROM snapshot") or 0

    def budgets_of(self, pass_address: Address) -> tuple[Budget, ...]:
        """What the newest snapshot says of this pass, one per programme; empty when it does not know it."""
        sql = """SELECT programme, amount_left, blocked FROM budgets
                 WHERE generation = (SELECT generation FROM snapshot) AND pass = ? ORDER BY programme"""
        return tuple(self._each(_budget, sql, pass_address))

    def facts(self) -> JournalFacts:
        """What the core starts from."""
        checkpoint = self.checkpoint()
        settled = min(checkpoint.sequence if checkpoint else 0, self.snapshot_sequence())
        columns = "SELECT sequence, pass, programme, amount, bound FROM payments"
        limiting = f"{columns} WHERE sequence > ? OR bound >= ? ORDER BY sequence"
        entries = tuple(self._each(_open_entry, limiting, settled, self.bound() - AGAIN_SECONDS))
        newest = tuple(self._each(_open_entry, f"{columns} ORDER BY sequence DESC LIMIT ?", RECENT_MAX))
        outcomes = self.outcomes(newest[-1].sequence - 1) if newest else ()
        return JournalFacts(self.sequence, self.forwarded, entries, newest, outcomes)

    # What the daemon notes for its next start.

    def bound(self) -> Timestamp:
        """It is certainly not earlier than this: the latest of all that was noted, of checkpoints and of entries."""
        return self._one(timestamp, "SELECT bound FROM progress") or Timestamp(0)

    def schedule(self) -> tuple[int, Timestamp]:
        """How often sending has failed in a row, and when it is due again (as a bound)."""
        return self._one(_schedule, "SELECT flush_attempts, flush_due FROM progress") or (0, Timestamp(0))

    def attention(self) -> tuple[Reason, str] | None:
        """Why a person must look at this terminal; None when all is well."""
        sql = "SELECT attention_reason, attention_detail FROM progress WHERE attention_reason IS NOT NULL"
        return self._one(_attention, sql)

    def _one(self, make: Callable[..., T], sql: str, *values: int | bytes) -> T | None:
        return next(self._each(make, sql, *values), None)

    def _each(self, make: Callable[..., T], sql: str, *values: int | bytes) -> Iterator[T]:
        """What `make` makes of each row. Raises Broken when a value is not within its bounds."""
        try:
            for row in self._database.execute(sql, values):
                yield make(*row)
        except (sqlite3.Error, ValueError) as error:
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


def _natural(value: int) -> int:
    if value < 0:
        raise ValueError(f"a negative number where none can be: {value}")
    return value


def _owner(chain_id: int, contract: bytes, terminal: bytes) -> tuple[Domain, Address]:
    return Domain(_natural(chain_id), address(contract)), address(terminal)


def _position(sequence: int, head: bytes) -> tuple[int, Hash]:
    return _natural(sequence), hash32(head)


def _line(sequence: int, entry: bytes, head: bytes, signature: bytes) -> Line:
    return Line(_natural(sequence), entry, hash32(head), signature)


def _booking(sequence: int, pass_address: bytes, programme: int, amount: int, time: int) -> Booking:
    return Booking(_natural(sequence), address(pass_address), _natural(programme), cents(amount), timestamp(time))


def _open_entry(sequence: int, pass_address: bytes, programme: int, amount: int, bound: int) -> OpenEntry:
    return OpenEntry(_natural(sequence), address(pass_address), _natural(programme), cents(amount), timestamp(bound))


def _outcome(sequence: int, reason: int) -> Outcome:
    return Outcome(_natural(sequence), Reason(reason))


def _slice(programme: int, amount: int) -> Slice:
    return Slice(_natural(programme), cents(amount))


def _programme(
    number: int, name: str, begins: int, ends: int, floor_limit: int, offline_window: int, paused: int, admitted: int
) -> Programme:
    limits = (timestamp(begins), timestamp(ends), cents(floor_limit), _natural(offline_window))
    return Programme(_natural(number), name, *limits, paused=bool(paused), admitted=bool(admitted))


def _budget(programme: int, left: int, blocked: int) -> Budget:
    return Budget(_natural(programme), cents(left), bool(blocked))


def _schedule(attempts: int, due: int) -> tuple[int, Timestamp]:
    return _natural(attempts), timestamp(due)


def _attention(reason: int, detail: str) -> tuple[Reason, str]:
    return Reason(reason), detail
