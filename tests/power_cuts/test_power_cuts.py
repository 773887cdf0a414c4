"""The harness of the power cuts finds what it is for: it sees all that a process does, and every kind of loss."""

import os
import shutil
import sys
from dataclasses import replace
from random import Random

import pytest

from contracts.wire.units import Timestamp
from tests.power_cuts import cutting, ledger
from tests.power_cuts.cutting import Recorded, Tally
from tests.power_cuts.disk import LOG, Create, Flush, FlushNames, Link, Mark, Operation, Truncate, Unlink, Write
from tests.power_cuts.judge import JOURNAL, Judge, Wrong
from tests.power_cuts.ledger import Ledger
from tests.power_cuts.plan import Fault, Story
from tests.power_cuts.recording import Unclear, files, record
from tests.power_cuts.years import Years, first_finding, terminal
from tests.terminal.books import ask, give_back, sell
from tests.terminal.till import ROOT, Till

needs_strace = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not here")
YEARS = Years(seed=1, version=0, shifts=3)


@needs_strace
class TestRecording:
    def recorded(self, tmp_path, program):
        """What the program does to a folder, and to the descriptor `marks`."""
        folder = tmp_path / "disk"
        folder.mkdir()
        (folder / "old").write_bytes(b"old")
        opened = f"import os; marks = os.open({str(tmp_path / 'marks')!r}, 65)\n"
        command = [sys.executable, "-c", opened + program]
        return record(command, folder, tmp_path / "marks", tmp_path / "trace", ROOT)

    def test_it_shows_what_was_done_in_its_order(self, tmp_path):
        program = f"""
file = os.open({str(tmp_path / "disk" / "new")!r}, os.O_RDWR | os.O_CREAT)
os.pwrite(file, b'one "\\\\ two', 7)
os.write(marks, b"1\\n")
os.fdatasync(file)
os.ftruncate(file, 12)
folder = os.open({str(tmp_path / "disk")!r}, os.O_RDONLY)
os.link({str(tmp_path / "disk" / "new")!r}, {str(tmp_path / "disk" / "name")!r})
os.fsync(folder)
os.unlink({str(tmp_path / "disk" / "old")!r})
os.open({str(tmp_path / "disk" / "name")!r}, os.O_WRONLY | os.O_TRUNC)
"""
        assert self.recorded(tmp_path, program) == [
            Create("new"), Write("new", 7, b'one "\\ two'), Mark(1), Flush("new"), Truncate("new", 12),
            Link("new", "name"), FlushNames(), Unlink("old"), Truncate("name", 0),
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("program", "why"),
        [
            ("os.rename({old!r}, {new!r})", "rename"),
            ("os.write(os.open({old!r}, os.O_WRONLY), b'x')", "write of old"),
            ("import mmap; mmap.mmap(os.open({old!r}, os.O_RDWR), 3)[0] = 1", "mmap of old"),
            ("os.chdir({folder!r}); open('new', 'wb')", "come to the files"),
            ("os.unlink({old!r})\nif not os.fork(): open({new!r}, 'xb')\nelse: os.wait()", "more than one thread"),
            ("raise SystemExit('no')", "failed: no"),
        ],
    )
    def test_what_it_cannot_show_it_refuses(self, tmp_path, program, why):
        folder = tmp_path / "disk"
        names = {"old": str(folder / "old"), "new": str(folder / "new"), "folder": str(folder)}
        with pytest.raises(Unclear, match=why):
            self.recorded(tmp_path, program.format(**names))


class TestWhatMayBeThere:
    def shift(self, *flushed, begins=0):
        ledgers = tuple(Ledger(forwarded=number) for number in range(len(flushed)))
        operations: list[Operation] = [
            done for step in range(begins + 1, len(flushed)) for done in (FlushNames(), Mark(step))
        ]
        return Recorded({}, operations, Story(begins, ledgers, flushed))

    def test_what_was_seen_must_be_there_and_what_is_going_on_may(self):
        shift = self.shift(True, True, True)
        assert [list(shift.window(cut)) for cut in range(5)] == [[0, 1], [0, 1], [1, 2], [1, 2], [2]]

    def test_what_is_not_said_to_be_flushed_may_go_back_to_what_is(self):
        shift = self.shift(True, False, False, True)
        assert [list(shift.window(cut)) for cut in (2, 4, 6)] == [[0, 1, 2], [0, 1, 2, 3], [3]]

    def test_what_a_cut_left_is_seen_by_nobody_before_the_daemon_has_it_open(self):
        shift = self.shift(True, False, True, True, begins=1)
        assert [list(shift.window(cut)) for cut in range(3)] == [[0, 1, 2], [0, 1, 2], [2, 3]]


