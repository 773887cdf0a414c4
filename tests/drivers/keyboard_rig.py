"""Keyboards as the kernel gives them, for a machine without any: the same reader reads events from a socket.

InputDevice takes nothing but a real device node, so `Node` stands in for it, with the kernel's own bytes (struct
input_event) on a file descriptor. What no stand-in can show (grabbing, lamps, udev) is tried on real devices of a
virtual machine in tests/hardware.
"""

import asyncio
import errno
import fcntl
import os
import socket
import struct
import termios
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from unittest import mock

import pytest

from drivers.decode import IDLE_MS
from tests.drivers.keys import CTRL, DROPPED, ENTER, REPORT, InputEvent, J, events, strokes
from tests.drivers.pty_rig import PATIENCE

if TYPE_CHECKING:
    from drivers.hotplug import Keyboard

_EVENT = struct.Struct("@llHHi")  # linux/input.h: time, type, code, value
PAUSE_SECONDS = 1.5 * IDLE_MS / 1000
UNREAD_MAX = 64
"""Events that the kernel keeps for a keyboard's reader (linux/drivers/input/evdev.c, EVDEV_MIN_BUFFER_SIZE)."""
UNREAD_SECONDS = 0.5
"""After which they are not going to be read: a loaded machine may take its time."""
WRITES_NOTHING = 240
"""KEY_UNKNOWN: what the kernel makes of a key that it does not know."""

NAMES = {
    **{str(digit): (82, 79, 80, 81, 75, 76, 77, 71, 72, 73)[digit] for digit in range(10)},
    "00": 55,
    "correct": 14,
    "cancel": 1,
    "confirm": 96,
    "menu": 15,
}


class Node:
    """One plugged-in keyboard: hands on one end, on the other what drivers.evdev_device uses of evdev.InputDevice."""

    def __init__(self, keyboard: "Keyboard") -> None:
        self.keyboard = keyboard
        self.hands, self._kernel = socket.socketpair()
        self.hands.setblocking(False)
        self._kernel.setblocking(False)
        self.fd = self._kernel.fileno()
        self.grabbed = False
        self.busy = False
        self.readonly = False
        self.held: list[int] = []
        self.lit: list[int] = []

    def grab(self) -> None:
        if self.busy:
            raise OSError(errno.EBUSY, "Device or resource busy")
        self.grabbed = True

    def active_keys(self) -> list[int]:
        return self.held

    def leds(self) -> list[int]:
        return list(self.lit)

    def set_led(self, led_num: int, value: int) -> None:
        if self.readonly:
            from evdev import EvdevError

            raise EvdevError("no write access")
        assert value == 0
        self.lit.remove(led_num)

    def close(self) -> None:
        self.grabbed = False

    async def taken(self) -> None:
        """Return when all that was sent has been read."""
        async with asyncio.timeout(PATIENCE):
            while self.unread():  # noqa: ASYNC110 - no event for that
                await asyncio.sleep(0.001)

    def type(self, happened: Iterable[InputEvent]) -> None:
        """These events, while the caller waits: when as many are unread as the kernel keeps, the rest is lost."""
        for event in happened:
            if not self._has_room():
                self.hands.sendall(packed([DROPPED, REPORT]))
                return
            self.hands.sendall(packed([event]))

    def _has_room(self) -> bool:
        deadline = time.monotonic() + UNREAD_SECONDS
        while self.unread() == UNREAD_MAX and time.monotonic() < deadline:
            time.sleep(0.001)
        return self.unread() < UNREAD_MAX

    def unread(self) -> int:
        """Events that wait to be read."""
        waiting: int = struct.unpack("I", fcntl.ioctl(self.fd, termios.FIONREAD, bytes(4)))[0]
        return waiting // _EVENT.size

    def unplug(self) -> None:
        self.hands.close()

    def destroy(self) -> None:
        self.hands.close()
        self._kernel.close()


