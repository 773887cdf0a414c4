"""Learning from the counter's menu: the daemon lets go of its devices, teaches by the screen, and uses the new ones."""

import asyncio
from contextlib import aclosing, asynccontextmanager, closing

import pytest

from terminal import config, listening
from terminal.core.events import Key
from terminal.core.lesson import Question, Saying
from terminal.core.moves import GLANCE_MS
from terminal.core.screen import Stage
from terminal.daemon import Daemon
from terminal.link.client import Client
from terminal.trial import TEST_CODE
from terminal.tui.app import CounterApp
from terminal.tui.look import Look
from tests.drivers.keyboard_rig import Machine, write
from tests.drivers.keys import KP_ENTER, events
from tests.drivers.pty_rig import PtyRig
from tests.terminal.test_learn import NOTHING_PLUGGED_IN
from tests.terminal.test_learn_keyboards import typed
from tests.terminal.till import PATIENCE, RUN, Till, code, eventually, sell
from tests.terminal.web import World, threaded
from tests.tui.test_app import shows

ALONE = NOTHING_PLUGGED_IN + RUN
PLUGGED_IN = """
import drivers.registry, drivers.serial_scanner
line = drivers.serial_scanner.candidate({path!r}, "a scanner")
drivers.registry.candidates = lambda kind: [line] if kind == "scanner" else []
"""
IMPATIENT = "import terminal.lesson; terminal.lesson.Lesson.__init__.__defaults__ = (0.2,); "
READ_ONLY = "import terminal.device_tables; terminal.device_tables.os.access = lambda *_: False; "
GLANCE = GLANCE_MS / 1000


@pytest.fixture
def till(tmp_path):
    made = Till(tmp_path / "till")
    made.know()
    return made


@pytest.fixture
def rig(tmp_path):
    made = PtyRig(tmp_path)
    yield made
    made.close()


def without_devices(till):
    """As a fresh till is: no [[devices]] at all."""
    text = till.config.read_text()
    till.config.write_text("devices = []\n" + text[: text.index("[[devices]]")])


def with_scanner(till, rig, name, baud=9600):
    options = f'{{ device = "{rig.link}", baud = {baud} }}'
    table = f'[[devices]]\nname = "{name}"\ndriver = "serial-scanner"\noptions = {options}\n'
    till.config.write_text(till.config.read_text() + table)


def said(what):
    return lambda screen: what in {each.what for each in screen.said}


def asks(question):
    return lambda screen: screen.question is question


def begin(glass):
    glass.press("menu")
    glass.until(Stage.MENU)
    glass.press("1")
    glass.until(asks(Question.SCAN))


async def keep(glass):
    await asyncio.sleep(GLANCE)  # so long nothing that is pressed means yes
    glass.press("confirm")
    glass.until(Stage.LEARNT)


def all_ready(screen):
    return {"ready"} == {lamp.status for lamp in screen.status.devices}


def old_devices_sell(running, glass):
    glass.until(all_ready)
    return sell(running, glass).stage is Stage.APPROVED


def unchanged(till, before):
    return till.config.read_text() == before and not list(till.folder.glob("*.bak"))


async def test_a_fresh_till_learns_its_first_scanner_from_the_screen_and_sells_with_it(till, rig):
    without_devices(till)
    before = till.config.read_text()
    with till.start(program=PLUGGED_IN.format(path=str(rig.link)) + RUN) as running, running.screen() as glass:
        begin(glass)
        glass.until(said(Saying.HEARS))
        await rig.scan(TEST_CODE)
        offered = glass.until(Stage.KEEP)
        assert [each.what for each in offered.said] == [Saying.SCANNER, Saying.NO_KEYPAD]
        assert unchanged(till, before)
        await keep(glass)
        await rig.scan(code(1))
        glass.until(Stage.AMOUNT)
        glass.press("5", "00", "confirm")
        assert glass.until(Stage.APPROVED).amount == 500
        assert running.stop() == 0
    assert [device.driver for device in config.load(till.config).devices] == ["serial-scanner"]
    assert next(till.folder.glob("terminal.toml.*.bak")).read_text() == before


