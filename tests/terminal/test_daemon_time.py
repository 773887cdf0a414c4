"""The daemon with a clock that the test moves: windows, jumps, boots without a clock."""

import asyncio

import pytest

from contracts.wire.reasons import Reason
from contracts.wire.units import Timestamp
from terminal import config, daemon
from terminal.core.events import Key
from terminal.core.screen import Stage
from terminal.daemon import Daemon
from tests.terminal.clockwork import BEGIN, Times, open_counter
from tests.terminal.till import PROGRAMME, Till, code, eventually
from tests.terminal.web import World, serving

__all__ = ["BEGIN", "Times", "open_counter"]  # for other daemons whose clock is moved


@pytest.fixture
def times():
    return Times()


@pytest.fixture
def till(tmp_path, monkeypatch):
    monkeypatch.setattr(daemon, "TICK_SECONDS", 0.02)
    made = Till(tmp_path / "till")
    made.know(at=Timestamp(BEGIN))
    return made


def times_of(store):
    return [booking.content.time for booking in store.bookings()]


async def test_f09_approving_stops_when_the_offline_window_ends_and_the_screen_counts_down(till, times):
    async with open_counter(till, times) as counter:
        first = await counter.sell(1)
        assert first.stage is Stage.APPROVED
        assert first.status.approves_until == BEGIN + PROGRAMME.offline_window
        times.pass_by(PROGRAMME.offline_window - 1)
        last = await counter.sell(2)
        assert last.stage is Stage.APPROVED
        assert last.status.approves_until - last.status.time == 1
        times.pass_by(1)
        refused = await counter.sell(3)
        assert (refused.stage, refused.reason) == (Stage.REFUSED, Reason.OFFLINE_TOO_LONG)
        assert refused.status.waiting == 2
        assert refused.status.approves_until == 0


async def test_f09_the_window_is_not_made_longer_by_a_restart(till, times):
    async with open_counter(till, times) as counter:
        times.pass_by(PROGRAMME.offline_window - 10)
        await counter.until(lambda screen: screen.status.time > BEGIN + 1000)
    times.synchronised = False
    async with open_counter(till, times) as counter:
        assert (await counter.sell(1)).stage is Stage.APPROVED
        times.pass_by(10)
        assert (await counter.sell(2)).reason == Reason.OFFLINE_TOO_LONG


async def test_f09_a_pulled_plug_takes_no_more_of_the_bound_than_was_not_kept_yet(till, times, monkeypatch):
    monkeypatch.setattr(daemon, "BOUND_KEPT_SECONDS", 1)
    async with open_counter(till, times) as counter:
        times.pass_by(500)
        await eventually(lambda: counter.store.bound() >= BEGIN + 500)


async def test_f09_after_a_week_the_chain_comes_back_and_so_does_selling(till, times):
    world = World(till.address)
    world.block_time = world.clock = lambda: times.wall
    world.online = world.chain_online = False
    async with serving(world.handle) as url:
        till.rpc_url, till.gateway_url = url + "/rpc", url
        till.configure()
        async with open_counter(till, times) as counter:
            assert (await counter.sell(1)).stage is Stage.APPROVED
            times.pass_by(7 * 86_400)
            assert (await counter.sell(2)).reason == Reason.OFFLINE_TOO_LONG
            world.online = world.chain_online = True
            times.pass_by(10)
            await counter.until(lambda screen: screen.stage is Stage.READY and screen.status.approves_until)
            assert (await counter.sell(3)).stage is Stage.APPROVED
            await counter.until(lambda screen: screen.status.unsent == 0)
    assert len(world.entries) == 2


@pytest.mark.parametrize("wall", [0, BEGIN - 365 * 86_400, 2**40])
async def test_f19_an_unsynchronised_clock_reaches_no_entry(till, times, wall):
    times.wall, times.synchronised = wall, False
    async with open_counter(till, times) as counter:
        times.pass_by(100)
        assert (await counter.sell(1)).stage is Stage.APPROVED
        assert times_of(counter.store) == [BEGIN + 100]


async def test_f19_a_clock_that_jumps_back_and_forth_in_a_sale_keeps_order_and_bound(till, times):
    async with open_counter(till, times) as counter:
        for family, wall in enumerate((BEGIN + 50, BEGIN - 86_400, BEGIN + 60, 0), start=1):
            times.uptime += 10
            times.wall = wall
            assert (await counter.sell(family)).stage is Stage.APPROVED
        assert counter.store.sequence == 4
        assert times_of(counter.store) == [BEGIN + 50, BEGIN + 20, BEGIN + 60, BEGIN + 40]
    times.wall = BEGIN
    async with open_counter(till, times) as counter:
        assert counter.store.bound() <= BEGIN + 60


async def test_f19_a_synchronised_clock_far_ahead_stops_selling_and_poisons_nothing(till, times):
    async with open_counter(till, times) as counter:
        times.wall = BEGIN + 10 * 365 * 86_400
        assert (await counter.sell(1)).reason == Reason.OFFLINE_TOO_LONG
        times.uptime, times.wall = 10, BEGIN + 60
        await counter.until(Stage.READY)
        assert (await counter.sell(2)).stage is Stage.APPROVED


async def test_f23_the_same_sale_again_is_asked_about_also_after_a_restart(till, times):
    async with open_counter(till, times) as counter:
        assert (await counter.sell(1)).stage is Stage.APPROVED
    times.pass_by(200)
    async with open_counter(till, times) as counter:
        await counter.scan(code(1))
        await counter.until(Stage.AMOUNT)
        for key in ("5", "00", "confirm"):
            counter.client.press(Key(key))
        await counter.until(Stage.AGAIN)
        counter.client.press(Key.CONFIRM)
        assert (await counter.until(Stage.APPROVED)).sequence == 2


async def test_a_fault_in_a_driver_stops_the_daemon_instead_of_selling_blind(till, times, monkeypatch):
    async def broken(self, emit):
        raise ZeroDivisionError

    monkeypatch.setattr("drivers.simulated.SimulatedKeypad.run", broken)
    store = till.store()
    run = Daemon(till.config, config.load(till.config), store, till.signer(), times.sources()).run(
        lambda: None, asyncio.Event()
    )
    with pytest.raises(ExceptionGroup) as stopped:
        await run
    assert stopped.group_contains(ZeroDivisionError)
    assert not till.socket.exists()
    store.close()
