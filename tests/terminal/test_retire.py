"""The end of a terminal: once, by a person who means it, and not while something is undecided."""

import io
import json

import pytest

from contracts.wire import entry as wire_entry
from contracts.wire.entry import Retire
from contracts.wire.reasons import Reason
from terminal import doctor, retire
from terminal.core.effects import AskEnd
from terminal.store import Reader, mirror_reading
from terminal.store.checking import require_sound
from tests.terminal.books import ask, sell
from tests.terminal.till import Till


@pytest.fixture
def till(tmp_path):
    made = Till(tmp_path / "till")
    made.know()
    return made


@pytest.fixture
def run(till, capsys):
    def command(*arguments):
        status = retire.main([*arguments, "--config", str(till.config)])
        return status, capsys.readouterr()

    return command


def sequence(till):
    with Reader.open(till.journal) as reader:
        return reader.sequence


def test_its_last_entry_says_so_and_the_command_says_what_comes_next(till, run):
    with till.store() as store:
        sell(store, till.signer())
    status, said = run("--yes", "--json")
    assert (status, json.loads(said.out)) == (0, {"terminal": "0x" + till.address.hex(), "sequence": 2, "waiting": 2})
    with till.store() as store:
        require_sound(store)
        *_, last = store.lines()
        signed = wire_entry.unpack(last.entry)
        assert signed is not None
        assert isinstance(signed.content, Retire)
        assert signed.content.time > 0


def test_it_happens_once(till, run):
    assert run("--yes")[0] == 0
    status, said = run("--yes")
    assert status == 1
    assert "retired already, by entry 1" in said.err
    assert sequence(till) == 1


@pytest.mark.parametrize(
    ("typed", "done"), [("yes\n", True), ("YES\n", True), ("y\n", False), ("\n", False), ("", False)]
)
def test_a_person_is_asked_first(till, run, monkeypatch, typed, done):
    class Console(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.setattr("sys.stdin", Console(typed))
    assert (run()[0], sequence(till)) == (0 if done else 1, int(done))


def test_where_nobody_can_be_asked_it_must_be_said(till, run, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("yes\n"))
    status, said = run()
    assert status == 1
    assert "--yes" in said.err
    assert sequence(till) == 0


def test_f33_not_under_a_running_daemon(till, run):
    with till.start():
        status, said = run("--yes")
        assert status == 1
        assert "another daemon" in said.err
    assert sequence(till) == 0


@pytest.mark.parametrize(("end", "status"), [(None, 1), (AskEnd.PAID, 1), (AskEnd.HANDED_OVER, 0), (AskEnd.REFUSED, 0)])
def test_f39_not_before_it_is_settled_what_became_of_an_ask(till, run, end, status):
    with till.store() as store:
        ask(store, till.signer())
        if end:
            store.resolve(1, end)
    found, said = run("--yes")
    assert found == status
    assert ("entry 1 was asked for" in said.err) is bool(status)


def test_f16_a_journal_that_forked_is_ended_by_its_sponsors(till, run):
    with till.store() as store:
        store.save_attention(Reason.TERMINAL_LOCKED, "proven: FORK")
    status, said = run("--yes")
    assert status == 1
    assert "revoke it instead" in said.err


def test_f17_a_damaged_journal_stays_as_it_is(till, run):
    till.journal.write_bytes(till.journal.read_bytes()[:9000])
    before = till.journal.read_bytes()
    assert run("--yes")[0] == 1
    assert till.journal.read_bytes() == before


def test_doctor_says_that_it_is_retired(till, run, capsys):
    run("--yes")
    doctor.main(["--config", str(till.config), "--json"])
    found = {check["name"]: check for check in json.loads(capsys.readouterr().out)}
    assert found["retired"]["finding"] == "by entry 1"
    assert "checkpoint" not in found


def test_doctor_names_asks_that_are_not_settled(till, capsys):
    def asks():
        doctor.main(["--config", str(till.config), "--json"])
        return next(check for check in json.loads(capsys.readouterr().out) if check["name"] == "asks")

    with till.store() as store:
        ask(store, till.signer())
    assert "no answer yet" in asks()["finding"]
    with till.store() as store:
        store.resolve(1, AskEnd.PAID)
    assert "answer the question" in asks()["advice"]


def test_its_last_entry_stands_on_the_second_medium_too(till, run, tmp_path):
    stick = tmp_path / "stick"
    stick.mkdir()
    till.extra = f'mirror = "{stick}"'
    till.configure()
    assert run("--yes")[0] == 0
    with Reader.open(till.journal) as reader:
        assert mirror_reading.read(stick).lines == tuple(reader.lines())
