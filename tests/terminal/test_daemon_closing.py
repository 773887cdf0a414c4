"""The day is closed at the real counter: with a printer, without one, and with what became of what was sold."""

import asyncio

import pytest

from contracts.wire.reasons import Reason
from contracts.wire.units import Timestamp
from terminal import daemon, pin
from terminal.core.screen import EntryState, Stage
from terminal.report import closing
from tests.drivers.paper import PaperPrinter
from tests.terminal.clockwork import BEGIN, Times, connected, open_counter, served
from tests.terminal.test_printing import equip, lamp
from tests.terminal.till import Till, eventually


@pytest.fixture
def times():
    return Times()


@pytest.fixture
def till(tmp_path, monkeypatch):
    monkeypatch.setattr(daemon, "TICK_SECONDS", 0.02)
    made = Till(tmp_path / "till")
    made.know(at=Timestamp(BEGIN))
    return made


async def close_day(counter):
    counter.press("menu")
    await counter.until(Stage.MENU)
    counter.press("3", "confirm")
    return await counter.until(lambda screen: screen.stage in {Stage.DAY_CLOSED, Stage.REFUSED})


async def test_f08_it_works_with_no_printer_and_no_network_and_counts_what_is_open(till, times):
    async with open_counter(till, times) as counter:
        assert (await counter.sell(1)).stage is Stage.APPROVED
        times.pass_by(9)
        await counter.until(Stage.READY)
        day = (await close_day(counter)).day
        assert (day.number, day.turnover, day.carried) == (1, 5_00, 1)
        times.pass_by(9)
        await counter.until(Stage.READY)
        assert (await close_day(counter)).day.number == 2
        kept = counter.store.last_closing().contents()
        assert (kept["closed_at"], kept["shop"]) == (BEGIN + 18, "shop-03")


async def test_it_comes_out_on_paper(till, times):
    with PaperPrinter() as printer:
        equip(till, printer.address)
        async with open_counter(till, times) as counter:
            await counter.until(lamp("ready"))
            assert (await close_day(counter)).day.number == 1
            await eventually(lambda: printer.pages)
        assert b"DAG AFGESLOTEN" in printer.pages[0]


async def test_f18_a_disk_that_does_not_take_it_closes_nothing(till, times):
    async with open_counter(till, times) as counter:
        counter.store._database.execute(
            "CREATE TRIGGER full BEFORE INSERT ON closings BEGIN SELECT raise(ABORT, 'full'); END"
        )
        await counter.until(Stage.READY)
        refused = await close_day(counter)
        assert refused.reason == Reason.DAY_NOT_CLOSED
        assert counter.store.last_closing() is None


async def test_the_pin_goes_before_it(till, times):
    sealed = pin.seal("1357")
    till.extra = f'staff_pin = "{sealed}"'
    till.configure()
    async with open_counter(till, times) as counter:
        await counter.until(Stage.READY)
        counter.press("menu")
        await counter.until(Stage.PIN)
        counter.press("3", "confirm")
        await counter.until(lambda screen: screen.reason == Reason.PIN_WRONG)
        assert counter.store.last_closing() is None


async def test_f06_an_approved_payment_that_was_rejected_is_said_until_a_closed_day_tells_of_it(till, times):
    async with served(till, times, settles=False) as world, connected(till, times) as counter:
        for family in range(1, 8):
            assert (await counter.sell(family)).stage is Stage.APPROVED
            times.pass_by(9)
            await counter.until(Stage.READY)
        world.reasons[1] = Reason.TERMINAL_REVOKED
        world.settled = 7
        told = await counter.until(lambda screen: screen.status.lost)
        assert (told.status.lost, told.lost.sequence, told.lost.reason) == (1, 1, Reason.TERMINAL_REVOKED)
        assert told.lost.state is EntryState.REJECTED
        assert 1 not in [line.sequence for line in told.recent]
        closed = await close_day(counter)
        assert (closed.day.turnover, closed.status.lost) == (30_00, 0)
        exceptions = counter.store.last_closing().contents()["exceptions"]
        assert [(line["sequence"], line["reason"]) for line in exceptions] == [(1, "TERMINAL_REVOKED")]


async def test_what_was_open_when_the_day_was_closed_is_said_when_it_is_rejected_later(till, times):
    async with served(till, times, settles=False) as world, connected(till, times) as counter:
        await counter.sell(1)
        times.pass_by(9)
        await counter.until(Stage.READY)
        assert (await close_day(counter)).day.carried == 1
        world.reasons[1] = Reason.SLICE_SHORT
        world.settled = 1
        assert (await counter.until(lambda screen: screen.status.lost)).lost.sequence == 1
    async with open_counter(till, times) as counter:
        assert (await counter.until(Stage.READY)).status.lost == 1
        await asyncio.to_thread(closing.close, till.journal, Timestamp(BEGIN), "shop-03", counter.store.turns)
    async with open_counter(till, times) as counter:
        assert (await counter.until(Stage.READY)).status.lost == 0
