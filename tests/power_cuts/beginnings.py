"""Journals of older versions of this program, as a new version finds them after an update."""

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from contracts.wire import journal
from contracts.wire.units import address
from terminal.core.facts import OpenEntry
from terminal.signer import PassSigner, TerminalSigner, sign_entry
from terminal.store import migrations, schema
from tests.power_cuts.disk import Image
from tests.power_cuts.ledger import Ledger
from tests.power_cuts.recording import files
from tests.terminal.books import TIME, commit
from tests.terminal.till import DOMAIN

SALES = 7


def old(version: int, signer: TerminalSigner) -> tuple[Image, Ledger]:
    """This terminal's journal with a few sales in the tables of that version, and what it says."""
    ledger = Ledger(bound=TIME)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "journal.sqlite"
        with closing(schema.connect(path, mode="rwc")) as database:
            database.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
            for step in migrations.MIGRATIONS[:version]:
                database.executescript(step)
            database.execute(f"PRAGMA user_version = {version}")
            owner = DOMAIN.chain_id, address(DOMAIN.contract), signer.address
            database.execute("INSERT INTO identity VALUES (1, ?, ?, ?)", owner)
            database.execute("UPDATE progress SET bound = ?", (TIME,))
            for _ in range(SALES):
                ledger = _sell(database, signer, ledger)
            schema.make_durable(database)
        return files(Path(folder)), ledger


def _sell(database: sqlite3.Connection, signer: TerminalSigner, before: Ledger) -> Ledger:
    passes = PassSigner()
    wanted = commit(before.sequence + 1, passes)
    head = before.lines[-1].head if before.lines else journal.genesis(DOMAIN, signer.address)
    line, note = sign_entry(signer, passes, head, wanted), wanted.entry()
    assert isinstance(note, OpenEntry)
    database.execute("INSERT INTO entries VALUES (?, ?, ?, ?)", (line.sequence, line.entry, line.head, line.signature))
    database.execute(
        "INSERT INTO payments (sequence, pass, programme, amount, time, bound) VALUES (?, ?, ?, ?, ?, ?)",
        (note.sequence, note.pass_address, note.programme, note.amount, note.time, note.bound),
    )
    return Ledger(lines=(*before.lines, line), notes=(*before.notes, note), bound=before.bound)
