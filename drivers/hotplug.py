"""The keyboards that are plugged in, and a word when that changes: udev's view of /dev/input.

Scanners and keypads on USB or Bluetooth and keys on GPIO pins are all keyboards to the kernel. A device is named by a
path, best one below /dev/input/by-id (this very device, in any port) or /dev/input/by-path (whatever is in this port),
or by `vendor:product` (all of this model, in any port).
"""

import os
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

import pyudev

from drivers.base import DriverMisconfigured

_UDEV = pyudev.Context()  # here, so that a machine without libudev has no such driver (ImportError), and says so

_PATH = re.compile(r"/dev/input/[^\0]+")
_USB_ID = re.compile("[0-9a-f]{4}:[0-9a-f]{4}")
NO_PRODUCT = "0000:0000"
"""That of what sits on GPIO pins."""

_KEYS_NEEDED = (30, 79, 2)
"""A, keypad 1, 1: who has none of these (a power button, volume keys, a mouse) is no keyboard."""


@dataclass(frozen=True, slots=True)
class Keyboard:
    """A keyboard that is plugged in."""

    node: str
    """Its device node, which is another one each time it is plugged in."""
    links: tuple[str, ...]
    """udev's lasting names for it, below /dev/input."""
    product: str
    """vendor:product, four hex digits each, NO_PRODUCT where there is none."""
    name: str
    """What it calls itself."""

    def is_called(self, device: str) -> bool:
        """Whether a configuration that says `device` means it."""
        return device in {self.node, self.product, *self.links}


def checked(device: str) -> str:
    """The same. Raises DriverMisconfigured when it can name no keyboard."""
    if not _PATH.fullmatch(device) and not _USB_ID.fullmatch(device):
        raise DriverMisconfigured(
            f"a keyboard is a path below /dev/input/by-id or by-path, or vendor:product as 0c2e:0b61, not {device!r}"
        )
    return device


def keyboards() -> list[Keyboard]:
    """Those that are plugged in now, in the order of their nodes."""
    nodes = _UDEV.list_devices(subsystem="input", sys_name="event*")
    return sorted((each for device in nodes if (each := _keyboard(device))), key=lambda each: each.node)


class Hotplug:
    """Says when the input devices changed: `fileno` becomes readable then, until `drain`. Raises OSError."""

    def __init__(self) -> None:
        # udev's own word, not the kernel's: by then the links are made and the permissions set.
        self._monitor = pyudev.Monitor.from_netlink(_UDEV, "udev")
        self._monitor.filter_by("input")
        self._monitor.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Close: pyudev does, with the last reference to the monitor."""
        del self._monitor

    def fileno(self) -> int:
        """For select and its like."""
        return int(self._monitor.fileno())

    def drain(self) -> None:
        """Take what is there; whoever asks looks at `keyboards` anyhow."""
        with suppress(OSError):  # the buffer ran over: what is lost says no more than that something changed
            while self._monitor.poll(0) is not None:
                pass


def may_read(keyboard: Keyboard) -> bool:
    """Whether this user can open it."""
    return os.access(keyboard.node, os.R_OK)


def _keyboard(device: pyudev.Device) -> Keyboard | None:
    """None for what is no keyboard, or has gone while it was looked at."""
    parent = device.parent
    if device.device_node is None or parent is None or not _has_keys(_attribute(parent, "capabilities/key").split()):
        return None
    product = f"{_attribute(parent, 'id/vendor')}:{_attribute(parent, 'id/product')}"
    return Keyboard(device.device_node, tuple(device.device_links), product, _attribute(parent, "name") or "a keyboard")


def _attribute(device: pyudev.Device, name: str) -> str:
    try:
        return str(device.attributes.asstring(name))
    except (KeyError, UnicodeDecodeError):
        return ""


def _has_keys(words: Sequence[str]) -> bool:
    """The kernel's bitmap of key codes in sysfs: 64-bit words in hex, the highest first, leading zeros left out."""
    bits = int("".join(word.zfill(16) for word in words) or "0", 16)
    return any(bits >> code & 1 for code in _KEYS_NEEDED)