class Machine:
    """Which keyboards are plugged in, and the word of udev when that changes."""

    def __init__(self) -> None:
        pytest.importorskip("evdev", reason="evdev is not installed", exc_type=ImportError)
        pytest.importorskip("pyudev", reason="pyudev is not installed", exc_type=ImportError)
        self.nodes: dict[str, Node] = {}
        self.forbidden: set[str] = set()
        self._made: list[Node] = []
        self._patches: list[Any] = [
            mock.patch("drivers.evdev_device.InputDevice", self.open),
            mock.patch("drivers.hotplug.keyboards", self.keyboards),
            mock.patch("drivers.evdev_device.Hotplug", self.watch),
            mock.patch("drivers.hotplug.may_read", lambda keyboard: keyboard.node not in self.forbidden),
        ]
        self._plugs: list[Plugs] = []
        for patch in self._patches:
            patch.start()

    def close(self) -> None:
        for patch in self._patches:
            patch.stop()
        for node in self._made:
            node.destroy()
        for plugs in self._plugs:
            plugs.close()

    def plug(self, product: str = "0c2e:0b61", name: str = "a scanner", links: Iterable[str] = ()) -> Node:
        """A keyboard more, under a node that no other has had."""
        from drivers.hotplug import Keyboard

        node = Node(Keyboard(f"/dev/input/event{len(self._made)}", tuple(links), product, name))
        self._made.append(node)
        self.nodes[node.keyboard.node] = node
        self.say()
        return node

    def unplug(self, node: Node) -> None:
        node.unplug()
        del self.nodes[node.keyboard.node]
        self.say()

    def say(self) -> None:
        for plugs in self._plugs:
            plugs.say()

    # What stands in for drivers.hotplug and evdev

    def keyboards(self) -> "list[Keyboard]":
        return [node.keyboard for node in self.nodes.values()]

    def open(self, node: str) -> Node:
        if node in self.forbidden:
            raise OSError(errno.EACCES, "Permission denied")
        return self.nodes[node]

    def watch(self) -> "Plugs":
        plugs = Plugs()
        self._plugs.append(plugs)
        return plugs


class Plugs:
    """What stands in for drivers.hotplug.Hotplug: one listener's word of udev."""

    def __init__(self) -> None:
        self._said, self._say = os.pipe2(os.O_NONBLOCK)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """A machine closes them all."""

    def fileno(self) -> int:
        return self._said

    def drain(self) -> None:
        os.read(self._said, 4096)

    def say(self) -> None:
        os.write(self._say, b"!")

    def close(self) -> None:
        os.close(self._said)
        os.close(self._say)


class KeyboardRig:
    """A keyboard that is worked as a scanner set to `us`, or as a keypad."""

    def __init__(self, _folder: Path) -> None:
        self.options: dict[str, str | int | bool] = {"device": "0c2e:0b61"}
        self.machine = Machine()
        self._node = self.machine.plug()

    async def scan(self, text: str) -> None:
        await self.write(events([*_strokes(text), (ENTER,)]))

    async def send(self, data: bytes) -> None:
        """These characters, or keys that write nothing where there are none, and the pause after them."""
        await self.write(events(_strokes(data.decode("latin-1"))))
        await self._node.taken()
        await asyncio.sleep(PAUSE_SECONDS)  # this is what is sent: a pause

    async def press(self, *keys: str) -> None:
        await self.write(events((NAMES[key],) for key in keys))

    async def write(self, happened: Iterable[InputEvent]) -> None:
        await write(self._node, happened)

    async def unplug(self) -> None:
        self.machine.unplug(self._node)

    async def plug(self) -> None:
        self._node = self.machine.plug()

    def close(self) -> None:
        self.machine.close()


async def write(node: Node, happened: Iterable[InputEvent]) -> None:
    """These events, as fast as they are read."""
    await asyncio.get_running_loop().sock_sendall(node.hands, packed(happened))


def packed(happened: Iterable[InputEvent]) -> bytes:
    """As the kernel writes them."""
    return b"".join(_EVENT.pack(0, 0, *event) for event in happened)


def _strokes(text: str) -> list[tuple[int, ...]]:
    """How a US keyboard writes this; what it has no key for is a key that the kernel does not know."""
    ends = {"\r": (ENTER,), "\n": (CTRL, J), "-": (12,)}
    return [ends.get(each) or _typed(each) for each in text]


def _typed(character: str) -> tuple[int, ...]:
    known = character == "]" or (character.isascii() and character.isalnum())
    return strokes(character, "us")[0] if known else (WRITES_NOTHING,)
