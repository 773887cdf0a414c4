"""The daemon with a second medium: approved stands on both, and what is wrong with either is said on the screen."""

import pytest

from contracts.wire.reasons import Reason
from terminal.core.care import Trouble
from terminal.core.screen import Stage
from terminal.store import mirror_reading, restoring
from tests.terminal.sticks import held
from tests.terminal.till import DOMAIN, Till, sell


@pytest.fixture
def stick(tmp_path):
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


@pytest.fixture
def till(tmp_path, stick):
    made = Till(tmp_path / "till", extra=f'mirror = "{stick}"')
    made.know()
    return made


def troubles(*wanted):
    return lambda screen: screen.status.troubles == wanted


def test_what_the_screen_calls_approved_stands_on_both(till, stick):
    with till.start() as running, running.screen() as glass:
        glass.until(Stage.READY)
        assert sell(running, glass).stage is Stage.APPROVED
        running.kill()
    assert held(stick) == [1]
    with till.store() as store:
        assert tuple(store.lines()) == mirror_reading.read(stick).lines


def test_a_stick_that_is_not_there_is_an_alarm_and_costs_no_sale(till, stick):
    stick.rmdir()
    with till.start() as running, running.screen() as glass:
        glass.until(troubles(Trouble.MIRROR_LOST))
        assert sell(running, glass).stage is Stage.APPROVED
        stick.mkdir()
        glass.until(troubles())
        assert held(stick) == [1]


def test_another_terminals_stick_is_an_alarm_and_stays(till, stick, tmp_path):
    other = Till(tmp_path / "other", extra=till.extra)
    other.know()
    with other.start() as running:
        running.stop()
    before = (stick / "journal.mirror").read_bytes()
    with till.start() as running, running.screen() as glass:
        glass.until(troubles(Trouble.MIRROR_FOREIGN))
        assert sell(running, glass).stage is Stage.APPROVED
    assert (stick / "journal.mirror").read_bytes() == before


def test_f16_an_old_copy_of_the_journal_locks_before_it_sells_and_is_restored(till, stick):
    with till.store():
        old = till.journal.read_bytes()
    with till.start() as running, running.screen() as glass:
        sell(running, glass)
        running.stop()
    for file in till.folder.glob("journal.sqlite*"):
        file.unlink()
    till.journal.write_bytes(old)
    with till.start() as running, running.screen() as glass:
        assert glass.until(Stage.LOCKED).reason == Reason.FORK
        running.stop()
    restoring.restore(stick, till.journal, DOMAIN, volatile_ok=True)
    till.know()
    with till.start() as running, running.screen() as glass:
        glass.until(Stage.READY)
        assert sell(running, glass, 2).stage is Stage.APPROVED
    assert held(stick) == [1, 2]
