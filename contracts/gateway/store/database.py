"""The durable store: opens it, knows whose it is, and commits. 2xx to a terminal means that this has committed.

Whoever reads before he writes takes a `lock` first, so that what was read still holds when he writes: on SQLite every
writing transaction is alone anyway.
"""

import secrets
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Self

from sqlalchemy import Connection, Table, and_, bindparam, delete, func, insert, select, update
from sqlalchemy.exc import (
    DatabaseError,
    IntegrityError,
    InterfaceError,
    InternalError,
    OperationalError,
    TimeoutError,  # noqa: A004  # SQLAlchemy's: no connection became free
)

from contracts.gateway.store import migrate
from contracts.gateway.store.engines import Backend, open_backend
from contracts.gateway.store.tables import (
    PROJECTION,
    SCHEMA_VERSION,
    budgets,
    identity,
    progress,
    set_aside_ahead,
)
from contracts.wire.errors import Broken, TryAgain
from contracts.wire.hashing import keccak256
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address, to_hex

Key = tuple[int, Address]
"""A programme and a pass: which budget."""

SCHEMA = "schema"
"""The lock of whoever changes the tables' form."""

READER = "reader"
"""The lock of whoever brings the projection forward."""

_UNUSABLE = "cannot be used: keep it, choose another"

_KEYS_MAX = 5_000
"""So many passes go into one statement, which may have 32,766 values."""


class Store:
    """The gateway's database, for one contract on one chain: a folder for one process, a server for any number."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    @classmethod
    def open(cls, where: str | Path, domain: Domain, first_block: int) -> Self:
        """The store in a folder, or at `postgresql://...`; made, or brought up to date, if need be.

        Raises Broken when the folder is in use, or the database belongs to another contract or is none of ours: nothing
        is overwritten then. Raises TryAgain when the server does not answer.
        """
        backend = open_backend(where)
        try:
            _prepare(backend, domain, first_block)
        except BaseException:
            backend.close()
            raise
        return cls(backend)

    def close(self) -> None:
        """Let go of the database and the folder."""
        self._backend.close()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view. Raises TryAgain when the database does not answer in time."""
        with _as_try_again(), self._backend.reading.connect() as connection:
            if self._backend.begin_reading:
                connection.exec_driver_sql(self._backend.begin_reading)
            yield connection
            connection.rollback()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction, committed at the end.

        Raises TryAgain when the database does not answer in time, when somebody else wrote the same at the same moment,
        or when the connection is lost. If it is lost at the very end, nobody knows whether this has committed: whatever
        is written here can be written again.
        """
        with _as_try_again(), _writing(self._backend) as connection:
            yield connection


def lock(connection: Connection, name: str) -> None:
    """Until this transaction ends, nobody else holds the lock of this name; on SQLite nobody else writes at all."""
    if connection.dialect.name == "postgresql":
        number = int.from_bytes(keccak256(name.encode())[:8], signed=True)
        connection.execute(select(func.pg_advisory_xact_lock(number)))


def put(connection: Connection, table: Table, key: dict[str, object], **values: object) -> None:
    """Update the row with this key, or insert it."""
    where = and_(*(table.c[name] == value for name, value in key.items()))
    if not values or connection.execute(update(table).where(where).values(**values)).rowcount == 0:
        connection.execute(insert(table).values(**key, **values))


def touch(connection: Connection, keys: Collection[Key]) -> None:
    """These budgets have changed, or what they will be has: each gets the next number. The LAST thing in a transaction.

    From here to the commit nobody else can number, so whoever has seen a number has seen all below it. The rows are
    locked before the count is, always in the same order, so that nobody waits for each other. A budget that nobody
    knows yet has no row and takes no number.
    """
    ordered = sorted(set(keys))
    if not ordered:
        return
    hold(connection, ordered)
    count = update(progress).values(changes=progress.c.changes + len(ordered)).returning(progress.c.changes)
    last = connection.execute(count).scalar_one()
    numbered = zip(ordered, range(last - len(ordered) + 1, last + 1), strict=True)
    where = (budgets.c.programme == bindparam("of_programme"), budgets.c["pass"] == bindparam("of_pass"))
    rows = [{"of_programme": programme, "of_pass": owner, "number": number} for (programme, owner), number in numbered]
    connection.execute(update(budgets).where(*where).values(changed=bindparam("number")), rows)


def hold(connection: Connection, keys: Collection[Key]) -> None:
    """Lock these budgets' rows, always in the same order: whoever writes several holds them before he begins."""
    rows = select(budgets.c.programme).order_by(budgets.c["pass"]).with_for_update()
    for programme, same in groupby(sorted(keys), lambda key: key[0]):
        owners = [owner for _, owner in same]
        for first in range(0, len(owners), _KEYS_MAX):
            some = budgets.c["pass"].in_(owners[first : first + _KEYS_MAX])
            connection.execute(rows.where(budgets.c.programme == programme, some))


