"""How a connection to a journal is opened, known for what it is, and brought forward; `migrations` has the tables."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
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
        ours = pragma(database, "application_id") == APPLICATION_ID
        known = ours and _is_known(database)
    except sqlite3.OperationalError as error:
        raise Broken(f"{path} cannot be opened ({error}): free space on the disk, or check its folder") from error
    except sqlite3.Error as error:
        raise Broken(f"{path} cannot be read ({error}): {KEEP}") from error
    if not ours:
        raise Broken(f"{path} is not a journal of this program: check `state_dir`; the file stays as it is")
    if not known:
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
    for version, step in enumerate(migrations.MIGRATIONS, 1):
        if version > pragma(database, "user_version"):
            says = migrations.SAYS.format(readable_from(version)) if version >= migrations.FIRST_THAT_SAYS else ""
            database.executescript(f"BEGIN IMMEDIATE; {step} {says} PRAGMA user_version = {version}; COMMIT;")


def readable_from(version: int) -> int:
    """The oldest version whose programs can go on with a journal of this one."""
    return migrations.READABLE_FROM.get(version, version)


def oldest_reader(database: sqlite3.Connection) -> int:
    """What the journal says itself of that."""
    version = int(pragma(database, "user_version"))
    says = database.execute("SELECT 1 FROM sqlite_schema WHERE name = 'readable'").fetchone()
    said = database.execute("SELECT from_version FROM readable").fetchone() if says else None
    return int(said[0]) if said else version


def _is_known(database: sqlite3.Connection) -> bool:
    """Whether it is of this program's version, an older one, or the next, if that left all of ours as it was."""
    known = len(migrations.MIGRATIONS)
    version = pragma(database, "user_version")
    return version <= known or (version == known + 1 and oldest_reader(database) <= known and _has_ours(database))


def _has_ours(database: sqlite3.Connection) -> bool:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as ours:
        migrate(ours)
        return _objects(ours) <= _objects(database)


def _objects(database: sqlite3.Connection) -> set[tuple[str, str]]:
    """Tables, indices and triggers, as they were made."""
    return set(database.execute("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name <> 'readable'"))


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
