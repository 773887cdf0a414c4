"""Scanners and keypads that are keyboards to the kernel (evdev), each grabbed so that it types nowhere else. Linux.

One driver reads all keyboards that its `device` names: a scanner that shows as two, or two scanners of one model, are
read together, each with its own framing. It is ready while at least one is read. A keyboard that comes back is opened
again, in whatever port; what went wrong with one is tried again each second. No key is lost to a loop that was held up:
see `pump`.
"""

import asyncio
import errno
import os
import struct
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Protocol

from evdev import InputDevice, InputEvent

from drivers import hotplug
from drivers.base import Changed, Emit, Status
from drivers.hotplug import Hotplug, Keyboard
from drivers.keyboard import Frame, Frames
from drivers.pump import Pump

_RETRY_SECONDS = 1.0
_GONE = "is not plugged in"
_EVENT = struct.Struct("@llHHi")
"""linux/input.h, struct input_event: seconds, microseconds, type, code, value."""


class Source(Protocol):
    """An open keyboard: what of evdev.InputDevice is used. All of it raises OSError when the device has gone."""

    fd: int

    def grab(self) -> None:
        """Have all events to oneself until closed."""

    def active_keys(self) -> list[int]:
        """The keys that are held."""

    def leds(self) -> list[int]:
        """The lamps that are lit."""

    def set_led(self, led_num: int, value: int) -> None:
        """Light a lamp, or put it out. Raises EvdevError when the device may only be read."""

    def close(self) -> None:
        """Let go of it."""


class Listener(Protocol):
    """What is made of one keyboard's frames."""

    def take(self, frame: Frame) -> None:
        """One more frame."""

    def leave(self) -> None:
        """The keyboard is going: forget what was begun."""


class EvdevDriver:
    """All keyboards that `device` names, and what a listener makes of each."""

    def __init__(self, device: str, listen: Callable[[Source, Emit], Listener]) -> None:
        self._device = hotplug.checked(device)
        self._listen = listen
        self._reading: _Readings | None = None

    def is_alive(self) -> bool:
        """Whether each keyboard that is open is emptied."""
        return self._reading is None or self._reading.is_alive()

    async def run(self, emit: Emit) -> None:
        """Read until cancelled."""
        reading = self._reading = _Readings(self._device, self._listen, emit)
        while True:
            try:
                with Hotplug() as plugs:
                    await reading.follow(plugs)
            except OSError as error:
                reading.report(f"cannot be looked for: {error.strerror or error}")
            await asyncio.sleep(_RETRY_SECONDS)

    def look(self) -> Changed:
        """Whether it is plugged in and may be opened."""
        named = [keyboard for keyboard in hotplug.keyboards() if keyboard.is_called(self._device)]
        if not named:
            return Changed(Status.NO_DEVICE, f"{self._device} {_GONE}")
        if not all(hotplug.may_read(keyboard) for keyboard in named):
            return Changed(Status.NO_DEVICE, f"{self._device} {_words(errno.EACCES)}")
        return Changed(Status.READY, f"{_names(named)} is there")


class _Readings:
    """The keyboards that are being read in one run."""

    def __init__(self, device: str, listen: Callable[[Source, Emit], Listener], emit: Emit) -> None:
        self._device = device
        self._listen = listen
        self._emit = emit
        self._open: dict[str, _Reading] = {}
        self._absent = Status.NO_DEVICE
        self._reported: Changed | None = None
        self._changed = asyncio.Event()

    async def follow(self, plugs: Hotplug) -> None:
        """Open what comes and report what changes. Raises OSError when the plugs cannot be watched."""
        loop = asyncio.get_running_loop()
        loop.add_reader(plugs.fileno(), self._plugged, plugs)
        try:
            while True:
                present = hotplug.keyboards()
                for node in self._open.keys() - {keyboard.node for keyboard in present}:
                    self._lose(node)
                fault = self._open_all(present)
                self.report(fault or _GONE)
                with suppress(TimeoutError):
                    async with asyncio.timeout(_RETRY_SECONDS if fault or not self._open else None):
                        await self._changed.wait()
                self._changed.clear()
        finally:
            loop.remove_reader(plugs.fileno())
            for node in list(self._open):
                self._close(node)

    def is_alive(self) -> bool:
        """Whether each thread is there."""
        return all(each.is_alive() for each in self._open.values())

    def report(self, fault: str) -> None:
        """Emit how it is, if that is news. `fault` says why nothing is read, when nothing is."""
        if self._open:
            self._absent = Status.LOST
            now = Changed(Status.READY, f"reads {_names(each.keyboard for each in self._open.values())}")
        else:
            now = Changed(self._absent, f"{self._device} {fault}")
        if now != self._reported:
            self._reported = now
            self._emit(now)

    def _plugged(self, plugs: Hotplug) -> None:
        plugs.drain()
        self._changed.set()

    def _open_all(self, present: Iterable[Keyboard]) -> str:
        """Open what is named and not open; why one could not be, or nothing."""
        fault = ""
        for keyboard in present:
            if keyboard.is_called(self._device) and keyboard.node not in self._open:
                try:
                    self._open[keyboard.node] = self._opened(keyboard)
                except OSError as error:
                    fault = _words(error.errno)
        return fault

    def _opened(self, keyboard: Keyboard) -> "_Reading":
        source = InputDevice(keyboard.node)
        try:
            source.grab()
            reading = _Reading(keyboard, source, self._listen(source, self._emit))
        except OSError:
            source.close()
            raise
        asyncio.get_running_loop().add_reader(reading, self._read, keyboard.node)
        return reading

    def _read(self, node: str) -> None:
        try:
            self._open[node].read()
        except BlockingIOError:
            pass  # it was said to be readable, and is not: nothing came
        except OSError:
            self._lose(node)
            self._changed.set()

    def _lose(self, node: str) -> None:
        """It has gone, which is said at once: it may be back before anybody looks."""
        self._close(node)
        self.report(_GONE)

    def _close(self, node: str) -> None:
        reading = self._open.pop(node)
        asyncio.get_running_loop().remove_reader(reading)
        reading.close()


class _Reading:
    """One keyboard that is being read."""

    def __init__(self, keyboard: Keyboard, source: Source, listener: Listener) -> None:
        self.keyboard = keyboard
        self._source = source
        self._listener = listener
        self._frames = Frames()
        self._pump = Pump(source.fd)

    def fileno(self) -> int:
        """Readable when there is something to read."""
        return self._pump.fileno()

    def is_alive(self) -> bool:
        """Whether its thread is."""
        return self._pump.is_alive()

    def read(self) -> None:
        """Take what is there. Raises OSError."""
        for fields in _EVENT.iter_unpack(self._pump.take()):
            if (frame := self._frames.feed(InputEvent(*fields))) is not None:
                self._listener.take(frame)

    def close(self) -> None:
        """Let go of it, which frees it for others."""
        self._listener.leave()
        self._pump.close()
        self._source.close()


def _names(keyboards: Iterable[Keyboard]) -> str:
    return ", ".join(sorted(keyboard.name for keyboard in keyboards))


def _words(number: int | None) -> str:
    """Why a keyboard is not read, and what to do where there is something to do."""
    match number:
        case errno.EACCES | errno.EPERM:
            return "may not be opened by this user: add it to the group input, and start again"
        case errno.EBUSY:
            return "is in use by another program, or named twice in the configuration: keep one"
        case errno.ENODEV | errno.ENOENT | errno.ENXIO:
            return _GONE
        case _:
            return f"cannot be read: {os.strerror(number or errno.EIO)}"
