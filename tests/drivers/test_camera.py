"""The camera through its real process: what it reads, what it refuses, and how it comes back from hangs and crashes."""

import asyncio
import os
import re
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from PIL import Image

from drivers import registry
from drivers.base import Changed, DriverMisconfigured, DriverUnavailable, Scan, Status
from drivers.camera.driver import Camera, Patience, command
from drivers.camera.messages import Ask
from drivers.camera.starting import Spawn
from tests.drivers.pictures_rig import FRAMES_PER_SECOND, PicturesRig, draw
from tests.drivers.pty_rig import PATIENCE
from tests.drivers.rigs import running

CODE, OTHER = "KP1-EEN-CODE-VOOR-DE-TEST", "KP1-EEN-ANDERE-CODE"
ROOT = Path(__file__).parents[2]
HASTY = Patience(beat=4.0, pauses=(0.05,))


@pytest.fixture
def rig(tmp_path):
    return PicturesRig(tmp_path)


@pytest.fixture
def driver(rig):
    return Camera(Spawn(command_of(rig)), unseen, HASTY)


def ask(rig):
    return Ask(rig.options["source"], "zxing-cpp", rig.options["frames_per_second"])


def command_of(rig):
    return command(ask(rig))


def scans(heard):
    return [event for event in heard.events if isinstance(event, Scan)]


def statuses(heard):
    return [change.status for change in heard.changes]


async def test_f23_a_code_kept_under_the_lens_is_read_once_and_again_when_it_comes_back(rig, driver):
    async with running(driver) as heard:
        rig.hold(CODE, frames=FRAMES_PER_SECOND // 2)
        rig.show_blank(FRAMES_PER_SECOND // 4)  # a hand went through the picture
        rig.hold(CODE, frames=3)
        rig.hold(OTHER)
        await heard.count(3)
        assert scans(heard) == [Scan(CODE), Scan(OTHER)]
        rig.take_away()
        rig.hold(CODE)
        assert (await heard.count(4))[-1] == Scan(CODE)


async def test_codes_beside_each_other_are_both_read(rig, driver, tmp_path):
    draw(CODE, tmp_path / "one.png")
    draw(OTHER, tmp_path / "two.png")
    with Image.open(tmp_path / "one.png") as one, Image.open(tmp_path / "two.png") as two:
        both = Image.new("L", (one.width + two.width, max(one.height, two.height)), 255)
        both.paste(one, (0, 0))
        both.paste(two, (one.width, 0))
    both.save(tmp_path / "both.png")
    async with running(driver) as heard:
        rig.show(tmp_path / "both.png")
        await heard.count(3)
        assert {scan.text for scan in scans(heard)} == {CODE, OTHER}


def core_file_size(process):
    """Of this process, the limit in force and the highest that it may ask for."""
    limits = Path(f"/proc/{process}/limits").read_text()
    return re.findall(r"Max core file size +(\d+) +(\d+)", limits)[0]


def junk(folder):
    """Files that are no pictures, or no good ones."""
    good = folder / "good.png"
    Image.new("L", (200, 200), 255).save(good)
    (folder / "empty.png").write_bytes(b"")
    (folder / "text.png").write_text("no picture at all")
    (folder / "cut.png").write_bytes(good.read_bytes()[:60])
    (folder / "noise.jpg").write_bytes(b"\xff\xd8\xff\xe0" + os.urandom(5000))
    Image.new("1", (20_000, 20_000)).save(folder / "bomb.png")
    return ["empty.png", "text.png", "cut.png", "noise.jpg", "bomb.png"]


async def test_f22_junk_pictures_are_named_and_the_next_code_is_read(rig, driver, tmp_path):
    names = junk(tmp_path)
    async with running(driver) as heard:
        for name in names:
            rig.show(tmp_path / name)
        (rig.folder / "000005.png.folder").mkdir()
        rig.hold(CODE)
        events = await heard.count(1 + len(names) + 2)
    assert events[-1] == Scan(CODE)
    assert statuses(heard) == [Status.READY] * (len(names) + 2)
    assert all("is no picture that can be read" in change.detail for change in heard.changes[1:])


async def test_f24_a_camera_that_is_unplugged_is_lost_and_comes_back_without_another_process(rig, driver):
    async with running(driver) as heard:
        (process,) = rig.processes()
        rig.folder.rename(rig.folder.with_name("elsewhere"))
        await heard.count(2)
        rig.folder.mkdir()
        await heard.count(3)
        assert list(rig.processes()) == [process]
    assert statuses(heard) == [Status.READY, Status.LOST, Status.READY]


async def test_a_camera_that_was_never_there_is_no_device_until_it_comes(rig, driver):
    rig.folder.rmdir()
    async with running(driver) as heard:
        rig.folder.mkdir()
        await heard.count(2)
    assert statuses(heard) == [Status.NO_DEVICE, Status.READY]


async def test_f26_a_camera_that_hangs_is_lost_and_started_again(rig, driver):
    async with running(driver) as heard:
        (hung,) = rig.processes()
        rig.kill(signal.SIGSTOP)
        await heard.until(lambda event: event == heard.events[0] and len(heard.events) == 3)
        (fresh,) = rig.processes()
        assert fresh != hung
        rig.hold(CODE)
        assert (await heard.count(4))[-1] == Scan(CODE)
    assert statuses(heard) == [Status.READY, Status.LOST, Status.READY]
    assert "no sign of life" in heard.changes[1].detail


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGABRT])
async def test_f28_a_camera_that_crashes_is_lost_and_started_again(rig, driver, number):
    async with running(driver) as heard:
        for _ in range(2):
            before = len(heard.events)
            rig.kill(number)
            await heard.count(before + 2)
    assert statuses(heard) == [Status.READY] + [Status.LOST, Status.READY] * 2
    assert number.name in heard.changes[1].detail


