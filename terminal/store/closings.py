"""Closed days: each is one row that nothing changes, bound to the one before it and to a place in the journal."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contracts.wire import journal
from contracts.wire.errors import Broken, Refused
from contracts.wire.hashing import keccak256
from contracts.wire.reasons import Reason
from contracts.wire.units import Hash, cents, from_hex, hash32, to_hex
from terminal.core.facts import Lost
from terminal.store import schema, tables
from terminal.store.past import Past
from terminal.store.turns import Turns

_ALL = "SELECT number, last, head, previous, document, hash FROM closings "


@dataclass(frozen=True, slots=True)
class Closing:
    """One closed day."""

    number: int
    """From 1, without a hole."""
    last: int
    """The entries up to this sequence are counted in it or in one before it; 0 while there are none."""
    head: Hash
    """The journal's there."""
    previous: Hash
    """The hash of the one before; of the first, the journal's genesis, which names terminal and contract."""
    document: str
    """All that it says, as JSON, the four above among it."""

    @property
    def hash(self) -> Hash:
        """What the next one holds on to."""
        return keccak256(self.document.encode())

    def contents(self) -> dict[str, Any]:
        """The document. Raises ValueError when it is not one, or names another place than its row."""
        contents = json.loads(self.document)
        place = {"number": self.number, "last": self.last, "head": to_hex(self.head), "previous": to_hex(self.previous)}
        if not isinstance(contents, dict) or not contents.items() >= place.items():
            raise ValueError(f"closing {self.number} says that it is another one")
        return contents


class Closings(Past):
    """The questions about closed days."""

    def closings(self) -> Iterator[Closing]:
        """All of them, oldest first."""
        return self._each(_closing, _ALL + "ORDER BY number")

    def closing(self, number: int) -> Closing | None:
        """The one with this number."""
        return self._one(_closing, _ALL + "WHERE number = ?", number)

    def lost(self) -> tuple[Lost, ...]:
        """What the contract rejected and no closed day tells of yet, oldest first; asks never were approved."""
        day = self.last_closing()
        told, carried = (day.last, {line["sequence"] for line in day.contents()["open"]}) if day else (0, set())
        sql = """SELECT sequence, coalesce(payments.amount, refunds.amount), reason, refunds.amount IS NOT NULL
                 FROM outcomes LEFT JOIN payments USING (sequence) LEFT JOIN refunds USING (sequence)
                 WHERE reason >= 32 AND sequence >= ? AND sequence <= (SELECT sequence FROM checkpoint)
                 AND (kind IN (1, 5) OR kind IS NULL AND refunds.amount IS NOT NULL) ORDER BY sequence"""
        found = self._each(_lost, sql, min(carried, default=told + 1))
        return tuple(each for each in found if each.sequence > told or each.sequence in carried)

    def last_closing(self) -> Closing | None:
        """The newest."""
        return self._one(_closing, _ALL + "ORDER BY number DESC LIMIT 1")


def append(path: Path, turns: Turns, day: Closing) -> None:
    """Keep a closed day, in one transaction on a connection of its own: sales go on beside it.

    Raises Refused(STORAGE_FAULT) when it is not kept, as when another one was closed meanwhile.
    """
    try:
        with closing(schema.connect(path, mode="rw")) as database:
            schema.make_durable(database)
            with turns.patient(), schema.transaction(database):
                insert(database, day)
    except sqlite3.Error as error:
        raise Refused(Reason.STORAGE_FAULT, f"the day is not closed: {error}") from error


def insert(database: sqlite3.Connection, day: Closing) -> None:
    """Within a transaction of the caller. Raises sqlite3.Error for one that does not follow."""
    row = (day.number, day.last, day.head, day.previous, day.hash, day.document)
    database.execute("INSERT INTO closings VALUES (?, ?, ?, ?, ?, ?)", row)


def read(document: str) -> Closing:
    """The closed day whose document this is. Raises ValueError for another text."""
    said = json.loads(document)
    try:
        head, previous = hash32(from_hex(said["head"])), hash32(from_hex(said["previous"]))
        return Closing(tables.natural(said["number"]), tables.natural(said["last"]), head, previous, document)
    except (KeyError, TypeError) as error:
        raise ValueError("this is no closed day") from error


def require_chained(view: Closings) -> int:
    """How many days are closed. Raises Broken unless each is whole, follows the one before and fits the journal."""
    previous, number, last = journal.genesis(view.domain, view.terminal), 0, 0
    for number, day in enumerate(view.closings(), start=1):
        if (day.number, day.previous) != (number, previous) or day.last < last or view.head_at(day.last) != day.head:
            raise Broken(f"closing {number} does not follow the one before it, or this journal: {schema.KEEP}")
        previous, last = day.hash, day.last
    return number


def _lost(sequence: int, amount: int, reason: int, refund: int) -> Lost:
    return Lost(tables.natural(sequence), cents(amount), Reason(reason), bool(refund))


def _closing(number: int, last: int, head: bytes, previous: bytes, document: str, kept: bytes) -> Closing:
    place = tables.natural(number), tables.natural(last), hash32(head), hash32(previous)
    day = Closing(*place, document)
    day.contents()
    if day.hash != kept:
        raise ValueError(f"closing {number} was changed after it was made")
    return day
