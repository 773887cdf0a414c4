"""What every driver must do that takes something: one suite over the printers, buzzers and lamps of the registry."""

import asyncio
import errno
import fcntl
import os
import struct
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import pytest

from drivers import printer, registry, signals
from drivers.base import DriverMisconfigured, Status
from drivers.output import TONES, Printer, Signaller, Text
from drivers.registry import TABLE, Kind, Option
from tests.drivers.paper import PaperPrinter
from tests.drivers.pty_rig import PATIENCE
from tests.drivers.rigs import running

PRINTERS = sorted(name for name, row in TABLE.items() if row.kind is Kind.PRINTER)
SIGNALS = sorted(name for name, row in TABLE.items() if row.kind is Kind.SIGNAL)


class Rig(Protocol):
    """A device that tells what it was told, and can be taken away."""

    options: dict[str, Option]

    def took(self) -> bytes: ...

    def unplug(self) -> None: ...

    def plug(self) -> None: ...

    def close(self) -> None: ...


@dataclass
class PaperRig:
    """A printer on loopback; unplugged, it hangs up on everybody."""

    folder: Path
    options: dict[str, Option] = field(init=False)

    def __post_init__(self) -> None:
        self._stack = ExitStack()
        self._double = self._stack.enter_context(PaperPrinter())
        self.options = {"connection": "network", "address": self._double.address}

    def took(self) -> bytes:
        return b"".join(self._double.pages)

    def unplug(self) -> None:
        self._double.mood = "rude"

    def plug(self) -> None:
        self._double.mood = "good"

    def close(self) -> None:
        self._stack.close()


class SignalRig:
    """A device that is files; unplugged, they are gone."""

    options: dict[str, Option]

    def __init__(self, folder: Path) -> None:
        self.here, self.away = folder / "device", folder / "unplugged"
        self.here.mkdir()

    def unplug(self) -> None:
        self.here.rename(self.away)

    def plug(self) -> None:
        self.away.rename(self.here)

    def close(self) -> None:
        pass


class LampRig(SignalRig):
    """A folder as the LED class makes one."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.options = {"led": str(self.here)}
        for name, content in (("brightness", "7"), ("max_brightness", "255\n"), ("trigger", "none [timer]")):
            (self.here / name).write_text(content)

    def took(self) -> bytes:
        brightness = self.here / "brightness"
        return b"255" if brightness.exists() and brightness.read_text() == "255" else b""


class BuzzerRig(SignalRig):
    """A pipe in the place of an input device; what the kernel would say of its tones is in the fixture `kernel`."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        path = self.here / "event7"
        os.mkfifo(path)
        self._pipe = os.open(path, os.O_RDWR | os.O_NONBLOCK)
        self.options = {"device": str(path)}

    def took(self) -> bytes:
        """The pitches other than silence."""
        with suppress(BlockingIOError):
            events = INPUT_EVENT.iter_unpack(os.read(self._pipe, 100 * INPUT_EVENT.size))
            return bytes(value & 0xFF for _, _, kind, code, value in events if (kind, code) == (18, 2) and value)
        return b""

    def close(self) -> None:
        os.close(self._pipe)


class NotebookRig(SignalRig):
    """The simulated one."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.path = self.here / "heard"
        self.options = {"file": str(self.path)}

    def took(self) -> bytes:
        return self.path.read_bytes() if self.path.exists() else b""


INPUT_EVENT = struct.Struct("@llHHi")
RIGS: dict[str, Callable[[Path], Rig]] = {
    "buzzer": BuzzerRig,
    "lamp": LampRig,
    "printer": PaperRig,
    "simulated-signal": NotebookRig,
}


@pytest.fixture(autouse=True)
def kernel(monkeypatch, tmp_path):
    """Says that every input device that is there has tones."""

    def ioctl(file, request, bits):
        assert request == 0x80014532
        if not (tmp_path / "device").exists():
            raise OSError(errno.ENODEV, "No such device")
        return bytes([1 << 2])

    monkeypatch.setattr(fcntl, "ioctl", ioctl)


@pytest.fixture
def rig(request, tmp_path):
    made = RIGS[request.param](tmp_path)
    yield made
    made.close()


@pytest.fixture
def driver(request, rig):
    return registry.make(request.node.callspec.params["rig"], rig.options, allow_simulators=True)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(printer, "WATCH_SECONDS", 0.1)
    monkeypatch.setattr(signals, "WATCH_SECONDS", 0.1)
    monkeypatch.setattr(signals, "RETRY_SECONDS", 0.05)


every = pytest.mark.parametrize("rig", [*PRINTERS, *SIGNALS], indirect=True)


async def until(question):
    """Wait until the question is answered by yes."""
    async with asyncio.timeout(PATIENCE):
        while not question():  # noqa: ASYNC110 - a device has no event
            await asyncio.sleep(0.01)


def test_every_row_has_a_rig():
    assert sorted(RIGS) == sorted([*PRINTERS, *SIGNALS])


def use(driver):
    """Give it something to do."""
    if isinstance(driver, Printer):
        assert driver.print((Text("a page"),))
    else:
        assert isinstance(driver, Signaller)
        driver.signal(TONES[1])


@every
async def test_it_is_ready_takes_something_and_does_it(driver, rig):
    async with running(driver) as heard:
        assert heard.changes[0].status is Status.READY
        assert heard.changes[0].detail
        use(driver)
        await until(rig.took)


@every
async def test_it_frees_the_device_when_cancelled_and_runs_again(driver, rig):
    for _ in range(2):
        async with running(driver) as heard:
            assert heard.changes[0].status is Status.READY


@every
async def test_a_lost_device_is_said_and_so_is_its_return(driver, rig):
    async with running(driver) as heard:
        rig.unplug()
        await heard.count(2)
        rig.plug()
        await heard.count(3)
    assert [change.status for change in heard.changes] == [Status.READY, Status.LOST, Status.READY]


@every
async def test_f29_using_a_device_that_has_gone_neither_waits_nor_raises(driver, rig):
    async with running(driver) as heard:
        rig.unplug()
        began = time.monotonic()
        for _ in range(20):
            if isinstance(driver, Printer):
                driver.print((Text("a page"),))
            else:
                driver.signal("refused")
        assert time.monotonic() - began < 10 * printer.WATCH_SECONDS, "no more than half of them waited"
        await heard.count(2)
    assert heard.changes[1].status is Status.LOST


@every
def test_using_it_before_it_runs_neither_waits_nor_raises(driver):
    use(driver)


@every
def test_options_it_does_not_have_are_refused(rig, request):
    name = request.node.callspec.params["rig"]
    with pytest.raises(DriverMisconfigured, match="no option 'colour'"):
        registry.make(name, {**rig.options, "colour": "green"}, allow_simulators=True)
