"""How an entry comes into the tables: its line, and what it takes or gives back."""

import sqlite3

from contracts.wire.units import Timestamp
from terminal.core.facts import GivenBack, OpenEntry
from terminal.core.line import Line


def insert(database: sqlite3.Connection, line: Line, note: OpenEntry | GivenBack | None, bound: Timestamp) -> None:
    """Within a transaction of the caller. Raises sqlite3.Error for what is out of order or out of bounds."""
    database.execute("INSERT INTO entries VALUES (?, ?, ?, ?)", (line.sequence, line.entry, line.head, line.signature))
    match note:
        case OpenEntry(sequence, pass_address, programme, amount, noted, time, kind, deadline, counter):
            database.execute(
                "INSERT INTO payments VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (sequence, pass_address, programme, amount, time, noted, kind, deadline, counter),
            )
        case GivenBack(sequence, sale_terminal, sale_sequence, programme, pass_address, amount):
            database.execute(
                "INSERT INTO refunds VALUES (?, ?, ?, ?, ?, ?)",
                (sequence, sale_terminal, sale_sequence, programme, pass_address, amount),
            )
    raise_bound(database, bound)


def raise_bound(database: sqlite3.Connection, bound: Timestamp) -> None:
    """It is not earlier than this; an earlier one than is kept changes nothing."""
    database.execute("UPDATE progress SET bound = ?1 WHERE bound < ?1", (bound,))
