"""The commands about the second medium: restore, export without a terminal, and what doctor says of it."""

import json
import os

import pytest

from terminal import checks, export, journal
from terminal.care.root import Root
from terminal.config import load
from terminal.finding import Grade
from terminal.mirror_checks import of
from terminal.store import Reader
from terminal.store.mirror_format import NAME
from tests.terminal.books import sell
from tests.terminal.sticks import every_kind, mirrored
from tests.terminal.till import Till

NOBODY = 65_534


@pytest.fixture
def stick(tmp_path):
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


@pytest.fixture
def till(tmp_path, stick):
    """A terminal that sold a little, with a mirror that has all of it."""
    till = Till(tmp_path / "till", extra=f'mirror = "{stick}"')
    with mirrored(till, stick) as (store, _):
        every_kind(store, till.signer())
    return till


def run(*arguments):
    return journal.main([str(each) for each in arguments])


@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to("/dev/zero")])
def test_what_is_no_file_on_a_stick_holds_up_nobody_who_reads_it(till, stick, capsys, make):
    """A stick may come from anywhere, and who restores or looks is root."""
    (stick / NAME).unlink()
    make(stick / NAME)
    till.journal.rename(till.journal.with_name("away"))
    assert run("restore", "--from", stick, "--config", till.config) == 1
    assert "cannot be read" in capsys.readouterr().err
    till.journal.with_name("away").rename(till.journal)
    with Reader.open(till.journal) as reader:
        (check,) = of(load(till.config), reader)
    assert (check.grade, "cannot be read" in check.finding) == (Grade.FAIL, True)


class TestRestore:
    def test_f17_a_lost_journal_is_back(self, till, stick, capsys):
        till.journal.unlink()
        assert run("restore", "--from", stick, "--config", till.config) == 0
        assert "5 entries and 0 closed days are back" in capsys.readouterr().out
        with till.store() as store:
            assert store.sequence == 5

    def test_for_a_machine(self, till, stick, capsys):
        till.journal.write_bytes(b"rubbish")
        assert run("restore", "--from", stick, "--config", till.config, "--json") == 0
        told = json.loads(capsys.readouterr().out)
        assert (told["entries"], told["aside"]) == (5, str(till.journal.with_name("journal.sqlite.aside-1")))

    def test_a_journal_that_has_it_all_stays(self, till, stick, capsys):
        assert run("restore", "--from", stick, "--config", till.config) == 1
        assert "nothing to restore" in capsys.readouterr().err

    def test_another_terminals_stick(self, till, stick, tmp_path, capsys):
        other = Till(tmp_path / "other")
        other.journal.unlink()
        assert run("restore", "--from", stick, "--config", other.config) == 1
        assert "another terminal" in capsys.readouterr().err
        assert not other.journal.exists()

    def test_without_the_key_the_next_start_compares(self, till, stick):
        till.journal.unlink()
        key = (till.folder / "key").rename(till.folder / "sealed")
        assert run("restore", "--from", stick, "--config", till.config) == 0
        key.rename(till.folder / "key")
        with till.store() as store:
            assert store.sequence == 5

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root makes files for others")
    def test_what_root_restores_is_the_daemons(self, till, stick):
        till.journal.unlink()
        till.journal.with_name("journal.sqlite.lock").unlink()
        for path in (till.folder, till.folder / "key"):
            os.chown(path, NOBODY, NOBODY)
        assert run("restore", "--from", stick, "--config", till.config) == 0
        assert {path.stat().st_uid for path in till.folder.glob("journal.sqlite*")} == {NOBODY}


class TestExport:
    def test_a_mirror_alone_is_enough(self, till, stick, tmp_path):
        assert run("export", "--from", stick, tmp_path / "out.json", "--config", tmp_path / "no.toml") == 0
        with till.store() as store:
            assert export.read(tmp_path / "out.json") == export.of(store)
        assert run("verify", tmp_path / "out.json") == 0


class TestDoctor:
    def examine(self, till, *, simulators=True):
        till.configure(simulators=simulators)
        with Reader.open(till.journal) as reader:
            (check,) = of(load(till.config), reader)
        return check.grade.value, check.finding, check.advice

    def test_a_good_one(self, till):
        assert self.examine(till) == ("ok", "has all 5 entries of the journal", "")

    def test_none_is_asked_for(self, tmp_path):
        till = Till(tmp_path / "without")
        with Reader.open(till.journal) as reader:
            assert list(of(load(till.config), reader)) == []

    def test_one_that_lacks_something(self, till):
        with till.store() as store:
            sell(store, till.signer())
        assert self.examine(till)[:2] == ("fail", "lacks 1 entries")

    def test_one_that_is_not_there(self, till, stick):
        stick.rename(stick.with_name("away"))
        grade, _, advice = self.examine(till)
        assert (grade, "put the stick in" in advice) == ("fail", True)

    def test_an_empty_stick(self, till, stick):
        (stick / NAME).unlink()
        assert self.examine(till)[:2] == ("fail", "cannot be read (No such file or directory)")

    def test_one_of_another_terminal(self, till, tmp_path):
        other = Till(tmp_path / "other", extra=till.extra)
        grade, finding, advice = self.examine(other)
        assert (grade, "another terminal" in finding, "keep it" in advice) == ("fail", True, True)

    def test_f16_one_that_is_ahead(self, till, stick):
        for file in till.folder.glob("journal.sqlite*"):
            file.unlink()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("tests.terminal.till.make_key", lambda _: till.address)
            Till(till.folder, extra=till.extra)
        grade, finding, advice = self.examine(till)
        assert (grade, "old copy" in finding) == ("fail", True)
        assert f"journal restore --from {stick}" in advice

    def test_one_on_the_same_disk(self, till):
        grade, _, advice = self.examine(till, simulators=False)
        assert (grade, "put the stick in" in advice) == ("fail", True)

    async def test_it_stands_among_the_others(self, till):
        found = {check.name async for check in checks.examine(load(till.config), Root(till.folder))}
        assert "mirror" in found
