"""A camera at a real daemon: it sells, and a decoder that crashes or a camera that hangs never touches the sale."""

import signal
import time
from contextlib import contextmanager

import pytest

from contracts.wire.reasons import Reason
from terminal.core.screen import Stage
from tests.drivers.pictures_rig import PicturesRig
from tests.terminal.till import PATIENCE, Till, code

CRASHING = '''
"""zxing-cpp, until a file beside it says how to die, or what to make of the next code that it reads."""
import importlib, os, sys
from pathlib import Path
from types import SimpleNamespace

_here = Path(__file__).parent
sys.path.remove(str(_here))
_this = sys.modules.pop("zxingcpp")
_real = importlib.import_module("zxingcpp")
sys.modules["zxingcpp"] = _this
BarcodeFormat, TextMode = _real.BarcodeFormat, _real.TextMode

def read_barcodes(*arguments, **options):
    found = _real.read_barcodes(*arguments, **options)
    for order in _here.glob("die-by-*") if found else ():
        order.unlink()
        if order.name == "die-by-abort":
            os.abort()
        os.kill(os.getpid(), int(order.name.removeprefix("die-by-")))
    for order in _here.glob("say") if found else ():
        found = [SimpleNamespace(text=order.read_text())]
        order.unlink()
    return found
'''


@pytest.fixture
def rig(tmp_path):
    return PicturesRig(tmp_path)


@pytest.fixture
def till(tmp_path, rig):
    made = Till(tmp_path / "till")
    made.know()
    options = f'source = "{rig.options["source"]}", frames_per_second = {rig.options["frames_per_second"]}'
    with made.config.open("a") as config:
        config.write(f'[[devices]]\nname = "camera"\ndriver = "camera"\noptions = {{ {options} }}\n')
    return made


@pytest.fixture
def shim(tmp_path):
    """A folder that goes before the installed packages, with a decoder that can be told to crash."""
    folder = tmp_path / "shim"
    folder.mkdir()
    (folder / "zxingcpp.py").write_text(CRASHING)
    return folder


@contextmanager
def open_shop(till, **environment):
    with till.start(environment=environment) as running, running.screen() as glass:
        glass.until(lambda screen: lamp(screen) == "ready")
        yield running, glass


def lamp(screen):
    return next((device.status for device in screen.status.devices if device.name == "camera"), None)


def sold(running, glass):
    running.keys("1", "2", "5", "0", "confirm")
    return glass.until(lambda screen: screen.stage in {Stage.APPROVED, Stage.REFUSED}).stage


def test_a_pass_under_the_camera_is_sold_to(till, rig):
    with open_shop(till) as (running, glass):
        rig.hold(code(1))
        glass.until(Stage.AMOUNT)
        assert sold(running, glass) is Stage.APPROVED


@pytest.mark.parametrize("order", ["die-by-abort", f"die-by-{signal.SIGSEGV.value}"])
def test_f28_when_a_decoder_crashes_the_rest_sells_on_and_the_camera_reads_again(till, rig, shim, order):
    with open_shop(till, PYTHONPATH=str(shim)) as (running, glass):
        (shim / order).touch()
        rig.hold("no pass")
        glass.until(lambda screen: lamp(screen) == "lost")
        assert not (shim / order).exists()
        running.scan(code(1))
        glass.until(Stage.AMOUNT)
        assert sold(running, glass) is Stage.APPROVED
        glass.until(lambda screen: lamp(screen) == "ready")
        rig.hold(code(2))
        glass.until(Stage.AMOUNT)
        assert sold(running, glass) is Stage.APPROVED


@pytest.mark.parametrize(
    ("garble", "reason"),
    [
        (lambda text: f"{text[:9]}{'0' if text[9] != '0' else '1'}{text[10:]}", Reason.SCAN_DAMAGED),
        (lambda text: f"{text[:9]}\ufffd{text[10:]}", Reason.SCAN_DAMAGED),
    ],
    ids=["a character", "an encoding"],
)
def test_f28_what_a_decoder_garbles_is_refused_by_name_and_read_right_it_sells(till, rig, shim, garble, reason):
    with open_shop(till, PYTHONPATH=str(shim)) as (running, glass):
        (shim / "say").write_text(garble(code(1)))
        rig.hold(code(1))
        assert glass.until(Stage.REFUSED).reason == reason
        rig.hold(code(1))
        glass.until(Stage.AMOUNT)
        assert sold(running, glass) is Stage.APPROVED


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGABRT, signal.SIGKILL])
def test_f28_a_crash_in_a_sale_that_the_camera_began_leaves_the_sale_as_it_is(till, rig, number):
    with open_shop(till) as (running, glass):
        rig.hold(code(1))
        glass.until(Stage.AMOUNT)
        rig.kill(number)
        assert glass.until(lambda screen: lamp(screen) == "lost").stage is Stage.AMOUNT
        assert sold(running, glass) is Stage.APPROVED


def test_while_a_sale_has_its_pass_the_camera_reads_no_other(till, rig):
    with open_shop(till) as (running, glass):
        rig.hold(code(1))
        glass.until(Stage.AMOUNT)
        rig.hold(code(2))
        running.keys("1", "2", "5", "0")
        glass.until(lambda screen: screen.amount == 12_50)
        running.keys("cancel")
        glass.until(Stage.READY)
        assert glass.until(Stage.AMOUNT).amount == 0  # only now was the other one read


def test_f26_a_camera_that_hangs_in_a_sale_leaves_the_sale_and_comes_back(till, rig):
    with open_shop(till) as (running, glass):
        running.scan(code(1))
        glass.until(Stage.AMOUNT)
        rig.kill(signal.SIGSTOP)
        dark = glass.until(lambda screen: lamp(screen) == "lost")
        assert dark.stage is Stage.AMOUNT
        assert sold(running, glass) is Stage.APPROVED
        if lamp(glass.last) != "ready":
            glass.until(lambda screen: lamp(screen) == "ready")
        rig.hold(code(2))
        glass.until(Stage.AMOUNT)
        assert sold(running, glass) is Stage.APPROVED


def test_the_counter_does_not_wait_for_a_camera_that_hangs_from_the_start(till, rig, shim):
    (shim / "zxingcpp.py").write_text("import time; time.sleep(60)")
    began = time.monotonic()
    with till.start(environment={"PYTHONPATH": str(shim)}) as running, running.screen() as glass:
        assert time.monotonic() - began < PATIENCE / 2
        running.scan(code(1))
        glass.until(Stage.AMOUNT)
        assert sold(running, glass) is Stage.APPROVED
        assert running.stop() == 0
    assert list(rig.processes()) == []


def test_a_killed_daemon_takes_its_camera_with_it(till, rig):
    with open_shop(till) as (running, _):
        (process,) = rig.processes()
        running.kill()
    deadline = time.monotonic() + PATIENCE
    while process in rig.processes():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_picture_files_are_no_camera_where_simulators_are_not_allowed(till):
    till.config.write_text(till.config.read_text().replace("simulators = true", "simulators = false"))
    with till.start() as running, running.screen() as glass:
        assert lamp(glass.until(lamp)) == "disabled"
