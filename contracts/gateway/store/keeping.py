"""What an operator does with a store as a whole: another form, a copy, a new name after it was put back."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import update

from contracts.gateway.store import migrate
from contracts.gateway.store.database import SCHEMA, lock, new_id, opened
from contracts.gateway.store.engines import FILE_NAME
from contracts.gateway.store.tables import identity
from contracts.wire.errors import Broken


def bring(where: str | Path, revision: str | None = None) -> tuple[str | None, str]:
    """Bring the store to this revision, the newest if none is named; what it was before, and what it is now.

    Raises Broken, with nothing changed, when that cannot be, or when a gateway has its folder in use.
    """
    with opened(where) as (backend, connection):
        lock(connection, SCHEMA)
        return migrate.bring(connection, backend.where, revision)


def rename(where: str | Path) -> str:
    """Give a store that was put back from a copy a new id, and tell it.

    What it numbers from now on, terminals may have been told under the same numbers before: it must not look the same.
    Raises Broken when there is no store, and makes none.
    """
    if isinstance(where, Path):
        _file(where)
    with opened(where) as (backend, connection):
        lock(connection, SCHEMA)
        migrate.bring(connection, backend.where)
        name = new_id()
        if connection.execute(update(identity).values(store=name)).rowcount != 1:
            raise Broken(f"{backend.where} has never been a gateway's: name the one that was put back")
        return name


def copy(where: str | Path, target: Path) -> None:
    """A whole copy of the store in a folder, as it is at one moment; a gateway that runs on it need not stop.

    Raises Broken when there is no store, when the copy is there already, or when it cannot be made or read back.
    """
    if isinstance(where, str):
        raise Broken(
            "PostgreSQL makes its own copies: pg_dump --format=custom --file=FILE, and pg_restore puts it back"
        )
    source = _file(where)
    part = target.with_name(f"{target.name}.part")
    if target.exists() or part.exists():
        raise Broken(f"{target} or {part} is there already: nothing is overwritten, choose another name")
    try:
        copy_file(source, part)
        part.rename(target)
        _to_disk(target.parent)
    except (OSError, sqlite3.Error) as error:
        raise Broken(f"the copy {target} could not be made: {error}") from error
    finally:
        part.unlink(missing_ok=True)


def _file(folder: Path) -> Path:
    """The database in a gateway's folder. Raises Broken when it is not there."""
    path = folder / FILE_NAME
    if not path.is_file():
        raise Broken(f"there is no store in {folder}: name the --data of a gateway that has run")
    return path


def copy_file(source: Path, target: Path) -> None:
    """A whole copy of an SQLite database, on the disk and readable by its owner alone; it may be in use.

    Raises Broken when it is damaged, sqlite3.Error or OSError when it cannot be read or written.
    """
    target.touch(mode=0o600)
    with closing(sqlite3.connect(source)) as here, closing(sqlite3.connect(target)) as there:
        here.backup(there)
        there.execute("PRAGMA journal_mode = DELETE")  # one file, whatever becomes of those beside it
        (found,) = there.execute("PRAGMA integrity_check").fetchone()
        if found != "ok":
            raise Broken(f"the database {source} is damaged ({found}): keep it, and the copies from before")
    _to_disk(target)


def _to_disk(path: Path) -> None:
    place = os.open(path, os.O_RDONLY)
    try:
        os.fsync(place)
    finally:
        os.close(place)