def count_rules(connection: Connection) -> None:
    """Something other than budgets that a snapshot tells has changed. As late in a transaction as `touch`."""
    connection.execute(update(progress).values(rules=progress.c.rules + 1))


def forget_projection(connection: Connection, first_block: int) -> None:
    """Empty all that comes from the chain; the reader then begins again at the deployment's block."""
    lock(connection, READER)
    for table in (*PROJECTION, set_aside_ahead):
        connection.execute(delete(table))
    connection.execute(update(progress).values(block=first_block - 1, block_hash=None))
    count_rules(connection)


@contextmanager
def _writing(backend: Backend) -> Iterator[Connection]:
    with backend.writing.connect() as connection:
        if backend.begin_writing:
            connection.exec_driver_sql(backend.begin_writing)
        yield connection
        connection.commit()


@contextmanager
def opened(where: str | Path) -> Iterator[tuple[Backend, Connection]]:
    """A store as it is, whoever's it is, in one transaction. Raises as `Store.open` does."""
    backend = open_backend(where)
    try:
        with _as_unusable(backend), _writing(backend) as connection:
            yield backend, connection
    finally:
        backend.close()


def _prepare(backend: Backend, domain: Domain, first_block: int) -> None:
    """Make the tables, or bring them up to date, and see whose they are."""
    with _as_unusable(backend), _writing(backend) as connection:
        lock(connection, SCHEMA)
        migrate.bring(connection, backend.where)
        _identify(connection, domain, first_block)


@contextmanager
def _as_unusable(backend: Backend) -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        if backend.writing.dialect.name == "postgresql":
            raise TryAgain(f"{backend.where} does not answer: {error.orig}") from error
        raise Broken(f"{backend.where} {_UNUSABLE} ({error.orig})") from error
    except DatabaseError as error:
        raise Broken(f"{backend.where} {_UNUSABLE} ({error.orig})") from error


def _identify(connection: Connection, domain: Domain, first_block: int) -> None:
    """Whose store this is; a new one becomes this deployment's. Raises Broken when it is another's."""
    row = connection.execute(select(identity)).one_or_none()
    if row is None:
        values = {"chain_id": domain.chain_id, "contract": domain.contract, "store": new_id()}
        connection.execute(insert(identity).values(id=1, schema_version=SCHEMA_VERSION, **values))
        connection.execute(insert(progress).values(id=1, block=first_block - 1, changes=0, rules=0))
        row = connection.execute(select(identity)).one()
    if (row.chain_id, row.contract) != (domain.chain_id, domain.contract):
        whose = f"contract {to_hex(row.contract)} on chain {row.chain_id}"
        raise Broken(f"the database belongs to {whose}, not to this deployment: choose another")


def new_id() -> str:
    """A store's id: versions of another store's snapshots are never its own."""
    return secrets.token_hex(8)


@contextmanager
def _as_try_again() -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        raise TryAgain("somebody else wrote the same at the same moment") from error
    except (OperationalError, InterfaceError, InternalError) as error:  # internal: a standby that takes no writes
        raise TryAgain(f"the store does not answer: {error.orig}") from error
    except TimeoutError as error:
        raise TryAgain("the store has too much to do") from error
