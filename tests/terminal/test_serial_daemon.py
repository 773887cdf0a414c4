"""A serial scanner at a real daemon: it sells, is pulled out in the middle of a sale, comes back, and sells again."""

import pytest

from terminal.core.screen import Stage
from tests.drivers.pty_rig import PtyRig
from tests.terminal.till import Till, code


@pytest.fixture
def plugged(tmp_path):
    """Two scanners, left and right on the counter."""
    rigs = [PtyRig(tmp_path, name) for name in ("links", "rechts")]
    yield rigs
    for rig in rigs:
        rig.close()


@pytest.fixture
def till(tmp_path, plugged):
    made = Till(tmp_path / "till")
    made.know()
    tables = "".join(
        f'[[devices]]\nname = "{rig.link.name}"\ndriver = "serial-scanner"\noptions = {{ device = "{rig.link}" }}\n'
        for rig in plugged
    )
    made.config.write_text(made.config.read_text() + tables)
    return made


def lamp(name, status):
    return lambda screen: (name, status) in {(lamp.name, lamp.status) for lamp in screen.status.devices}


async def test_f24_f25_pulled_out_in_a_sale_the_sale_stays_and_both_scanners_sell(till, plugged):
    left, right = plugged
    with till.start() as running, running.screen() as glass:
        await left.scan(code(1))
        glass.until(Stage.AMOUNT)
        running.keys("1", "2")
        await left.unplug()
        lost = glass.until(lamp("links", "lost"))
        assert lost.stage is Stage.AMOUNT
        running.keys("5", "0")
        await left.plug()
        back = glass.until(lamp("links", "ready"))
        assert (back.stage, back.amount) == (Stage.AMOUNT, 1250)
        running.keys("confirm")
        assert glass.until(Stage.APPROVED).amount == 1250
        await right.scan(code(2))
        glass.until(Stage.AMOUNT)
        running.keys("1", "00", "confirm")
        assert glass.until(Stage.APPROVED).amount == 100
        await left.scan(code(3))
        glass.until(Stage.AMOUNT)


async def test_f20_f22_what_a_scanner_sends_is_never_an_amount_and_junk_is_refused_by_name(till, plugged):
    with till.start() as running, running.screen() as glass:
        await plugged[0].scan(code(1))
        glass.until(Stage.AMOUNT)
        await plugged[0].scan("5449000000996")
        assert glass.until(Stage.REFUSED).reason
        running.keys("7")
        assert glass.until(Stage.AMOUNT).amount == 7
        await plugged[0].write(bytes(range(128, 256)) * 3 + b"\r")
        assert glass.until(Stage.REFUSED).reason
