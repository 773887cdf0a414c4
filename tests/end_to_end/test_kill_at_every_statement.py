"""The plug is pulled at every statement between the confirm key and the screen: the promise of design section 5.

Approved is what a screen was shown. After each kill the next daemon starts on the same journal, so every cut is made
on a journal that has survived all the cuts before it.
"""

import random
from contextlib import closing
from dataclasses import dataclass, field

import pytest

from contracts.wire.journal import is_signed
from terminal.core.screen import Stage
from terminal.store import checking
from tests.terminal.till import Till, code

CUTS = 60
SEED = 20_26
PROGRAM = "import runpy; runpy.run_module('tests.end_to_end.cut_daemon', run_name='__main__')"


@dataclass
class Shop:
    """One till that is killed again and again, and what its screen has called approved."""

    till: Till
    approved: list[int] = field(default_factory=list)
    stored: list[int] = field(default_factory=list)
    settled: int = 0
    unseen: int = 0
    """Kills between commit and screen."""

    def sell(self, cut: int, amount: int) -> None:
        """Sell for so many cents with a daemon that dies at that statement, or does not get there."""
        environment = {"KINDPAKKET_CUT": str(cut), "KINDPAKKET_CUT_COUNT": str(self.till.folder / "count")}
        with self.till.start(program=PROGRAM, environment=environment) as running, running.screen() as glass:
            self._see_what_is_stored(glass.next())
            running.scan(code(1 + amount % 20))
            glass.until(Stage.AMOUNT)
            glass.press(*str(amount), "confirm")
            while (screen := glass.next()) is not None:
                if screen.stage is Stage.APPROVED:
                    self.approved.append(screen.amount)
                    break
            running.kill() if cut else running.stop()

    def _see_what_is_stored(self, screen) -> None:
        """F03: what was stored but never shown as approved is shown after the restart."""
        shown = [line.amount for line in reversed(screen.recent)]
        assert shown == self.stored[-5:]
        assert screen.status.waiting == len(self.stored) - self.settled

    def look(self) -> None:
        """Open the journal as the next start does, and hold it to what was approved."""
        with closing(self.till.store()) as store:
            checking.require_sound(store)
            lines = list(store.lines())
            amounts = [int(booking.amount) for booking in store.bookings()]
            assert len(set(amounts)) == len(amounts), "an approved payment is doubled"
            assert set(self.approved) <= set(amounts), "an approved payment is missing"
            assert amounts[: len(self.stored)] == self.stored
            assert len(amounts) - len(self.stored) <= 1
            assert all(is_signed(store.domain, store.terminal, one.sequence, one.head, one.signature) for one in lines)
            open_entries = [entry for entry in store.facts().entries if entry.sequence > self.settled]
            assert [entry.amount for entry in open_entries] == amounts[self.settled :], "limits are not what is open"
        self.unseen += len(amounts) > len(self.stored) and amounts[-1] not in self.approved
        self.stored = amounts
        if len(amounts) - self.settled > 60:
            self.till.settle_all()
            self.settled = len(amounts)


@pytest.fixture
def shop(tmp_path):
    till = Till(tmp_path / "till")
    till.know()
    return Shop(till)


@pytest.mark.timeout(300)
def test_f04_f03_no_kill_loses_doubles_or_invents_an_approved_payment(shop):
    shop.sell(cut=0, amount=100)
    shop.look()
    count = int((shop.till.folder / "count").read_text())
    assert count >= CUTS, "the approve path has fewer statements than cuts are promised"
    points = sorted(random.Random(SEED).sample(range(1, count + 1), CUTS))
    for number, point in enumerate(points, start=1):
        shop.sell(cut=point, amount=100 + number)
        shop.look()
    assert 0 < len(shop.approved) < CUTS, "cuts fell on one side of approved only"
    assert shop.unseen > 0, "no cut fell between commit and screen"
