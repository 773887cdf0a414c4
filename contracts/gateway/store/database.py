"""The durable store: opens it, knows whose it is, and commits. 2xx to a terminal means that this has committed.

SQLite with WAL and synchronous=FULL; every transaction that reads before it writes begins IMMEDIATE, so that what it
read still holds when it writes.
"""

import fcntl
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Connection as SqliteConnection
from typing import IO

from sqlalchemy import Connection, Engine, Table, and_, create_engine, delete, event, insert, inspect, select, update
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from contracts.gateway.store.tables import (
    PROJECTION,
    SCHEMA_VERSION,
    identity,
    metadata,
    progress,
)
from contracts.wire.errors import Broken, TryAgain
from contracts.wire.typed_data import Domain
from contracts.wire.units import to_hex

FILE_NAME = "gateway.sqlite"
_LOCK_NAME = "gateway.lock"
_BUSY_SECONDS = 10
_SYNCHRONOUS_FULL = 2


class Store:
    """The gateway's database in one folder, for one contract on one chain, used by one process at a time.

    Raises Broken when the folder is in use, belongs to another contract, or holds what is no database of ours;
    nothing is overwritten then.
    """

    def __init__(self, folder: Path, domain: Domain, first_block: int) -> None:
        self._lock = _lock(folder)
        self._engine = _engine(folder / FILE_NAME)
        try:
            self.id = self._prepare(domain, first_block)
        except DatabaseError as error:
            self.close()
            raise Broken(
                f"{folder / FILE_NAME} cannot be used ({error.orig}): keep it, choose another --data"
            ) from error
        except Broken:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the database and the folder."""
        self._engine.dispose()
        self._lock.close()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view. Raises TryAgain when the database does not answer in time."""
        with _as_try_again(), self._engine.connect() as connection:
            connection.exec_driver_sql("BEGIN")
            yield connection
            connection.rollback()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction, committed at the end. Raises TryAgain when the database does not answer in time."""
        with _as_try_again(), self._engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection
            connection.commit()

    def _prepare(self, domain: Domain, first_block: int) -> str:
        with self._engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            names = inspect(connection).get_table_names()
            if names and identity.name not in names:
                raise Broken("the database in the folder is not a gateway's: keep it, choose another --data")
            if names:
                _check_schema(connection)
            metadata.create_all(connection)
            row = connection.execute(select(identity)).one_or_none()
            if row is None:
                values = {"chain_id": domain.chain_id, "contract": domain.contract, "store": secrets.token_hex(8)}
                connection.execute(insert(identity).values(id=1, schema_version=SCHEMA_VERSION, **values))
                connection.execute(insert(progress).values(id=1, block=first_block - 1, changes=0, rules=0))
                row = connection.execute(select(identity)).one()
            connection.commit()
        if (row.chain_id, row.contract) != (domain.chain_id, domain.contract):
            whose = f"contract {to_hex(row.contract)} on chain {row.chain_id}"
            raise Broken(f"the database belongs to {whose}, not to this deployment: choose another --data")
        return str(row.store)


def put(connection: Connection, table: Table, key: dict[str, object], **values: object) -> None:
    """Update the row with this key, or insert it."""
    where = and_(*(table.c[name] == value for name, value in key.items()))
    if not values or connection.execute(update(table).where(where).values(**values)).rowcount == 0:
        connection.execute(insert(table).values(**key, **values))


def count_change(connection: Connection) -> None:
    """Something that a snapshot tells has changed."""
    connection.execute(update(progress).values(changes=progress.c.changes + 1))


def forget_projection(connection: Connection, first_block: int) -> None:
    """Empty all that comes from the chain; the reader then begins again at the deployment's block."""
    for table in PROJECTION:
        connection.execute(delete(table))
    connection.execute(update(progress).values(block=first_block - 1, block_hash=None))
    count_change(connection)


def _check_schema(connection: Connection) -> None:
    """Raises Broken when this program cannot use the database; nothing in it has been changed then."""
    found = connection.execute(select(identity.c.schema_version)).scalar_one_or_none()
    schemas = f"the database has schema {found}, this program {SCHEMA_VERSION}"
    if found is not None and found > SCHEMA_VERSION:
        raise Broken(f"{schemas}: update the program")
    if found is not None and found < SCHEMA_VERSION:
        # Nothing is lost: what is settled comes back from the chain, and terminals hand in again what is not.
        raise Broken(f"{schemas}: keep the folder and choose another --data, which fills itself again")


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


def _engine(path: Path) -> Engine:
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": _BUSY_SECONDS})
    event.listen(engine, "connect", _configure)
    return engine


def _configure(connection: SqliteConnection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    (synchronous,) = connection.execute("PRAGMA synchronous").fetchone()
    if synchronous != _SYNCHRONOUS_FULL:
        raise Broken("the database does not take synchronous=FULL: a power cut could lose entries")


@contextmanager
def _as_try_again() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        raise TryAgain(f"the store does not answer: {error.orig}") from error
