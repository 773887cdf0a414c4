"""The daemon as a process: what a shopkeeper sees, and what happens when things are not as they should be."""

from contextlib import closing

import pytest

from terminal.core.screen import EntryState, Stage
from tests.terminal.till import Till, sell


@pytest.fixture
def till(tmp_path):
    made = Till(tmp_path / "till")
    made.know()
    return made


def test_a_sale_by_scanner_and_keypad_is_approved_and_in_the_journal(till):
    with till.start() as running, running.screen() as glass:
        approved = sell(running, glass)
        assert (approved.stage, approved.amount, approved.sequence) == (Stage.APPROVED, 12_50, 1)
        assert [(line.sequence, line.state) for line in approved.recent] == [(1, EntryState.WAITING)]
        assert running.stop() == 0
    with closing(till.store()) as store:
        assert store.sequence == 1
