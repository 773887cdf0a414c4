"""The chain's key-value store in one SQLite file, in which a block is there as a whole or not at all.

py-evm writes state, transactions, receipts and headers as keys and values. All that belongs to one block is written
in one SQLite transaction, so after SIGKILL or a power cut the file holds the chain up to its last complete block,
and opening it takes no longer for a long chain than for a short one.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from eth.db.backends.base import BaseDB

from contracts.wire.errors import Broken

FILE_NAME = "chain.sqlite"
_SCHEMA = 1
_TABLES = """
    CREATE TABLE chain (key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
    CREATE TABLE logged (block INTEGER PRIMARY KEY);
"""


class Store(BaseDB):
    """py-evm's database. It is used by the one thread that opened it."""

    def __init__(self, folder: Path | None) -> None:
        """Open or begin the chain in the folder; without one it lives in memory.

        Raises Broken when the file is not a chain of ours, cannot be written, or is in use.
        """
        path = self._path(folder)
        try:
            self._sqlite = sqlite3.connect(path, isolation_level=None, timeout=1)
            try:
                self._prepare()
            except sqlite3.Error:
                self._sqlite.close()
                raise
        except sqlite3.Error as error:
            raise Broken(
                f"the chain's data in {path} cannot be used ({error}); choose another --data folder"
            ) from error

    @staticmethod
    def _path(folder: Path | None) -> str:
        if folder is None:
            return ":memory:"
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Broken(f"the folder {folder} cannot be made ({error.strerror}); choose another --data") from error
        return str(folder / FILE_NAME)

    def _prepare(self) -> None:
        self._sqlite.execute("PRAGMA locking_mode = EXCLUSIVE")  # two chains in one folder would tear it apart
        self._sqlite.execute("PRAGMA journal_mode = WAL")
        self._sqlite.execute("PRAGMA synchronous = FULL")
        self._sqlite.execute("BEGIN EXCLUSIVE")
        version = self._sqlite.execute("PRAGMA user_version").fetchone()[0]
        empty = self._sqlite.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0] == 0
        if version != _SCHEMA and not (version == 0 and empty):
            raise sqlite3.DatabaseError(f"it is of version {version}, not {_SCHEMA}")
        for statement in _TABLES.split(";") if empty else ():
            self._sqlite.execute(statement)
        self._sqlite.execute(f"PRAGMA user_version = {_SCHEMA}")
        self._sqlite.execute("COMMIT")

    def close(self) -> None:
        """Let go of the file."""
        self._sqlite.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All writes within are kept together, or not at all when an error comes through."""
        self._sqlite.execute("BEGIN")
        try:
            yield
            self._sqlite.execute("COMMIT")
        except BaseException:
            self._roll_back()
            raise

    def _roll_back(self) -> None:
        if self._sqlite.in_transaction:  # a full disk has ended it already
            self._sqlite.execute("ROLLBACK")

    def mark_logged(self, block: int) -> None:
        """Remember that the block has events, so that looking for some need not read every block."""
        self._sqlite.execute("INSERT INTO logged VALUES (?)", (block,))

    def logged_blocks(self, first: int, last: int) -> list[int]:
        """The numbers of blocks first..last that have events, ascending."""
        rows = self._sqlite.execute(
            "SELECT block FROM logged WHERE block BETWEEN ? AND ? ORDER BY block", (first, last)
        )
        return [number for (number,) in rows]

    def __getitem__(self, key: bytes) -> bytes:
        row = self._sqlite.execute("SELECT value FROM chain WHERE key = ?", (key,)).fetchone()
        if row is None:
            raise KeyError(key)
        value: bytes = row[0]
        return value

    def __setitem__(self, key: bytes, value: bytes) -> None:
        self._sqlite.execute("INSERT OR REPLACE INTO chain VALUES (?, ?)", (key, value))

    def __delitem__(self, key: bytes) -> None:
        if not self._sqlite.execute("DELETE FROM chain WHERE key = ?", (key,)).rowcount:
            raise KeyError(key)

    def _exists(self, key: bytes) -> bool:
        return self._sqlite.execute("SELECT 1 FROM chain WHERE key = ?", (key,)).fetchone() is not None
