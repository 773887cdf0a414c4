"""The daemon looks at the machine: what needs a person comes to the counter and goes again; Help tells the rest."""

import asyncio
import threading

import pytest

from contracts.wire.units import Timestamp
from terminal import config
from terminal.care import kept, readings, watch
from terminal.care.kept import Kept
from terminal.core.care import Trouble
from terminal.core.screen import Stage
from tests.terminal.care.machine import BOOT, PI, machine
from tests.terminal.clockwork import BEGIN, Times, open_counter
from tests.terminal.till import PATIENCE, Till, eventually

WEAK, WELL = ({"sys/class/hwmon/hwmon1/in0_lcrit_alarm": text} for text in "10")
HOT, COOL = ({"sys/class/thermal/thermal_zone0/temp": text} for text in ("83000", "40000"))
QUIET = {"proc/self/mountinfo": ""}
"""The till of a test stands on no disk of this machine."""


@pytest.fixture
def pi(tmp_path):
    folder = tmp_path / "pi"
    machine(folder, PI, QUIET)
    return folder


@pytest.fixture
def till(tmp_path, monkeypatch):
    monkeypatch.setattr(watch, "POWER_SECONDS", 0.02)
    monkeypatch.setattr(watch, "LOOKS", 2)
    made = Till(tmp_path / "till")
    made.know(at=Timestamp(BEGIN))
    return made


def troubled(*troubles):
    return lambda screen: screen.status.troubles == troubles


async def test_what_needs_a_person_comes_to_the_screen_and_goes_again(till, pi):
    async with open_counter(till, Times(), pi) as counter:
        machine(pi, HOT)
        await counter.until(troubled(Trouble.HOT))
        machine(pi, COOL)
        await counter.until(troubled())


async def test_a_sale_goes_on_with_all_of_it_wrong(till, pi):
    machine(pi, HOT, WEAK)
    async with open_counter(till, Times(), pi) as counter:
        await counter.until(troubled(Trouble.POWER_WEAK, Trouble.HOT))
        assert (await counter.sell(1)).stage is Stage.APPROVED


async def test_weak_power_stays_on_the_screen_until_the_machine_is_switched_off(till, pi):
    machine(pi, WEAK)
    async with open_counter(till, Times(), pi) as counter:
        await counter.until(troubled(Trouble.POWER_WEAK))
    machine(pi, WELL)
    async with open_counter(till, Times(), pi) as counter:
        await counter.until(troubled(Trouble.POWER_WEAK))
    assert kept.load(till.folder).weak_boot == BOOT
    machine(pi, {"proc/sys/kernel/random/boot_id": "another"}, HOT)
    async with open_counter(till, Times(), pi) as counter:
        await counter.until(troubled(Trouble.HOT))


async def test_a_look_that_does_not_come_back_holds_up_no_sale(till, pi, monkeypatch):
    """As a card does that no longer answers."""
    begun, go_on = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def hang(*_):
        loop.call_soon_threadsafe(begun.set)
        go_on.wait(PATIENCE)
        return []

    monkeypatch.setattr(readings, "look", hang)
    async with open_counter(till, Times(), pi) as counter:
        await asyncio.wait_for(begun.wait(), PATIENCE)
        assert (await counter.sell(1)).stage is Stage.APPROVED
        go_on.set()


async def test_a_look_that_fails_stops_no_sale_and_help_still_answers(till, pi, monkeypatch):
    looks = []

    def broken(*_):
        looks.append(1)
        raise ZeroDivisionError

    monkeypatch.setattr(readings, "look", broken)
    async with open_counter(till, Times(), pi) as counter:
        await eventually(lambda: len(looks) > 1)
        await counter.until(Stage.READY)
        assert "GATEWAY" in (await to_help(counter)).help
        assert (await counter.sell(1)).stage is Stage.APPROVED


async def to_help(counter):
    counter.press("menu")
    await counter.until(Stage.MENU)
    counter.press("4")
    return await counter.until(lambda screen: screen.stage is Stage.HELP and screen.help)


async def test_help_in_the_menu_says_how_it_is_and_goes_away_by_any_way_out(till, pi):
    machine(pi, HOT)
    async with open_counter(till, Times(), pi) as counter:
        await counter.until(troubled(Trouble.HOT))
        text = (await to_help(counter)).help
        assert text.startswith(f"KPH1 {till.address.hex()[:8].upper()} V")
        assert " UP3D2H " in text
        assert {"HEAT", "GATEWAY", "CHAIN"} <= set(text.split())
        for key in ("cancel", "menu", "confirm"):
            counter.press(key)
            await counter.until(Stage.READY)
            assert (await to_help(counter)).help


async def test_a_pass_on_the_help_page_is_a_sale(till, pi):
    async with open_counter(till, Times(), pi) as counter:
        await counter.until(Stage.READY)
        await to_help(counter)
        assert (await counter.sell(1)).stage is Stage.APPROVED


async def test_what_is_measured_is_written_once_an_hour_and_not_at_each_look(till, pi, monkeypatch):
    looks, saves = [], []

    def remember(_, known):
        looks.append(known)
        return known.kept

    monkeypatch.setattr(readings, "remember", remember)
    monkeypatch.setattr(kept, "save", lambda _, known: saves.append(known))
    async with open_counter(till, Times(), pi):
        await eventually(lambda: len(looks) > 3)
        assert saves == []
        hour = Kept(BOOT, 1, 1, seconds=watch.SAVE_SECONDS)
        monkeypatch.setattr(readings, "remember", lambda *_: hour)
        await eventually(lambda: saves)
    assert saves == [hour]


async def test_the_disks_writes_are_counted(till, pi):
    line = f"1 0 179:3 / {till.folder} rw - ext4 /dev/mmcblk0p3 rw"
    machine(pi, {"proc/self/mountinfo": line})
    watched = watch.Watch(config.load(till.config), till.address, pi, lambda _: None)
    watched._look()
    machine(pi, {"proc/uptime": "270012.5 1.0", "sys/block/mmcblk0/stat": "0 0 0 0 0 0 1024200 0 0"})
    watched._look()
    assert kept.load(till.folder) == Kept(BOOT, 270_012, 1_024_200, bytes=200 * 512, seconds=3600)
