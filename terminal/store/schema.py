"""The tables of a journal, how they came to be, and how a connection to them is opened.

What a terminal may never lose (`entries`, `payments`) can only grow: triggers refuse anything else. All the rest can be
fetched again, and lies in tables of its own. The bounds of every value stand in its table; SQLite does not check them
in a file that is only read, so `reading` holds every value to them once more.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from contracts.wire.errors import Broken

APPLICATION_ID = 0x4B504A31  # "KPJ1", in the file's header: what `file` and we tell a journal by
BUSY_MS = 2_000
"""How long a write waits for another: the longest one in `snapshot` takes some milliseconds."""

KEEP = "keep the file as it is and call support"
"""What to do with a journal that is not as it must be: it may be all that shows what was approved."""

_JOURNAL = """
CREATE TABLE identity (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    chain_id INTEGER NOT NULL CHECK (chain_id > 0),
    contract BLOB NOT NULL CHECK (length(contract) = 20),
    terminal BLOB NOT NULL CHECK (length(terminal) = 20)
) STRICT;

CREATE TABLE entries (
    sequence INTEGER PRIMARY KEY CHECK (sequence BETWEEN 1 AND 4294967295),
    entry BLOB NOT NULL CHECK (length(entry) BETWEEN 2 AND 256),
    head BLOB NOT NULL CHECK (length(head) = 32),
    signature BLOB NOT NULL CHECK (length(signature) = 64)
) STRICT;

CREATE TABLE payments (
    sequence INTEGER PRIMARY KEY REFERENCES entries (sequence),
    pass BLOB NOT NULL CHECK (length(pass) = 20),
    programme INTEGER NOT NULL CHECK (programme BETWEEN 0 AND 4294967295),
    amount INTEGER NOT NULL CHECK (amount BETWEEN 1 AND 4294967295),
    time INTEGER NOT NULL CHECK (time BETWEEN 0 AND 1099511627775),
    bound INTEGER NOT NULL CHECK (bound BETWEEN 0 AND 1099511627775)
) STRICT;

CREATE TRIGGER entries_in_order BEFORE INSERT ON entries
WHEN NEW.sequence <> (SELECT coalesce(max(sequence), 0) + 1 FROM entries)
BEGIN SELECT raise(ABORT, 'an entry out of order'); END;
CREATE TRIGGER payments_in_order BEFORE INSERT ON payments
WHEN NEW.sequence <= (SELECT coalesce(max(sequence), 0) FROM payments)
BEGIN SELECT raise(ABORT, 'a payment out of order'); END;
CREATE TRIGGER entries_stay BEFORE UPDATE ON entries BEGIN SELECT raise(ABORT, 'the journal only grows'); END;
CREATE TRIGGER entries_last BEFORE DELETE ON entries BEGIN SELECT raise(ABORT, 'the journal only grows'); END;
CREATE TRIGGER payments_stay BEFORE UPDATE ON payments BEGIN SELECT raise(ABORT, 'the journal only grows'); END;
CREATE TRIGGER payments_last BEFORE DELETE ON payments BEGIN SELECT raise(ABORT, 'the journal only grows'); END;
CREATE TRIGGER identity_stays BEFORE UPDATE ON identity BEGIN SELECT raise(ABORT, 'the owner stays'); END;
CREATE TRIGGER identity_lasts BEFORE DELETE ON identity BEGIN SELECT raise(ABORT, 'the owner stays'); END;
"""

_PROGRESS = """
CREATE TABLE progress (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    starts INTEGER NOT NULL DEFAULT 0,
    faults INTEGER NOT NULL DEFAULT 0,
    forwarded INTEGER NOT NULL DEFAULT 0 CHECK (forwarded BETWEEN 0 AND 4294967295),
    bound INTEGER NOT NULL DEFAULT 0 CHECK (bound BETWEEN 0 AND 1099511627775),
    flush_attempts INTEGER NOT NULL DEFAULT 0 CHECK (flush_attempts BETWEEN 0 AND 4294967295),
    flush_due INTEGER NOT NULL DEFAULT 0 CHECK (flush_due BETWEEN 0 AND 1099511627775),
    attention_reason INTEGER CHECK (attention_reason BETWEEN 0 AND 255),
    attention_detail TEXT NOT NULL DEFAULT ''
) STRICT;
INSERT INTO progress (one) VALUES (1);

