"""A camera whose process is not the driver's child: asked for at a socket, as systemd serves it with Accept=yes."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from drivers import registry
from drivers.base import Changed, DriverMisconfigured, Scan, Status
from drivers.camera import looking
from drivers.camera.driver import Camera, Patience
from drivers.camera.messages import ASK_MAX, Ask, decode_ask, encode_ask
from drivers.camera.starting import Connect
from tests.drivers.pictures_rig import PicturesRig
from tests.drivers.pty_rig import PATIENCE
from tests.drivers.rigs import running

CODE = "KP1-EEN-CODE-VOOR-DE-TEST"
ROOT = Path(__file__).parents[2]
ASKED = (sys.executable, "-m", "drivers.camera.process", "--asked")
HASTY = Patience(pauses=(0.05,))


class Unit:
    """Each connection gets a process, on whose stdin and stdout it is."""

    def __init__(self, path: Path) -> None:
        self.processes: list[subprocess.Popen[bytes]] = []
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                line = connection.fileno()
                self.processes.append(subprocess.Popen(ASKED, stdin=line, stdout=line, cwd=ROOT))

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(PATIENCE)


@contextmanager
def serving(path: Path) -> Iterator[Unit]:
    unit = Unit(path)
    try:
        yield unit
    finally:
        unit.close()
        for process in unit.processes:
            process.kill()
            process.wait(PATIENCE)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "camera.sock"


@pytest.fixture
def rig(tmp_path: Path) -> PicturesRig:
    return PicturesRig(tmp_path)


def unseen() -> Changed:
    raise NotImplementedError("nobody looks for this one")


@pytest.fixture
def driver(rig: PicturesRig, path: Path) -> Camera:
    ask = Ask(str(rig.options["source"]), "zxing-cpp", int(rig.options["frames_per_second"]))
    return Camera(Connect(path, ask), unseen, HASTY)


async def test_a_code_is_read_and_the_process_ends_with_the_driver(rig, driver, path):
    with serving(path) as unit:
        async with running(driver) as heard:
            rig.hold(CODE)
            assert (await heard.count(2))[1] == Scan(CODE)
        assert [process.wait(PATIENCE) for process in unit.processes] == [0]


async def test_while_it_rests_nothing_is_read(rig, driver, path):
    with serving(path):
        driver.pause()
        async with running(driver) as heard:
            rig.hold(CODE)
            driver.resume()
            assert (await heard.count(2))[1] == Scan(CODE)


async def test_f28_one_that_crashes_is_lost_and_another_is_asked_for(rig, driver, path):
    with serving(path) as unit:
        async with running(driver) as heard:
            unit.processes[0].send_signal(signal.SIGSEGV)
            await heard.count(3)
            assert len(unit.processes) == 2
    assert [change.status for change in heard.changes] == [Status.READY, Status.LOST, Status.READY]
    assert "journalctl -u 'kindpakket-camera@*'" in heard.changes[1].detail


async def test_a_socket_that_is_not_there_is_named_with_what_to_do_and_waited_for(rig, driver, path):
    async with running(driver) as heard:
        assert heard.changes[0].status is Status.NO_DEVICE
        assert "systemctl start kindpakket-camera.socket" in heard.changes[0].detail
        with serving(path):
            await heard.until(lambda event: event.status is Status.READY)


async def test_a_socket_that_nobody_serves_is_no_device(driver, path):
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(str(path))
    async with running(driver) as heard:
        assert heard.changes[0].status is Status.NO_DEVICE


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\n",
        b"pause\n",
        b'{"source": "picamera2"}\n',
        b'{"source": "webcam", "decoder": "zxing-cpp", "frames_per_second": 8}\n',
        b'{"source": "picamera2", "decoder": "quirc", "frames_per_second": 8}\n',
        b'{"source": "picamera2", "decoder": "zxing-cpp", "frames_per_second": 0}\n',
        b'{"source": "picamera2", "decoder": "zxing-cpp", "frames_per_second": 8, "also": 1}\n',
        b'{"source": "' + b"x" * ASK_MAX + b'", "decoder": "zxing-cpp", "frames_per_second": 8}\n',
        b'{"source": "picamera2", "decoder": "zxing-cpp", "frames_per_second": 8}',
    ],
)
def test_whoever_asks_for_anything_else_gets_nothing(line):
    answered = subprocess.run(ASKED, input=line, capture_output=True, cwd=ROOT, timeout=PATIENCE, check=False)
    assert (answered.returncode, answered.stdout) == (2, b"")


def test_what_is_asked_for_comes_back_from_its_line():
    ask = Ask("v4l2:/dev/v4l/by-id/usb-Une_caméra-video-index0", "pyzbar", 60)
    assert decode_ask(encode_ask(ask)) == ask


HANGS = """
import ctypes, sys
from drivers.camera import process
process.HANG_SECONDS = 1
process.TABLE["zxing-cpp"] = lambda: ctypes.PyDLL(None).sleep(60)
sys.exit(process.main(["--asked"]))
"""


def test_f26_native_code_that_hangs_and_lets_nothing_else_run_is_ended_though_nobody_kills_it(rig):
    """PyDLL keeps the interpreter's lock: not even the thread that would see the end of stdin runs."""
    with subprocess.Popen(
        (sys.executable, "-c", HANGS), stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
    ) as hung:
        assert hung.stdin is not None
        hung.stdin.write(encode_ask(Ask(str(rig.options["source"]), "zxing-cpp", 8)))
        hung.stdin.close()
        assert hung.wait(PATIENCE) == -signal.SIGALRM


def test_a_socket_is_a_whole_path():
    with pytest.raises(DriverMisconfigured, match="no absolute path of a socket"):
        registry.make("camera", {"source": "picamera2", "socket": "camera.sock"}, allow_simulators=False)


def test_where_systemd_gives_the_process_debian_s_packages_count(path, tmp_path, monkeypatch):
    monkeypatch.setattr(looking, "is_installed", lambda package: package == "zxingcpp")
    monkeypatch.setattr(looking, "DEBIAN", tmp_path)
    (tmp_path / "picamera2").mkdir()
    monkeypatch.setattr(looking, "SOCKET", path)
    assert looking.look("picamera2", "zxing-cpp").status is Status.NO_DEPENDENCY
    assert looking.candidates() == []
    with serving(path):
        assert looking.look("picamera2", "zxing-cpp").status is Status.READY
        assert [each.options["source"] for each in looking.candidates()] == ["picamera2"]
    unit = (ROOT / "systemd" / "kindpakket-camera@.service").read_text()
    assert "Environment=PYTHONPATH=/usr/lib/python3/dist-packages\n" in unit


def test_a_camera_is_learnt_with_the_socket_where_there_is_one(path, tmp_path, monkeypatch):
    monkeypatch.setattr(looking, "is_installed", lambda package: True)
    monkeypatch.setattr(looking, "BY_ID", tmp_path)
    (tmp_path / "usb-cam-video-index0").touch()
    monkeypatch.setattr(looking, "SOCKET", path)
    assert all("socket" not in each.options for each in looking.candidates())
    with serving(path):
        assert [each.options["socket"] for each in looking.candidates()] == [os.fspath(path)] * 2
