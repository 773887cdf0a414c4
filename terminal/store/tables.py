"""Rows of a journal's tables, held to their bounds: SQLite does not check those of a file that is only read."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self, TypeVar

from contracts.wire.entry import EntryKind
from contracts.wire.errors import Broken
from contracts.wire.reasons import Reason
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address, Hash, Timestamp, address, cents, hash32, timestamp
from terminal.core.effects import AskEnd
from terminal.core.facts import Budget, GivenBack, OpenEntry, Order, Outcome, Programme, Slice
from terminal.core.line import Line
from terminal.store import schema

T = TypeVar("T")


class Tables:
    """A connection to a journal. Raises Broken whenever the file does not answer as it must."""

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

    def _one(self, make: Callable[..., T], sql: str, *values: int | bytes) -> T | None:
        return next(self._each(make, sql, *values), None)

    def _each(self, make: Callable[..., T], sql: str, *values: int | bytes) -> Iterator[T]:
        """What `make` makes of each row. Raises Broken when a value is not within its bounds."""
        try:
            for row in self._database.execute(sql, values):
                yield make(*row)
        except (sqlite3.Error, ValueError) as error:
            raise Broken(f"{self._path} cannot be read ({error}): {schema.KEEP}") from error


# Rows, in the order in which their tables have the columns.


def natural(value: int) -> int:
    """The number. Raises ValueError when it is negative."""
    if value < 0:
        raise ValueError(f"a negative number where none can be: {value}")
    return value


def position(sequence: int, head: bytes) -> tuple[int, Hash]:
    """A place in the journal."""
    return natural(sequence), hash32(head)


def line(sequence: int, entry: bytes, head: bytes, signature: bytes) -> Line:
    """An entry as it is handed on."""
    return Line(natural(sequence), entry, hash32(head), signature)


def sale(
    sequence: int,
    pass_address: bytes,
    programme: int,
    amount: int,
    time: int,
    bound: int,
    kind: int,
    deadline: int,
    counter: int | None,
) -> OpenEntry:
    """A payment or an ask."""
    what = natural(sequence), address(pass_address), natural(programme), cents(amount)
    when = timestamp(bound), timestamp(time), EntryKind(kind), timestamp(deadline)
    return OpenEntry(*what, *when, None if counter is None else natural(counter))


def refund(
    sequence: int, sale_terminal: bytes, sale_sequence: int, programme: int, pass_address: bytes, amount: int
) -> GivenBack:
    """A refund and what it gives back."""
    place = natural(sequence), address(sale_terminal), natural(sale_sequence)
    return GivenBack(*place, natural(programme), address(pass_address), cents(amount))


def end(sequence: int, how: str) -> tuple[int, AskEnd]:
    """How an ask ended."""
    return natural(sequence), AskEnd(how)


def outcome(sequence: int, reason: int) -> Outcome:
    """What became of an entry."""
    return Outcome(natural(sequence), Reason(reason))


def slice_of(programme: int, amount: int) -> Slice:
    """What a programme guarantees."""
    return Slice(natural(programme), cents(amount))


def programme(
    number: int,
    name: str,
    begins: int,
    ends: int,
    floor_limit: int,
    day_limit: int,
    offline_window: int,
    paused: int,
    admitted: int,
) -> Programme:
    """A programme's rules."""
    limits = timestamp(begins), timestamp(ends), cents(floor_limit), cents(day_limit), natural(offline_window)
    return Programme(natural(number), name, *limits, paused=bool(paused), admitted=bool(admitted))


def budget(number: int, left: int, blocked: int, today: int, day: int, counter: int, used: bytes) -> Budget:
    """What a pass may spend."""
    codes = natural(counter), int.from_bytes(used)
    return Budget(natural(number), cents(left), bool(blocked), cents(today), natural(day), *codes)


def order(number: int, amount: int, until: int, name: str) -> Order:
    """What waits for a pass."""
    return Order(natural(number), cents(amount), timestamp(until), name)


def schedule(attempts: int, due: int) -> tuple[int, Timestamp]:
    """Failures in a row, and when sending is due again."""
    return natural(attempts), timestamp(due)


def attention(reason: int, detail: str) -> tuple[Reason, str]:
    """Why a person must look."""
    return Reason(reason), detail


def _owner(chain_id: int, contract: bytes, terminal: bytes) -> tuple[Domain, Address]:
    return Domain(natural(chain_id), address(contract)), address(terminal)
