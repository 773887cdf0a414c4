"""A journal that is not as it must be: named, left as it is, and never replaced by a new one."""

import fcntl
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import pytest

from contracts.wire.errors import Broken
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address
from terminal.store import Reader, Store, migrations, opening, place, schema
from terminal.store.checking import require_sound
from tests.terminal.books import files, in_child, sell
from tests.terminal.till import DOMAIN, ROOT, Till

OTHER = Address(b"\x77" * 20)
NOBODY = 65_534


@pytest.fixture
def till(tmp_path):
    """With 300 entries, all of them in the main file."""
    till = Till(tmp_path / "till")
    signer = till.signer()
    with till.store() as store:
        store._database.execute("PRAGMA synchronous = OFF")  # for the speed of this test alone
        for number in range(300):
            sell(store, signer, number=1 + number % 9, amount=1 + number)
    return till


def refusal(till, domain=DOMAIN, terminal=None):
    """Why the journal is refused; that it is, and that no byte of it changed."""
    before = files(till.folder)
    with pytest.raises(Broken) as broken:
        Store.open(till.journal, domain, terminal or till.address, volatile_ok=True)
    after = files(till.folder)
    after.pop("journal.sqlite.lock", None)
    before.pop("journal.sqlite.lock", None)
    assert {name: content for name, content in after.items() if content or name in before} == before
    return str(broken.value)


def flip(path, at, bit=1):
    with path.open("r+b") as file:
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ bit]))


class TestF17Missing:
    def test_f17_a_missing_journal_is_never_made_anew(self, till):
        till.journal.unlink()
        assert "missing" in refusal(till)
        assert not till.journal.exists()

    def test_f17_an_empty_file_is_no_journal(self, till):
        till.journal.write_bytes(b"")
        assert "not a journal" in refusal(till)

    def test_f17_nothing_there_is_ever_overwritten(self, till):
        before = files(till.folder)
        with pytest.raises(Broken, match="there already"):
            Store.create(till.journal, DOMAIN, till.address, volatile_ok=True)
        assert files(till.folder) == before

    def test_f17_one_that_appears_while_another_is_made_stays(self, tmp_path, monkeypatch):
        journal, write = tmp_path / "journal.sqlite", opening._write_draft

        def write_late(*arguments):
            write(*arguments)
            journal.write_bytes(b"of another one")

        monkeypatch.setattr(opening, "_write_draft", write_late)
        with pytest.raises(Broken, match="cannot be made"):
            Store.create(journal, DOMAIN, OTHER, volatile_ok=True)
        assert files(tmp_path) == {"journal.sqlite": b"of another one"}

    @pytest.mark.parametrize("ending", ["-wal", "-shm", "-journal"])
    def test_f33_what_is_left_of_a_journal_is_not_built_over(self, tmp_path, ending):
        (tmp_path / f"journal.sqlite{ending}").write_bytes(b"entries may wait in here")
        with pytest.raises(Broken, match="there already"):
            Store.create(tmp_path / "journal.sqlite", DOMAIN, OTHER, volatile_ok=True)
        assert [path.name for path in tmp_path.iterdir()] == [f"journal.sqlite{ending}"]

    def test_a_new_journal_is_for_its_user_alone(self, tmp_path):
        Store.create(tmp_path / "journal.sqlite", DOMAIN, OTHER, volatile_ok=True)
        assert [path.name for path in tmp_path.iterdir()] == ["journal.sqlite"]
        assert (tmp_path / "journal.sqlite").stat().st_mode & 0o777 == 0o600
        with Store.open(tmp_path / "journal.sqlite", DOMAIN, OTHER, volatile_ok=True):
            assert {path.stat().st_mode & 0o077 for path in tmp_path.iterdir()} == {0}

    def test_a_chain_id_that_no_chain_has_is_refused(self, tmp_path):
        with pytest.raises(Broken, match="chain id"):
            Store.create(tmp_path / "journal.sqlite", Domain(2**63, OTHER), OTHER, volatile_ok=True)
        assert list(tmp_path.iterdir()) == []


