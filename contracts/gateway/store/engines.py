"""What differs between SQLite, a file for one process, and PostgreSQL, a server for many. All else is one code path.

Both commit to the disk before they say so. A lock is waited for so many seconds, then the caller may try again.
"""

import fcntl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Connection as SqliteConnection
from typing import IO

import psycopg
from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import ConnectionPoolEntry

from contracts.wire.errors import Broken

FILE_NAME = "gateway.sqlite"
_LOCK_NAME = "gateway.lock"
_SCHEME = "postgresql://"
_BUSY_SECONDS = 10
_SYNCHRONOUS_FULL = 2
_CONNECTIONS = 20
"""Of one process, at most; PostgreSQL takes 100 as it comes."""

_SERVER_GONE = {"tcp_user_timeout": 10_000, "keepalives_idle": 5, "keepalives_interval": 5, "keepalives_count": 2}
"""A machine that has vanished is noticed within so many ms or s, whether something was sent to it or is waited for."""

_SESSION = f"-c lock_timeout={_BUSY_SECONDS}s -c idle_in_transaction_session_timeout=60s -c timezone=UTC"


@dataclass(frozen=True, slots=True)
class Backend:
    """An opened database: for reading, for writing, and what begins a transaction beyond what the driver does.

    `where` names it for a person and holds no password. `release` lets go of what only one process may hold.
    """

    where: str
    reading: Engine
    writing: Engine
    begin_reading: str
    begin_writing: str
    release: Callable[[], None]

    def close(self) -> None:
        """Let go of everything."""
        self.writing.dispose()
        self.release()


def open_backend(where: str | Path) -> Backend:
    """The database in a folder, or at `postgresql://...`; no connection is made yet.

    Raises Broken when the folder is in use or cannot be used, or when this is no URL of PostgreSQL.
    """
    if isinstance(where, str) and "://" in where:
        return _postgres(where)
    return _sqlite(Path(where))


# ------------------------------------------------------------------------------------------------------- SQLite


def _sqlite(folder: Path) -> Backend:
    lock = _lock(folder)
    path = folder / FILE_NAME
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": _BUSY_SECONDS})
    event.listen(engine, "connect", _configure_sqlite)
    return Backend(str(path), engine, engine, "BEGIN", "BEGIN IMMEDIATE", lock.close)


def _lock(folder: Path) -> IO[str]:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (folder / _LOCK_NAME).open("w")
    except OSError as error:
        raise Broken(f"the folder {folder} cannot be used: {error.strerror}") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        raise Broken(f"another gateway is running on {folder}: stop it or choose another --data") from error
    return lock


def _configure_sqlite(connection: SqliteConnection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    (synchronous,) = connection.execute("PRAGMA synchronous").fetchone()
    if synchronous != _SYNCHRONOUS_FULL:
        raise Broken("the database does not take synchronous=FULL: a power cut could lose entries")


# --------------------------------------------------------------------------------------------------- PostgreSQL


def _postgres(where: str) -> Backend:
    try:
        url = make_url(where).set(drivername="postgresql+psycopg")
    except (ArgumentError, ValueError):
        url = None
    if url is None or not where.startswith(_SCHEME):
        # What was given is not repeated: there may be a password in it.
        raise Broken(f"--database takes {_SCHEME}user@host/name")
    engine = create_engine(
        url,
        pool_size=_CONNECTIONS,
        max_overflow=0,
        pool_timeout=_BUSY_SECONDS,
        pool_pre_ping=True,
        connect_args={"connect_timeout": _BUSY_SECONDS, "options": _SESSION, **_SERVER_GONE},
    )
    event.listen(engine, "connect", _check_postgres)
    reading = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    writing = engine.execution_options(isolation_level="READ COMMITTED")
    return Backend(url.render_as_string(), reading, writing, "", "", lambda: None)


def _check_postgres(connection: psycopg.Connection, _entry: ConnectionPoolEntry) -> None:
    """What has committed must be on the disk, and on the standby if there is one that is waited for."""
    for name, allowed in (("synchronous_commit", ("on", "remote_apply")), ("fsync", ("on",))):
        row = connection.execute(f"SHOW {name}").fetchone()
        if row is None or row[0] not in allowed:
            raise Broken(f"PostgreSQL has {name} = {row and row[0]}: a power cut could lose entries; set it to on")
    connection.rollback()
