"""How this process's SQLite is made to behave in a shift, other than the store has it behave."""

import sqlite3
from pathlib import Path
from typing import Any

from terminal.store import schema
from tests.power_cuts.plan import Fault

FOLD_PAGES = 40


def take(fault: Fault | None) -> None:
    """Have the store make this mistake."""
    match fault:
        case Fault.NO_FLUSH:
            _flush_nothing()
        case Fault.TRUSTED_SECTORS:
            _trust_sectors()


def _flush_nothing() -> None:
    """Have the daemon's connection be as careless as SQLite can be."""
    make_durable = schema.make_durable

    def make_careless(database: sqlite3.Connection) -> None:
        make_durable(database)
        database.execute("PRAGMA synchronous = OFF")

    schema.make_durable = make_careless


def _trust_sectors() -> None:
    """Have SQLite take for granted, as it does by itself, that a torn write harms nothing beside what it writes."""
    connect = sqlite3.connect

    def connect_trusting(path: str, **how: Any) -> sqlite3.Connection:
        database: sqlite3.Connection = connect(path.replace("&psow=0", ""), **how)
        return database

    sqlite3.connect = connect_trusting  # type: ignore[assignment]


def fold_often() -> None:
    """Have the log folded into the journal's file after 40 pages, not 1,000: every few sales, not once a day."""
    connect = schema.connect

    def connect_and_fold(path: Path, *, mode: str) -> sqlite3.Connection:
        database = connect(path, mode=mode)
        database.execute(f"PRAGMA wal_autocheckpoint = {FOLD_PAGES}")
        return database

    schema.connect = connect_and_fold
