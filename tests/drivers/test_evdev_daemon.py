"""Keyboards at a real daemon: it sells, through unplugging, a wrong layout, and another keyboard."""

import pytest

from contracts.wire.reasons import Reason
from contracts.wire.units import Timestamp
from drivers.keymap import LAYOUTS
from terminal import daemon
from terminal.core.screen import Stage
from tests.drivers.keyboard_rig import NAMES, Machine, write
from tests.drivers.keys import ENTER, events, strokes
from tests.terminal.test_daemon_time import BEGIN, Times, open_counter
from tests.terminal.till import Till, code

SCANNER, KEYPAD, OFFICE = "0c2e:0b61", "04d9:a02a", "046d:c31c"


class Desk:
    """A scanner and a keypad, and the till that reads them."""

    def __init__(self, machine, till):
        self.machine, self.till = machine, till
        self.plug()

    def plug(self):
        self.scanner, self.keypad = self.machine.plug(SCANNER), self.machine.plug(KEYPAD)

    def unplug(self):
        self.machine.unplug(self.scanner)
        self.machine.unplug(self.keypad)

    def set_to(self, layout):
        config = self.till.config.read_text().partition("[[devices]]")[0]
        self.till.config.write_text(
            config
            + '[[devices]]\nname = "scanner"\ndriver = "evdev-scanner"\n'
            + f'options = {{ device = "{SCANNER}", layout = "{layout}" }}\n'
            + f'[[devices]]\nname = "keypad"\ndriver = "evdev-keypad"\noptions = {{ device = "{KEYPAD}" }}\n'
        )

    async def scan(self, text, layout):
        await write(self.scanner, events([*strokes(text, layout), (ENTER,)]))

    async def press(self, *keys):
        await write(self.keypad, events((NAMES[key],) for key in keys))


@pytest.fixture
def desk(tmp_path, monkeypatch):
    monkeypatch.setattr(daemon, "TICK_SECONDS", 0.02)
    machine, till = Machine(), Till(tmp_path / "till")
    till.know(at=Timestamp(BEGIN))
    yield Desk(machine, till)
    machine.close()


def lamps(screen):
    return {device.name: device.status for device in screen.status.devices}


@pytest.mark.parametrize("layout", LAYOUTS)
async def test_a_pass_is_scanned_under_its_layout_and_paid_by_the_keypad(desk, layout):
    desk.set_to(layout)
    async with open_counter(desk.till, Times()) as counter:
        await desk.scan(code(1), layout)
        await counter.until(Stage.AMOUNT)
        await desk.press("1", "2", "5", "0", "confirm")
        assert (await counter.until(Stage.APPROVED)).amount == 1250


async def test_f24_pulled_out_in_a_sale_the_sale_stays_the_lamps_follow_and_it_sells_on(desk):
    desk.set_to("us")
    async with open_counter(desk.till, Times()) as counter:
        await desk.scan(code(1), "us")
        await counter.until(Stage.AMOUNT)
        await desk.press("1", "2")
        await counter.until(lambda screen: screen.amount == 12)
        desk.unplug()
        lost = await counter.until(lambda screen: set(lamps(screen).values()) == {"lost"})
        assert (lost.stage, lost.amount) == (Stage.AMOUNT, 12)
        desk.plug()
        await counter.until(lambda screen: set(lamps(screen).values()) == {"ready"})
        await desk.press("00", "confirm")
        assert (await counter.until(Stage.APPROVED)).amount == 1200


@pytest.mark.parametrize("set_to", ["us", "fr", "de"])
async def test_f20_f21_what_a_scanner_types_is_no_amount_and_a_wrong_layout_no_pass(desk, set_to):
    desk.set_to(set_to)
    sent = "de" if set_to == "fr" else "fr"
    async with open_counter(desk.till, Times()) as counter:
        await desk.scan("KP1Z" + code(1)[4:], sent)
        refused = await counter.until(Stage.REFUSED)
        assert refused.reason in {Reason.SCAN_FOREIGN, Reason.SCAN_DAMAGED}
        assert not refused.amount
        await desk.scan(code(2), set_to)
        await counter.until(Stage.AMOUNT)
        await desk.press("5")
        await counter.until(lambda screen: screen.amount == 5)
        await desk.scan("5449000000996", set_to)
        product = await counter.until(lambda screen: screen.reason == Reason.SCAN_PRODUCT)
        assert product.stage is Stage.REFUSED
        await desk.press("cancel", "00", "confirm")
        assert (await counter.until(Stage.APPROVED)).amount == 500


async def test_f25_another_keyboard_that_is_plugged_in_sells_nothing(desk):
    desk.set_to("us")
    async with open_counter(desk.till, Times()) as counter:
        await desk.scan(code(1), "us")
        await counter.until(Stage.AMOUNT)
        office = desk.machine.plug(OFFICE)
        await write(office, events((NAMES[key],) for key in ("9", "9", "confirm")))
        await desk.press("5", "00", "confirm")
        assert (await counter.until(Stage.APPROVED)).amount == 500
        assert not office.grabbed
