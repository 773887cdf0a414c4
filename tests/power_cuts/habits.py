"""How this process's SQLite is made to behave in a shift, other than the store has it behave."""

import sqlite3
from pathlib import Path

from terminal.store import schema

FOLD_PAGES = 40


def flush_nothing() -> None:
    """Have the daemon's connection be as careless as SQLite can be."""
    make_durable = schema.make_durable

    def make_careless(database: sqlite3.Connection) -> None:
        make_durable(database)
        database.execute("PRAGMA synchronous = OFF")

    schema.make_durable = make_careless


def fold_often() -> None:
    """Have the log folded into the journal's file after 40 pages, not 1,000: every few sales, not once a day."""
    connect = schema.connect

    def connect_and_fold(path: Path, *, mode: str) -> sqlite3.Connection:
        database = connect(path, mode=mode)
        database.execute(f"PRAGMA wal_autocheckpoint = {FOLD_PAGES}")
        return database

    schema.connect = connect_and_fold
