"""How a journal comes to be, and what it must pass before a daemon builds on it.

Everything is looked at through a connection that cannot write, so that a file that is refused stays byte for byte as
it was found.
"""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from contracts.wire.errors import Broken
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address, address, to_hex
from terminal.durable import sync_folder
from terminal.store import checking, place, schema
from terminal.store.reading import View, open_for_reading

Fill = Callable[[sqlite3.Connection], None]

_ENDINGS = ("", "-wal", "-shm", "-journal")
_CHAIN_ID_MAX = 2**63 - 1  # EIP-2294 keeps chain ids below it, and SQLite numbers end there


def create(path: Path, domain: Domain, terminal: Address, *, volatile_ok: bool, fill: Fill = lambda _: None) -> None:
    """A journal, empty but for what `fill` puts into it before it is there; see `Store.create`."""
    place.require_durable(path.parent, volatile_ok=volatile_ok)
    if there := [file for file in files(path) if file.exists()]:
        raise Broken(f"{there[0]} is there already and stays as it is: a terminal's journal is made once")
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        _write_draft(draft, domain, terminal, fill)
        os.link(draft, path)  # refuses where a rename would overwrite
        sync_folder(path.parent)
    except (OSError, sqlite3.Error) as error:
        raise Broken(f"{path} cannot be made ({error}): free space, or make its folder writable") from error
    finally:
        for file in files(draft):
            file.unlink(missing_ok=True)


def open_checked(
    path: Path, domain: Domain, terminal: Address, *, volatile_ok: bool
) -> tuple[sqlite3.Connection, place.Lock]:
    """A connection that writes durably to a journal that passed every check, and the lock on it; see `Store.open`."""
    place.require_durable(path.parent, volatile_ok=volatile_ok)
    if not path.is_file():
        raise Broken(_missing(path))
    lock = place.Lock(path.with_name(path.name + ".lock"))
    try:
        _require_sound(path, domain, terminal)
        return _open_for_writing(path), lock
    except BaseException:
        lock.release()
        raise


def files(path: Path) -> list[Path]:
    """All that a journal's file may have beside it, itself first."""
    return [path.with_name(path.name + ending) for ending in _ENDINGS]


def _missing(path: Path) -> str:
    return (
        f"the journal {path} is missing, and a new one under this terminal's key would fork it: put the disk or the "
        "file back, or make it anew from its mirror (kindpakket terminal journal restore); without any of these, "
        "provision this terminal as a new one with a new key"
    )


def _write_draft(draft: Path, domain: Domain, terminal: Address, fill: Fill) -> None:
    if not 0 < domain.chain_id <= _CHAIN_ID_MAX:
        raise Broken(f"the chain id is 1 to {_CHAIN_ID_MAX}: check `chain_id` in the configuration")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    place.hand_over(descriptor, draft.parent)
    os.close(descriptor)
    with closing(schema.connect(draft, mode="rw")) as database:
        database.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
        schema.migrate(database)
        database.execute(
            "INSERT INTO identity VALUES (1, ?, ?, ?)", (domain.chain_id, address(domain.contract), address(terminal))
        )
        fill(database)
        schema.make_durable(database)


def _require_sound(path: Path, domain: Domain, terminal: Address) -> None:
    with closing(open_for_reading(path)) as found, closing(_as_of_now(found, path)) as database:
        view = View(database, path)
        if (view.domain, view.terminal) != (domain, terminal):
            raise Broken(_foreign(path, view, domain, terminal))
        checking.require_sound_tail(view)


def _as_of_now(database: sqlite3.Connection, path: Path) -> sqlite3.Connection:
    """The same journal in memory, brought forward: what this version asks of it, an older file could not answer."""
    if schema.is_current(database):
        return database
    copy = sqlite3.connect(":memory:", isolation_level=None)
    try:
        database.backup(copy)
        schema.migrate(copy)
    except sqlite3.Error as error:
        copy.close()
        raise Broken(f"{path} cannot be brought forward ({error}): {schema.KEEP}") from error
    return copy


def _foreign(path: Path, view: View, domain: Domain, terminal: Address) -> str:
    def name(whose: Address, where: Domain) -> str:
        return f"terminal {to_hex(whose)} on contract {to_hex(where.contract)}, chain {where.chain_id}"

    return (
        f"{path} is the journal of {name(view.terminal, view.domain)}; this is {name(terminal, domain)}: "
        "put back the configuration and key that belong to it"
    )


def _open_for_writing(path: Path) -> sqlite3.Connection:
    """Raises Broken when the file does not take a write: better at the start than at the first sale."""
    try:
        database = schema.connect(path, mode="rw")
    except sqlite3.Error as error:
        raise Broken(_unwritable(path, error)) from error
    try:
        schema.make_durable(database)
        database.execute("PRAGMA wal_checkpoint")  # else the first write would share a sector with the last entry
        schema.migrate(database)
        with schema.transaction(database):
            database.execute("UPDATE progress SET starts = starts + 1")
    except sqlite3.Error as error:
        database.close()
        raise Broken(_unwritable(path, error)) from error
    except Broken:
        database.close()
        raise
    return database


def _unwritable(path: Path, error: sqlite3.Error) -> str:
    return f"{path} does not take a write ({error}): free space on the disk, or make it writable again"