async def test_no_process_is_left_when_the_driver_is_cancelled(rig, driver):
    async with running(driver):
        rig.kill(signal.SIGSTOP)
    assert list(rig.processes()) == []


async def test_f36_a_crash_leaves_no_codes_on_the_disk_and_reading_gives_way_to_the_sale(rig, driver):
    async with running(driver):
        (process,) = rig.processes()
        assert core_file_size(process) == ("0", "0")
        assert os.getpriority(os.PRIO_PROCESS, process) >= 10


def test_the_process_ends_with_the_daemon_even_while_it_is_paused(rig, driver):
    with subprocess.Popen(command_of(rig), stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdin is not None
        with process.stdin as control:
            control.write(b"pause\n")
        assert process.wait(PATIENCE) == 0


async def test_while_paused_nothing_is_read_and_nothing_is_lost(rig, driver):
    driver.pause()
    async with running(driver) as heard:
        rig.hold(CODE)
        with suppress(TimeoutError):
            async with asyncio.timeout(HASTY.beat + 0.5):  # longer than a hang would be borne
                await heard.count(2)
        assert statuses(heard) == [Status.READY]
        driver.resume()
        assert (await heard.count(2))[-1] == Scan(CODE)


async def test_f23_a_code_that_lies_there_through_a_pause_is_not_read_again(rig, driver):
    async with running(driver) as heard:
        rig.hold(CODE)
        await heard.count(2)
        driver.pause()
        rig.hold(CODE, frames=3)
        driver.resume()
        rig.hold(OTHER)
        assert (await heard.count(3))[1:] == [Scan(CODE), Scan(OTHER)]


def unseen():
    raise NotImplementedError("nobody looks for this one")


SPEAKERS = {
    "no JSON": "print('KP1SECRET')",
    "an unknown message": 'print(\'{"text": "KP1SECRET"}\')',
    "an unknown status": 'print(\'{"status": "KP1SECRET", "detail": "x"}\')',
    "more than 16384 bytes": "print('KP1SECRET' * 10_000)",
    "half a line": "print('{\"beat\":', end='')",
    "nothing, and hangs": "import time; time.sleep(60)",
}


@pytest.mark.parametrize("speaker", SPEAKERS)
async def test_a_process_that_does_not_speak_the_language_is_refused_by_name(speaker):
    patience = Patience(silence=0.2, start=0.3, beat=0.3, pauses=(60,))
    async with running(Camera(Spawn((sys.executable, "-c", SPEAKERS[speaker])), unseen, patience)) as heard:
        await heard.until(lambda event: "started again" in event.detail)
    assert set(statuses(heard)) == {Status.NO_DEVICE}
    assert "the camera's process" in heard.changes[-1].detail
    assert "SECRET" not in repr(heard.events)


async def test_a_process_that_cannot_be_started_is_tried_again():
    async with running(Camera(Spawn(("/nowhere/python",)), unseen, HASTY)) as heard:
        assert heard.changes[0] == Changed(
            Status.NO_DEVICE,
            "the camera's process does not start (No such file or directory); it is started again",
        )


async def test_a_missing_package_is_named_once_with_what_to_install(rig, driver, tmp_path, monkeypatch):
    (tmp_path / "zxingcpp.py").write_text("raise ImportError('not here')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    async with running(driver) as heard:
        assert heard.changes[0].status is Status.NO_DEPENDENCY
        assert "pip install 'kindpakket[hardware]'" in heard.changes[0].detail
        with suppress(TimeoutError):
            async with asyncio.timeout(1):
                await heard.count(2)
        assert len(heard.events) == 1


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"source": "webcam"}, "there is no source 'webcam'; there are picamera2, v4l2:"),
        ({"source": "v4l2:video0"}, "no source"),
        ({"source": "pictures:frames"}, "no source"),
        ({"source": "picamera2", "decoder": "quirc"}, "no decoder 'quirc'; there are pyzbar, zxing-cpp"),
        ({"source": "picamera2", "frames_per_second": 0}, "frames_per_second is 1 to 60"),
        ({"source": "picamera2", "frames_per_second": 61}, "frames_per_second is 1 to 60"),
    ],
)
def test_options_that_make_no_camera_are_refused_with_those_that_do(options, says):
    with pytest.raises(DriverMisconfigured) as refused:
        registry.make("camera", options, allow_simulators=True)
    assert says in str(refused.value)


def test_picture_files_are_a_simulator_and_cameras_are_not(rig):
    with pytest.raises(DriverUnavailable, match="simulators = true") as refused:
        registry.make("camera", rig.options, allow_simulators=False)
    assert refused.value.status is Status.DISABLED
    registry.make("camera", {"source": "picamera2"}, allow_simulators=False)


def test_no_native_code_is_loaded_where_the_driver_is():
    code = "import sys, drivers.camera.driver; print({'zxingcpp', 'pyzbar', 'PIL', 'numpy'} & set(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert loaded.stdout.strip() == "set()"