async def test_a_scanner_that_the_shop_has_named_keeps_its_name_and_the_keypad_comes_back(till, rig):
    with_scanner(till, rig, "links", baud=38400)
    with till.start(program=ALONE) as running, running.screen() as glass:
        begin(glass)
        glass.until(said(Saying.HEARS))
        await rig.scan(TEST_CODE)
        glass.until(Stage.KEEP)
        glass.until(all_ready)
        await asyncio.sleep(GLANCE)
        running.keys("confirm")
        glass.until(Stage.LEARNT)
        await rig.scan(code(1))
        glass.until(Stage.AMOUNT)
        running.keys("1", "2", "5", "0", "confirm")
        glass.until(Stage.APPROVED)
    bauds = {device.name: device.options.get("baud") for device in config.load(till.config).devices}
    assert bauds == {"scanner": None, "keypad": None, "links": 9600}


async def test_while_devices_are_learnt_nothing_is_read_for_a_sale_and_a_pass_is_another_code(till, rig):
    with_scanner(till, rig, "links")
    with till.start(program=ALONE) as running, running.screen() as glass:
        begin(glass)
        lamps = glass.until(said(Saying.HEARS)).status.devices
        assert {lamp.status for lamp in lamps} == {"disabled"}
        with pytest.raises(OSError, match=r"refused|No such file"):
            running.scan(code(1))
        await rig.scan(code(1))
        assert TEST_CODE not in str(glass.until(said(Saying.OTHER)))
        assert code(1) not in str(glass.last)


def test_cancelled_it_changes_nothing_and_the_old_devices_sell_again(till):
    before = till.config.read_text()
    with till.start(program=ALONE) as running, running.screen() as glass:
        for wait in (True, False, True):  # what is cancelled before it has begun, too
            glass.press("menu", "1", *[] if wait else ["cancel"])
            if wait:
                glass.until(asks(Question.SCAN))
                glass.press("cancel")
            assert said(Saying.STOPPED)(glass.until(Stage.UNLEARNT))
            glass.press("cancel")
            glass.until(Stage.READY)
        assert old_devices_sell(running, glass)
    assert unchanged(till, before)


async def test_found_but_not_kept_it_changes_nothing(till, rig):
    with_scanner(till, rig, "links", baud=38400)
    before = till.config.read_text()
    with till.start(program=ALONE) as running, running.screen() as glass:
        begin(glass)
        glass.until(said(Saying.HEARS))
        await rig.scan(TEST_CODE)
        glass.until(Stage.KEEP)
        glass.until(all_ready)
        running.keys("cancel")
        glass.until(Stage.UNLEARNT)
        assert old_devices_sell(running, glass)
    assert unchanged(till, before)


@pytest.mark.parametrize(
    ("program", "why"),
    [(IMPATIENT, Saying.UNHEARD), (READ_ONLY, Saying.UNWRITTEN)],
    ids=["patience", "read-only"],
)
def test_what_cannot_be_learnt_or_written_is_said_and_the_old_devices_sell_again(till, program, why):
    before = till.config.read_text()
    with till.start(program=program + ALONE) as running, running.screen() as glass:
        glass.press("menu", "1")
        assert glass.until(Stage.UNLEARNT).said[0].what is why
        assert old_devices_sell(running, glass)
    assert unchanged(till, before)


async def test_a_configuration_that_became_unwritable_meanwhile_stays_and_so_do_the_devices(till, rig):
    with_scanner(till, rig, "links")
    with till.start(program=ALONE) as running, running.screen() as glass:
        begin(glass)
        glass.until(said(Saying.HEARS))
        await rig.scan(TEST_CODE)
        glass.until(Stage.KEEP)
        strange = "x" + till.config.read_text()
        till.config.write_text(strange)
        await asyncio.sleep(GLANCE)
        glass.press("confirm")
        assert said(Saying.UNWRITTEN)(glass.until(Stage.UNLEARNT))
        assert old_devices_sell(running, glass)
    assert unchanged(till, strange)


@pytest.mark.parametrize("keys", [("menu",), ("menu", "1")])
def test_asked_to_stop_the_daemon_stops_in_the_middle(till, keys):
    with till.start(program=ALONE) as running, running.screen() as glass:
        glass.press(*keys)
        glass.until(lambda screen: screen.stage in {Stage.MENU, Stage.LEARN})
        assert running.stop() == 0


def test_what_was_sold_before_goes_to_the_gateway_while_devices_are_learnt(till):
    with till.start() as running, running.screen() as glass:
        sell(running, glass)
    world = World(till.address)
    world.online = False
    with threaded(world.handle) as url:
        till.rpc_url, till.gateway_url = url + "/rpc", url
        till.configure()
        with till.start(program=ALONE) as running, running.screen() as glass:
            begin(glass)
            assert glass.last.status.unsent == 1
            world.online = True
            assert glass.until(lambda screen: screen.status.unsent == 0).stage is Stage.LEARN


