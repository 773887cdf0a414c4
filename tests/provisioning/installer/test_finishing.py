"""The end of an installation: what is said, what is started, and the one cent that proves it."""

from pathlib import Path

import pytest

from provisioning.installer import finishing
from provisioning.installer.steps import readonly
from terminal import self_test
from terminal.places import ETC_KEPT
from tests.provisioning.installer.machine import Machine, stock


@pytest.fixture
def here(tmp_path: Path) -> Machine:
    machine = stock(tmp_path / "machine")
    machine.at(Path("/run/systemd/system")).mkdir(parents=True, exist_ok=True)
    return machine


@pytest.fixture
def tested(monkeypatch) -> list[list[str]]:
    """How the self-test was called; it fails here."""
    calls: list[list[str]] = []

    def test(argv: list[str]) -> int:
        calls.append(argv)
        return 1

    monkeypatch.setattr(self_test, "main", test)
    return calls


def enrol(machine: Machine) -> None:
    place = machine.at(ETC_KEPT / "terminal.toml")
    place.parent.mkdir(parents=True, exist_ok=True)
    place.touch()


def go_on(machine: Machine, *, agrees: bool) -> tuple[int, str, list[str]]:
    said: list[str] = []
    asked: list[str] = []

    def answer(question: str) -> bool:
        asked.append(question)
        return agrees

    return finishing.go_on(machine, said.append, answer), "\n".join(said), asked


def test_an_enrolled_terminal_is_proved_by_one_cent_and_the_installation_ends_as_that_does(here, tested):
    enrol(here)
    status, _, asked = go_on(here, agrees=True)
    assert (status, tested) == (1, [[]])
    assert "one cent" in asked[0]


def test_who_does_not_want_that_is_done(here, tested):
    enrol(here)
    status, _, asked = go_on(here, agrees=False)
    assert (status, tested, len(asked)) == (0, [], 1)


def test_before_it_is_enrolled_nothing_can_be_proved(here, tested):
    status, said, asked = go_on(here, agrees=True)
    assert (status, tested, asked) == (0, [], [])
    assert "sheet" in said
    assert "run this once more" in said


def test_nor_before_a_restart_that_is_due(here, tested, monkeypatch):
    enrol(here)
    monkeypatch.setattr(readonly, "advice", lambda _: "Restart it now.")
    status, said, asked = go_on(here, agrees=True)
    assert (status, tested, asked) == (0, [], [])
    assert said.startswith("Restart it now.")
    assert "run this once more" in said