CREATE TABLE outcomes (
    sequence INTEGER PRIMARY KEY REFERENCES entries (sequence),
    reason INTEGER NOT NULL CHECK (reason BETWEEN 0 AND 63)
) STRICT;

CREATE TABLE checkpoint (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    block INTEGER NOT NULL CHECK (block >= 0),
    time INTEGER NOT NULL CHECK (time BETWEEN 0 AND 1099511627775),
    shop INTEGER NOT NULL CHECK (shop BETWEEN 0 AND 4294967295),
    sequence INTEGER NOT NULL CHECK (sequence BETWEEN 0 AND 4294967295)
) STRICT;
CREATE TABLE slices (
    programme INTEGER PRIMARY KEY CHECK (programme BETWEEN 0 AND 4294967295),
    amount INTEGER NOT NULL CHECK (amount BETWEEN 0 AND 4294967295)
) STRICT;
"""

_SNAPSHOT = """
CREATE TABLE snapshot (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    generation INTEGER NOT NULL,
    version TEXT NOT NULL,
    block INTEGER NOT NULL CHECK (block >= 0),
    sequence INTEGER NOT NULL CHECK (sequence BETWEEN 0 AND 4294967295)
) STRICT;
CREATE TABLE programmes (
    id INTEGER PRIMARY KEY CHECK (id BETWEEN 0 AND 4294967295),
    name TEXT NOT NULL,
    begins INTEGER NOT NULL CHECK (begins BETWEEN 0 AND 1099511627775),
    ends INTEGER NOT NULL CHECK (ends BETWEEN 0 AND 1099511627775),
    floor_limit INTEGER NOT NULL CHECK (floor_limit BETWEEN 0 AND 4294967295),
    offline_window INTEGER NOT NULL CHECK (offline_window BETWEEN 0 AND 4294967295),
    paused INTEGER NOT NULL CHECK (paused IN (0, 1)),
    admitted INTEGER NOT NULL CHECK (admitted IN (0, 1))
) STRICT;
CREATE TABLE budgets (
    generation INTEGER NOT NULL,
    pass BLOB NOT NULL CHECK (length(pass) = 20),
    programme INTEGER NOT NULL CHECK (programme BETWEEN 0 AND 4294967295),
    amount_left INTEGER NOT NULL CHECK (amount_left BETWEEN 0 AND 4294967295),
    blocked INTEGER NOT NULL CHECK (blocked IN (0, 1)),
    PRIMARY KEY (generation, pass, programme)
) STRICT, WITHOUT ROWID;
"""

MIGRATIONS: tuple[str, ...] = (_JOURNAL + _PROGRESS + _SNAPSHOT,)
"""Number n leads from schema version n-1 to n. What was published is never edited; a change is one more."""


def connect(path: Path, *, mode: str) -> sqlite3.Connection:
    """A connection to the file, `mode` as in SQLite's URI filenames (ro, rw, rwc); transactions are begun by hand."""
    database = sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True, isolation_level=None)
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
    if pragma(database, "user_version") > len(MIGRATIONS):
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
    if pragma(database, "user_version") < len(MIGRATIONS):
        raise Broken(
            f"{path} was written by an older version of this program: start the daemon once to bring it forward"
        )


def migrate(database: sqlite3.Connection) -> None:
    """Bring an older journal forward, each step whole or not at all."""
    for version in range(pragma(database, "user_version"), len(MIGRATIONS)):
        database.executescript(f"BEGIN IMMEDIATE; {MIGRATIONS[version]} PRAGMA user_version = {version + 1}; COMMIT;")


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