class TestF17Damaged:
    def test_f17_not_a_database(self, till):
        till.journal.write_bytes(b"\0" * 5 + os.urandom(8192))
        assert "keep the file" in refusal(till)

    def test_f17_half_a_file(self, till):
        os.truncate(till.journal, till.journal.stat().st_size // 2)
        assert "keep the file" in refusal(till)

    @pytest.mark.parametrize("what", ["entry", "head"])
    def test_f17_a_flipped_bit_in_the_newest_entry(self, till, what):
        with Reader.open(till.journal) as reader:
            line = next(reader.lines(300))
        flip(till.journal, till.journal.read_bytes().index(getattr(line, what)) + 7)
        assert "chain is broken at entry 300" in refusal(till)

    def test_f17_a_flipped_bit_in_the_newest_signature(self, till):
        with Reader.open(till.journal) as reader:
            line = next(reader.lines(300))
        flip(till.journal, till.journal.read_bytes().index(line.signature) + 7)
        assert "not signed" in refusal(till)

    def test_f17_a_limit_that_differs_from_its_entry(self, till):
        with closing(sqlite3.connect(till.journal)) as database:
            database.execute("DROP TRIGGER payments_stay")
            database.execute("UPDATE payments SET amount = 1 WHERE sequence = 290")
            database.commit()
        assert "entry 290 and what is noted of it differ" in refusal(till)

    def test_f17_an_entry_taken_out(self, till):
        with closing(sqlite3.connect(till.journal)) as database:
            database.execute("DROP TRIGGER entries_last")
            database.execute("DELETE FROM entries WHERE sequence = 290")
            database.commit()
        assert "chain is broken at entry 290" in refusal(till)

    @pytest.mark.parametrize(
        "sql",
        [
            "UPDATE progress SET forwarded = -1",
            "UPDATE progress SET bound = 1 << 41",
            "UPDATE progress SET flush_due = -1",
            "UPDATE progress SET attention_reason = 31",
            "INSERT INTO checkpoint VALUES (1, 1, -1, 1, 0, 0, 0)",
            "INSERT INTO slices VALUES (1, 1 << 33)",
            "INSERT INTO snapshot VALUES (1, 1, 'v', 1, -1)",
            "INSERT INTO programmes VALUES (1, 'x', 0, -1, 0, 0, 0, 0, 0)",
        ],
    )
    def test_f17_a_value_out_of_its_bounds(self, till, sql):
        with closing(sqlite3.connect(till.journal)) as database:
            database.execute("PRAGMA ignore_check_constraints = ON")
            database.execute(sql)
            database.commit()
        assert "keep the file" in refusal(till)

    def test_f17_an_old_entry_is_found_by_looking_at_all(self, till):
        with Reader.open(till.journal) as reader:
            line = next(reader.lines(3))
            require_sound(reader)
        flip(till.journal, till.journal.read_bytes().index(line.entry) + 7)
        with Reader.open(till.journal) as reader, pytest.raises(Broken, match="entry 3"):
            require_sound(reader)

    def test_f17_a_page_of_rubbish_anywhere_is_found_and_kept(self, till):
        size = till.journal.stat().st_size
        whole = till.journal.read_bytes()
        found = 0
        for at in range(0, size, 4096):
            till.journal.write_bytes(whole[:at] + os.urandom(4096) + whole[at + 4096 :])
            found += bool(refusal(till))
        assert found == size // 4096

    def test_f17_with_entries_still_in_the_log(self, till):
        """Killed: the newest entries stand in the write-ahead log, which a refusal must not fold away."""
        signer = till.signer()

        def killed():
            store = till.store()
            for _ in range(5):
                sell(store, signer)
            os._exit(0)

        assert in_child(killed) == 0
        wal = till.journal.with_name("journal.sqlite-wal")
        assert wal.stat().st_size > 0
        kept = wal.read_bytes()
        flip(till.journal, till.journal.read_bytes().index(b"CREATE TABLE entries") + 3)
        assert refusal(till)
        assert wal.read_bytes() == kept


def test_f03_what_a_cut_left_in_the_log_is_folded_in_before_anything_is_written_behind_it(till, tmp_path):
    def killed():
        store = till.store()
        sell(store, till.signer())
        os._exit(0)

    assert in_child(killed) == 0
    alone = tmp_path / "alone.sqlite"
    with till.store():
        shutil.copy(till.journal, alone)
    with Reader.open(alone) as reader:
        assert reader.sequence == 301


class TestForeign:
    def test_another_terminals_journal(self, till):
        told = refusal(till, terminal=OTHER)
        assert till.address.hex() in told
        assert OTHER.hex() in told

    @pytest.mark.parametrize("domain", [Domain(1338, DOMAIN.contract), Domain(1337, OTHER)])
    def test_another_contracts_journal(self, till, domain):
        assert "put back the configuration" in refusal(till, domain=domain)

    def test_another_programs_database(self, till):
        till.journal.unlink()
        with closing(sqlite3.connect(till.journal)) as database:
            database.execute("CREATE TABLE entries (x)")
        assert "not a journal of this program" in refusal(till)

    def test_a_newer_programs_journal(self, till):
        with closing(sqlite3.connect(till.journal)) as database:
            newer = len(migrations.MIGRATIONS) + 1
            database.executescript(f"{migrations.SAYS.format(newer)} PRAGMA user_version = {newer}")
        assert "newer version" in refusal(till)


class TestMigrating:
    def test_an_older_journal_is_brought_forward(self, till, monkeypatch):
        monkeypatch.setattr(migrations, "MIGRATIONS", (*migrations.MIGRATIONS, "CREATE TABLE later (x);"))
        with pytest.raises(Broken, match="start the daemon once"):
            Reader.open(till.journal)
        with till.store() as store:
            assert store.sequence == 300
            assert schema.pragma(store._database, "user_version") == len(migrations.MIGRATIONS)
        with Reader.open(till.journal) as reader:
            assert reader.sequence == 300

    def test_a_step_that_fails_leaves_the_file_as_it_was(self, till, monkeypatch):
        steps = (*migrations.MIGRATIONS, "CREATE TABLE later (x);", "CREATE TABLE half (x); CREATE TABLE entries (x);")
        monkeypatch.setattr(migrations, "MIGRATIONS", steps)
        assert "cannot be brought forward" in refusal(till)

    def test_each_step_is_taken_whole_or_not_at_all(self, till, monkeypatch):
        steps = (*migrations.MIGRATIONS, "CREATE TABLE later (x);", "CREATE TABLE half (x); CREATE TABLE entries (x);")
        monkeypatch.setattr(migrations, "MIGRATIONS", steps)
        with closing(schema.connect(till.journal, mode="rw")) as database:
            with pytest.raises(sqlite3.OperationalError):
                schema.migrate(database)
            database.rollback()
            assert schema.pragma(database, "user_version") == len(steps) - 1
            assert not database.execute("SELECT 1 FROM sqlite_schema WHERE name = 'half'").fetchall()


class TestF18WhereItMayLive:
    @pytest.mark.skipif(place.file_system(Path("/dev/shm")) != "tmpfs", reason="/dev/shm is no tmpfs here")
    def test_f18_a_folder_that_forgets_is_refused(self):
        folder = Path(tempfile.mkdtemp(dir="/dev/shm"))
        try:
            with pytest.raises(Broken, match="tmpfs"):
                Store.create(folder / "journal.sqlite", DOMAIN, OTHER)
            Store.create(folder / "journal.sqlite", DOMAIN, OTHER, volatile_ok=True)
            with pytest.raises(Broken, match="tmpfs"):
                Store.open(folder / "journal.sqlite", DOMAIN, OTHER)
        finally:
            shutil.rmtree(folder)

    def test_f18_the_innermost_mount_counts(self, tmp_path, monkeypatch):
        escaped = str(tmp_path / "a b").replace(" ", "\\040")
        table = f"/dev/sda / ext4 rw 0 0\noverlay {escaped} overlay rw 0 0\n/dev/sdb {escaped}/deeper ext4 rw 0 0\n"
        monkeypatch.setattr(Path, "read_text", lambda *_, **__: table)
        assert place.file_system(tmp_path) == "ext4"
        assert place.file_system(tmp_path / "a b" / "c") == "overlay"
        assert place.file_system(tmp_path / "a b" / "deeper" / "c") == "ext4"

    def test_a_folder_that_is_not_there(self, tmp_path):
        with pytest.raises(Broken, match="there is no folder"):
            Store.create(tmp_path / "none" / "journal.sqlite", DOMAIN, OTHER, volatile_ok=True)

    def test_f18_a_read_only_folder_is_found_at_the_start(self):
        """By another user when this one is root, to whom no mode says no."""
        folder = Path(tempfile.mkdtemp())
        try:
            Store.create(folder / "journal.sqlite", DOMAIN, OTHER, volatile_ok=True)
            if os.geteuid() == 0:
                os.chown(folder, NOBODY, NOBODY)
                os.chown(folder / "journal.sqlite", NOBODY, NOBODY)
            folder.chmod(0o555)

            def start():
                if os.geteuid() == 0:
                    os.setuid(NOBODY)
                with pytest.raises(Broken, match="writable"):
                    Store.open(folder / "journal.sqlite", DOMAIN, OTHER, volatile_ok=True)

            assert in_child(start) == 0
            assert [path.name for path in folder.iterdir()] == ["journal.sqlite"]
        finally:
            folder.chmod(0o755)
            shutil.rmtree(folder)

    def test_f18_a_read_only_file_is_found_at_the_start(self):
        folder = Path(tempfile.mkdtemp())
        try:
            Store.create(folder / "journal.sqlite", DOMAIN, OTHER, volatile_ok=True)
            if os.geteuid() == 0:
                os.chown(folder, NOBODY, NOBODY)
                os.chown(folder / "journal.sqlite", NOBODY, NOBODY)
            (folder / "journal.sqlite").chmod(0o400)

            def start():
                if os.geteuid() == 0:
                    os.setuid(NOBODY)
                with pytest.raises(Broken, match="does not take a write"):
                    Store.open(folder / "journal.sqlite", DOMAIN, OTHER, volatile_ok=True)

            assert in_child(start) == 0
        finally:
            shutil.rmtree(folder)


class TestTwoDaemons:
    def test_the_second_is_told_whom_to_stop(self, till):
        program = (
            "import sys; from pathlib import Path\n"
            "from terminal.store import Store; from tests.terminal.till import DOMAIN\n"
            "Store.open(Path(sys.argv[1]), DOMAIN, bytes.fromhex(sys.argv[2]), volatile_ok=True)\n"
            "print('open', flush=True); sys.stdin.read()"
        )
        command = [sys.executable, "-c", program, str(till.journal), till.address.hex()]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT) as first:
            assert first.stdout is not None
            assert first.stdout.readline() == b"open\n"
            with pytest.raises(Broken, match=f"process {first.pid}.*stop that one first"):
                till.store()
            first.kill()
        with till.store() as store:  # the lock went with the process
            assert store.sequence == 300

    def test_the_lock_is_let_go_when_opening_fails(self, till):
        refusal(till, terminal=OTHER)
        with till.store(), (till.folder / "journal.sqlite.lock").open() as lock, pytest.raises(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def test_a_link_in_place_of_the_lock_is_not_followed(self, till, tmp_path):
        lock = till.folder / "journal.sqlite.lock"
        lock.unlink(missing_ok=True)
        lock.symlink_to(tmp_path / "elsewhere")
        with pytest.raises(Broken, match="cannot be opened"):
            till.store()
        assert not (tmp_path / "elsewhere").exists()
