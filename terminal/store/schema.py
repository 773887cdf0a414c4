"""How a connection to a journal is opened, known for what it is, and brought forward; `migrations` has the tables."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from contracts.wire.errors import Broken
from terminal.store import migrations

APPLICATION_ID = 0x4B504A31  # "KPJ1", in the file's header: what `file` and we tell a journal by
BUSY_MS = 2_000
"""How long a write waits for another: the longest one in `snapshot` takes some milliseconds."""

KEEP = "keep the file as it is and call support"
"""What to do with a journal that is not as it must be: it may be all that shows what was approved."""


def connect(path: Path, *, mode: str) -> sqlite3.Connection:
    """A connection to the file, `mode` as in SQLite's URI filenames (ro, rw, rwc); transactions are begun by hand.

    With psow=0 no commit writes into a sector of the one before: a card may spoil all of what it is writing when the
    power fails.
    """
    database = sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}&psow=0", uri=True, isolation_level=None)
    database.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
    database.execute("PRAGMA foreign_keys = ON")
    return database


def make_durable(database: sqlite3.Connection) -> None:
    """Have each commit on the disk before it returns, and read back that it is so. Raises Broken when it is not."""
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    for name, value in wanted.items():
        found = pragma(database, name)
        if found != value:
            raise Broken(f"the journal's {name} is {found} and must be {value}: this SQLite or disk cannot keep it")


def require_ours(database: sqlite3.Connection, path: Path) -> None:
    """Raise Broken unless the file is a journal of ours that this program is new enough to read."""
    try:
        found = pragma(database, "application_id")
    except sqlite3.OperationalError as error:
        raise Broken(f"{path} cannot be opened ({error}): free space on the disk, or check its folder") from error
    except sqlite3.Error as error:
        raise Broken(f"{path} cannot be read ({error}): {KEEP}") from error
    if found != APPLICATION_ID:
        raise Broken(f"{path} is not a journal of this program: check `state_dir`; the file stays as it is")
    if pragma(database, "user_version") > len(migrations.MIGRATIONS):
        raise Broken(f"{path} was written by a newer version of this program: install that version again")


def require_whole(database: sqlite3.Connection, path: Path) -> None:
    """Raise Broken unless SQLite finds its own structures intact."""
    try:
        found = str(pragma(database, "quick_check(1)"))
    except sqlite3.Error as error:
        found = str(error)
    if found != "ok":
        raise Broken(f"{path} is damaged ({found}): {KEEP}")


def require_current(database: sqlite3.Connection, path: Path) -> None:
    """Raise Broken when the journal waits for the daemon to bring it forward."""
    if not is_current(database):
        raise Broken(
            f"{path} was written by an older version of this program: start the daemon once to bring it forward"
        )


def is_current(database: sqlite3.Connection) -> bool:
    """Whether there is no step that the journal lacks."""
    return int(pragma(database, "user_version")) >= len(migrations.MIGRATIONS)


def migrate(database: sqlite3.Connection) -> None:
    """Bring an older journal forward, each step whole or not at all."""
    for version in range(pragma(database, "user_version"), len(migrations.MIGRATIONS)):
        database.executescript(
            f"BEGIN IMMEDIATE; {migrations.MIGRATIONS[version]} PRAGMA user_version = {version + 1}; COMMIT;"
        )


@contextmanager
def transaction(database: sqlite3.Connection) -> Iterator[None]:
    """All that is written inside, or none of it. Raises sqlite3.Error after taking everything back."""
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
        database.execute("COMMIT")
    except BaseException:
        if database.in_transaction:
            database.execute("ROLLBACK")
        raise


def pragma(database: sqlite3.Connection, name: str) -> Any:
    """What SQLite says of one of its settings: a number or a word."""
    return database.execute(f"PRAGMA {name}").fetchone()[0]