class TestJudging:
    @pytest.fixture
    def till(self, tmp_path):
        till = Till(tmp_path / "till")
        with till.store() as store:
            sell(store, till.signer())
            ask(store, till.signer())
            give_back(store, till.signer(), 1)
        return till

    def told(self, till):
        with till.store() as store:
            return ledger.read(store)

    def judge(self, till, *acceptable):
        image = {name: content for name, content in files(till.folder).items() if name.startswith(JOURNAL)}
        return Judge(till.folder / "key").judge(image, acceptable)

    def test_a_journal_that_is_as_it_must_be(self, till):
        told = self.told(till)
        assert self.judge(till, told) == told
        assert self.judge(till, replace(told, lines=told.lines[:2], notes=told.notes[:2]), told) == told

    def test_a_lost_entry(self, till):
        before = till.journal.read_bytes()
        with till.store() as store:
            sell(store, till.signer())
        approved = self.told(till)
        till.journal.write_bytes(before)
        with pytest.raises(Wrong, match="1 of 4 approved entries are lost"):
            self.judge(till, approved)

    def test_a_doubled_entry(self, till):
        told = self.told(till)
        with till.store() as store:
            sell(store, till.signer())
        with pytest.raises(Wrong, match="nobody made"):
            self.judge(till, told)

    def test_a_journal_that_is_gone_and_one_that_nobody_made(self, till):
        told = self.told(till)
        with pytest.raises(Wrong, match="nobody made"):
            self.judge(till, None)
        till.journal.unlink()
        assert self.judge(till, None, told) is None
        with pytest.raises(Wrong, match="gone, and 3 approved"):
            self.judge(till, told)

    def test_half_a_step(self, till):
        told = self.told(till)
        mixed = replace(told, forwarded=2, bound=Timestamp(told.bound + 1))
        with pytest.raises(Wrong, match="mixture of before and after: forwarded, bound"):
            self.judge(till, mixed, mixed)

    def test_limits_that_are_not_those_of_the_entries(self, till, monkeypatch):
        told = self.told(till)
        monkeypatch.setattr("terminal.store.reading.View._counting", lambda *_: ())
        with pytest.raises(Wrong, match="limits"):
            self.judge(till, told)

    def test_a_damaged_journal(self, till):
        told = self.told(till)
        os.truncate(till.journal, till.journal.stat().st_size // 2)
        with pytest.raises(Wrong, match="does not sell any more"):
            self.judge(till, told)


@needs_strace
class TestCutting:
    def test_f03_a_flushed_journal_loses_nothing(self):
        """The first sales of a new terminal; `make power-cuts` has the whole."""
        with terminal(YEARS) as till:
            shift, tally = till.shift(1, *till.beginning()), Tally()
            begun = Recorded(shift.before, shift.operations[:200], shift.story)
            assert list(cutting.cut_everywhere(begun, till.judge, Random(1), tally)) == []
        assert tally.cuts == 201
        assert tally.images > 201

    def test_synchronous_off_is_found(self):
        assert "approved entries are lost" in (first_finding(YEARS, fault=Fault.NO_FLUSH) or "")

    def test_a_sector_that_takes_a_flushed_entry_with_it_is_found(self):
        found = first_finding(YEARS, fault=Fault.TRUSTED_SECTORS)
        assert "spoilt" in (found or "")

    def test_a_flush_that_does_not_reach_the_disk_is_found(self):
        assert "approved entries are lost" in (first_finding(YEARS, (LOG,)) or "")

    def test_a_folder_that_is_not_flushed_is_found(self):
        assert "the journal is gone" in (first_finding(YEARS, ("",)) or "")

    def test_the_same_years_are_the_same_cuts(self):
        found = []
        for _ in range(2):
            with terminal(YEARS) as till:
                shift = till.shift(1, *till.beginning())
            found.append(([type(done) for done in shift.operations], shift.story))
        assert found[0] == found[1]
