"""Buzzers and lamps by the kernel's own interfaces, without any library.

lamp      an LED of the kernel's LED class, /sys/class/leds/<name>: brightness is written, its trigger set to none.
          On a Raspberry Pi the overlay `gpio-led` makes one of a pin.
buzzer    an input device that can sound (EV_SND with SND_TONE, as the overlay `pwm-beeper` makes one):
          struct input_event is written to it (https://docs.kernel.org/input/event-codes.html#ev-snd)
"""

import asyncio
import fcntl
import os
import struct
from contextlib import suppress
from pathlib import Path
from typing import NoReturn, Protocol

from drivers.base import Changed, DriverMisconfigured, Emit, Status
from drivers.tones import PATTERNS, Beat

RETRY_SECONDS = 1.0
WATCH_SECONDS = 5.0
"""How often a device that has nothing to do is looked for."""

_EV_SND, _SND_TONE = 0x12, 0x02
_SOUND_BITS_REQUEST = 0x8001_4532  # EVIOCGBIT(EV_SND, 1): _IOC(_IOC_READ, 'E', 0x20 + EV_SND, 1)
_INPUT_EVENT = struct.Struct("@llHHi")  # seconds and microseconds, which the kernel fills in; type, code, value


def lamp(led: str) -> "Signal":
    """The lamp behind this folder of /sys/class/leds."""
    return Signal(Led(absolute(led)))


def buzzer(device: str) -> "Signal":
    """The buzzer behind this node of /dev/input."""
    return Signal(Beeper(absolute(device)))


def absolute(path: str) -> Path:
    """The path. Raises DriverMisconfigured for one that can be none."""
    if not path.startswith("/") or "\0" in path:
        raise DriverMisconfigured(f"{path!r} is no absolute path")
    return Path(path)


class Device(Protocol):
    """Something that is on or off. Everything here raises OSError when it has gone."""

    name: str
    place: Path
    """What is there as long as the device is."""

    def open(self) -> None:
        """Make it ready, and silent."""

    def set(self, hertz: int) -> None:
        """On with this pitch, or off for 0."""

    def check(self) -> None:
        """Nothing, while it is there."""

    def close(self) -> None:
        """Let go of it. Never raises."""


class Signal:
    """Plays the tones that it is told on a device, there or not. A new tone ends the one before."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._tone = ""
        self._told = asyncio.Event()

    def signal(self, tone: str) -> None:
        """Begin this tone. In the loop in which it runs."""
        self._tone = tone
        self._told.set()

    def look(self) -> Changed:
        """Whether it is there."""
        try:
            self._device.place.stat()
        except OSError as error:
            return Changed(Status.NO_DEVICE, self._fault(error))
        return Changed(Status.READY, self._device.name)

    async def run(self, emit: Emit) -> None:
        """Play until cancelled."""
        said, status = "", Status.NO_DEVICE
        while True:
            try:
                self._device.open()
                self._told.clear()  # a tone from before is for nobody now
                emit(Changed(Status.READY, self._device.name))
                said, status = "", Status.LOST
                await self._play()
            except OSError as error:
                detail = self._fault(error)
                if detail != said:
                    emit(Changed(status, detail))
                said = detail
            finally:
                self._device.close()
            await asyncio.sleep(RETRY_SECONDS)

    def _fault(self, error: OSError) -> str:
        return f"{self._device.name} does not work ({error.strerror or error}): check its wires and its overlay"

    async def _play(self) -> NoReturn:
        while True:
            if await self._told_within(WATCH_SECONDS):
                await self._sound(PATTERNS[self._tone])
            else:
                self._device.check()

    async def _sound(self, beats: tuple[Beat, ...]) -> None:
        self._told.clear()
        for beat in beats:
            self._device.set(beat.hertz)
            ended = await self._told_within(beat.on_ms / 1000)
            self._device.set(0)
            if ended or await self._told_within(beat.off_ms / 1000):
                return

    async def _told_within(self, seconds: float) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._told.wait()
        return self._told.is_set()


class Led:
    """A lamp of the LED class (https://docs.kernel.org/leds/leds-class.html)."""

    def __init__(self, folder: Path) -> None:
        self.name = f"lamp {folder}"
        self.place = folder / "brightness"
        self._folder = folder
        self._brightest = "1"

    def open(self) -> None:
        """Take it from whatever the kernel had it blink for."""
        self._brightest = (self._folder / "max_brightness").read_text(encoding="latin-1").strip()
        self._write("trigger", "none")
        self.set(0)

    def set(self, hertz: int) -> None:
        """As bright as it can be, or dark."""
        self._write("brightness", self._brightest if hertz else "0")

    def check(self) -> None:
        """It is there as long as its files are."""
        self.place.stat()

    def close(self) -> None:
        """Dark."""
        with suppress(OSError):
            self.set(0)

    def _write(self, attribute: str, value: str) -> None:
        with os.fdopen(os.open(self._folder / attribute, os.O_WRONLY | os.O_TRUNC), "w", encoding="ascii") as file:
            file.write(value)


class Beeper:
    """A buzzer that the kernel has as an input device."""

    def __init__(self, path: Path) -> None:
        self.name = f"buzzer {path}"
        self.place = path
        self._file = -1

    def open(self) -> None:
        """Raises OSError too for a device that has no tones."""
        self._file = os.open(self.place, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        self.check()
        self.set(0)

    def set(self, hertz: int) -> None:
        """Sound at this pitch, or be silent."""
        os.write(self._file, _INPUT_EVENT.pack(0, 0, _EV_SND, _SND_TONE, hertz))

    def check(self) -> None:
        """Ask the kernel what it can sound."""
        answer = fcntl.ioctl(self._file, _SOUND_BITS_REQUEST, bytes(1))
        if not answer[0] & 1 << _SND_TONE:
            raise OSError(f"{self.place} is an input device without tones")

    def close(self) -> None:
        """Silent."""
        if self._file >= 0:
            with suppress(OSError):
                self.set(0)
            os.close(self._file)
            self._file = -1
