"""The plug is pulled at every statement between a confirm key and the screen: the promise of design section 5.

Approved is what a screen was shown. After each kill the next daemon starts on the same journal, so every cut is made
on a journal that has survived all the cuts before it. The same with what is asked of the contract, with its answer, and
with what is given back.
"""

import random
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import pairwise

import pytest

from contracts.wire.journal import is_signed
from terminal.core.effects import AskEnd
from terminal.core.screen import Booked, EntryState, Screen, Stage
from terminal.store import checking
from tests.terminal import books
from tests.terminal.till import Glass, Running, Till, code, pass_address
from tests.terminal.web import World, threaded

CUTS = 60
FEWER_CUTS = 24
SEED = 20_26
PROGRAM = "import runpy; runpy.run_module('tests.end_to_end.cut_daemon', run_name='__main__')"


@contextmanager
def doomed(till: Till, cut: int, begin: str) -> Iterator[tuple[Running, Glass]]:
    """A daemon that dies at that statement after that event, and its screen; it lives, and counts, for 0."""
    count = {"KINDPAKKET_CUT_COUNT": str(till.folder / "count")}
    environment = {"KINDPAKKET_CUT": str(cut), "KINDPAKKET_CUT_FROM": begin, **count}
    with till.start(program=PROGRAM, environment=environment) as running, running.screen() as glass:
        yield running, glass
        running.kill() if cut else running.stop()


def shows(glass: Glass, stage: Stage) -> bool:
    """Whether it came to that before the daemon was gone."""
    while (screen := glass.next()) is not None:
        if screen.stage is stage:
            return True
    return False