def test_in_a_sale_the_menu_key_shows_what_is_left_and_nothing_is_learnt(till):
    with till.start(program=ALONE) as running, running.screen() as glass:
        running.scan(code(1))
        glass.until(Stage.AMOUNT)
        running.keys("menu", "1", "00", "confirm")
        assert glass.until(Stage.APPROVED).amount == 100


async def test_the_screens_own_keyboard_is_enough_to_learn_the_first_device(till, rig):
    without_devices(till)
    with till.start(program=PLUGGED_IN.format(path=str(rig.link)) + RUN):
        async with CounterApp(Client(till.socket), Look("en")).run_test(size=(80, 24)) as pilot:
            await shows(pilot, "M menu")
            for key, then in (("m", "Type the digit"), ("1", "Listening to a scanner")):
                await pilot.press(key)
                await shows(pilot, then)
            await rig.scan(TEST_CODE)
            await shows(pilot, "Enter yes, keep")
            await asyncio.sleep(GLANCE)
            await pilot.press("enter")
            await shows(pilot, "As it was it stands in")
            await pilot.press("escape")
            await shows(pilot, "Hold the QR code")
    assert [device.name for device in config.load(till.config).devices] == ["scanner"]


# Keyboards, in this process: what stands in for the kernel cannot be given to another one


@pytest.fixture
def machine(monkeypatch):
    monkeypatch.setattr(listening, "LOOK_SECONDS", 0.01)
    made = Machine()
    yield made
    made.close()


class Counter:
    """A screen, and the hands on its keyboard."""

    def __init__(self, client, screens):
        self._client = client
        self._screens = screens

    async def until(self, wanted):
        question = wanted if callable(wanted) else lambda screen: screen.stage is wanted
        async with asyncio.timeout(PATIENCE):
            async for screen in self._screens:
                if screen is not None and question(screen):
                    return screen
        raise AssertionError

    def press(self, *keys):
        assert all(self._client.press(Key(key)) for key in keys)


@asynccontextmanager
async def open_counter(till):
    ready, stop = asyncio.Event(), asyncio.Event()
    client = Client(till.socket)
    with closing(till.store()) as store:
        run = asyncio.create_task(
            Daemon(till.config, config.load(till.config), store, till.signer()).run(ready.set, stop)
        )
        try:
            await asyncio.wait_for(ready.wait(), PATIENCE)
            async with aclosing(client.screens()) as screens:
                yield Counter(client, screens)
        finally:
            stop.set()
            await run


async def test_f21_a_keyboard_scanner_and_a_keypad_are_learnt_and_the_new_keypad_says_yes(till, machine, monkeypatch):
    without_devices(till)
    monkeypatch.setattr("drivers.serial_scanner.candidates", list)
    monkeypatch.setattr("drivers.camera.looking.candidates", list)
    scanner, pad = machine.plug("0c2e:0b61", "a scanner"), machine.plug("04d9:a02a", "a keypad")
    async with open_counter(till) as counter:
        await counter.until(Stage.READY)
        counter.press("menu", "1")
        for wanted in (Saying.HEARS, Saying.AGAIN):
            await counter.until(said(wanted))
            await eventually(lambda: scanner.grabbed and pad.grabbed)
            await write(scanner, events(typed(TEST_CODE, "fr")))
        await counter.until(lambda screen: screen.question is Question.PRESS and said(Saying.HEARS)(screen))
        await eventually(lambda: pad.grabbed)
        await write(pad, events([(KP_ENTER,)]))
        offered = await counter.until(Stage.KEEP)
        assert [each.values[0] for each in offered.said] == ["a scanner", "a keypad"]
        await eventually(lambda: scanner.grabbed and pad.grabbed)
        await asyncio.sleep(GLANCE)
        await write(pad, events([(KP_ENTER,)]))
        await counter.until(Stage.LEARNT)
        await write(scanner, events(typed(code(1), "fr")))
        await counter.until(Stage.AMOUNT)
        await write(pad, events([(79,), (KP_ENTER,)]))
        assert (await counter.until(Stage.APPROVED)).amount == 1
    learnt = {device.name: device.options.get("layout") for device in config.load(till.config).devices}
    assert learnt == {"scanner": "fr", "keypad": None}