def cuts(till: Till, number: int) -> Iterator[int]:
    """Where to cut: nowhere at first, and then at one of each of so many parts of the statements that were counted."""
    yield 0
    count = int((till.folder / "count").read_text())
    assert count >= number, "the path has fewer statements than cuts are promised"
    chance, ends = random.Random(SEED), (1 + count * part // number for part in range(number + 1))
    yield from (chance.randrange(first, last) for first, last in pairwise(ends))


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
        with doomed(self.till, cut, "confirm") as (running, glass):
            self._see_what_is_stored(glass.next())
            running.scan(code(1 + amount % 20))
            glass.until(Stage.AMOUNT)
            glass.press(*str(amount), "confirm")
            if shows(glass, Stage.APPROVED):
                self.approved.append(amount)

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
            amounts = [int(sale.amount) for sale in store.sales()]
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
def till(tmp_path):
    till = Till(tmp_path / "till")
    till.know()
    return till


@pytest.fixture
def world(till):
    """Chain and gateway of the till. Nothing that is handed in is settled by itself."""
    world = World(till.address, settles=False)
    with threaded(world.handle) as url:
        till.rpc_url, till.gateway_url = url + "/rpc", url
        till.configure()
        yield world


@pytest.mark.timeout(600)
def test_f04_f03_no_kill_loses_doubles_or_invents_an_approved_payment(till):
    shop = Shop(till)
    for number, cut in enumerate(cuts(till, CUTS)):
        shop.sell(cut, amount=100 + number)
        shop.look()
    assert 0 < len(shop.approved) < CUTS, "cuts fell on one side of approved only"
    assert shop.unseen > 0, "no cut fell between commit and screen"


def ask(running: Running, glass: Glass, amount: int) -> None:
    """To the confirm key of a sale above the floor limit."""
    glass.until(lambda screen: screen.status.gateway and screen.status.chain)
    running.scan(code(1 + amount % 20))
    glass.until(Stage.AMOUNT)
    glass.press(*str(amount), "confirm")


@pytest.mark.timeout(600)
def test_f04_f39_no_kill_loses_doubles_or_invents_an_ask(till, world):
    """What was asked is open after the restart, and what was not is not there; nothing was approved either way."""
    shown, stored, unseen = 0, 0, 0
    for amount, cut in enumerate(cuts(till, FEWER_CUTS), start=80_00):
        with doomed(till, cut, "confirm") as (running, glass):
            ask(running, glass, amount)
            saw = shows(glass, Stage.ASKING)
        with closing(till.store()) as store:
            checking.require_sound(store)
            asks = store.facts().open_asks
            assert [int(entry.amount) for entry in asks] == [amount][: store.sequence - stored]
            assert asks or not saw, "an ask that the screen showed is missing"
            shown += saw
            unseen += len(asks) > 0 and not saw
            stored = store.sequence
            for entry in asks:  # as if the contract had refused it: the next one can be asked
                store.resolve(entry.sequence, AskEnd.REFUSED)
    assert 0 < shown <= FEWER_CUTS
    assert unseen > 0, "no cut fell between commit and screen"


def newest_is_paid(screen: Screen) -> bool:
    """Whether the till has heard so from its chain, which comes after the chain's first answer."""
    return [line.state for line in screen.recent[:1]] == [EntryState.PAID]


@pytest.mark.timeout(600)
def test_f03_f39_no_kill_loses_the_contracts_yes(till, world):
    """It is paid: approved was shown, or the next start shows it as paid, or asks whether it was handed over."""
    ends: set[AskEnd | None] = set()
    for amount, cut in enumerate(cuts(till, FEWER_CUTS), start=80_00):
        with doomed(till, cut, "paid") as (running, glass):
            ask(running, glass, amount)
            glass.until(Stage.ASKING)
            glass.until(lambda screen: screen.status.unsent == 0)
            world.settled = len(world.entries)
            saw = shows(glass, Stage.APPROVED)
        with closing(till.store()) as store:
            checking.require_sound(store)
            sequence, end = store.sequence, store.ends().get(store.sequence)
        assert end is AskEnd.HANDED_OVER if saw else end in {None, AskEnd.PAID, AskEnd.HANDED_OVER}
        ends.add(end)
        with till.start() as running, running.screen() as glass:
            if end is AskEnd.HANDED_OVER:
                line = glass.until(newest_is_paid).recent[0]
                assert (line.sequence, line.kind) == (sequence, Booked.ASK)
            else:
                assert glass.until(Stage.ASK_PAID).sequence == sequence
            running.stop()
        with closing(till.store()) as store:
            store.resolve(sequence, AskEnd.HANDED_OVER)
    assert ends >= {None, AskEnd.HANDED_OVER}, "cuts fell on one side of the note only"


def give_back(running: Running, glass: Glass, sale: int) -> None:
    """To the confirm key of a refund of the newest sale."""
    glass.until(Stage.READY)
    glass.press("menu", "2")
    glass.until(Stage.REFUND_SCAN)
    running.scan(code(1))
    glass.until(lambda screen: screen.sales and screen.sales[0].sequence == sale)
    glass.press("1", "confirm")


@pytest.mark.timeout(600)
def test_f04_f40_no_kill_loses_doubles_or_invents_a_refund(till):
    """What was shown as given back is, once and whole; and what was not shown is either so or not at all."""
    shown, stored, unseen = 0, 0, 0
    for amount, cut in enumerate(cuts(till, FEWER_CUTS), start=1_00):
        with closing(till.store()) as store:
            sale = books.sell(store, till.signer(), number=1, amount=amount, time=store.bound()).sequence
        with doomed(till, cut, "confirm") as (running, glass):
            give_back(running, glass, sale)
            saw = shows(glass, Stage.REFUNDED)
        with closing(till.store()) as store:
            checking.require_sound(store)
            refunds = list(store.refunds())
            assert [(each.sale_sequence, each.amount) for each in refunds[stored:]] in ([], [(sale, amount)])
            assert len(refunds) > stored or not saw, "a refund that the screen showed is missing"
            (found,) = (each for each in store.sales_of(pass_address(1), store.sequence) if each.sequence == sale)
            assert found.left == (0 if len(refunds) > stored else amount)
            shown += saw
            unseen += len(refunds) > stored and not saw
            stored = len(refunds)
        till.settle_all()
    assert 0 < shown <= FEWER_CUTS
    assert unseen > 0, "no cut fell between commit and screen"
