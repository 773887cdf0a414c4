"""The registry's rows that are keyboards to the kernel: what is made of a scanner's keys, and of a keypad's."""

from collections.abc import Iterable
from functools import partial

from evdev import EvdevError

from drivers import hotplug, keymap, keypad
from drivers.base import Candidate, DriverMisconfigured, Emit, KeyPress
from drivers.decode import Decoder
from drivers.evdev_device import EvdevDriver, Source
from drivers.framing import Framing
from drivers.hotplug import Keyboard
from drivers.keyboard import Frame, Typist

_LED_CAPS = 1
"""linux/input-event-codes.h, LED_CAPSL"""


def scanner(device: str, layout: str, prefix: str, suffix: str) -> EvdevDriver:
    """The scanner that `device` names, set to `layout`. Raises DriverMisconfigured."""
    if layout not in keymap.LAYOUTS:
        raise DriverMisconfigured(f"there is no layout {layout!r}; a scanner is set to {', '.join(keymap.LAYOUTS)}")
    return EvdevDriver(device, partial(_Typing, layout, prefix, suffix))


def pad(device: str) -> EvdevDriver:
    """The keypad that `device` names. Raises DriverMisconfigured."""
    return EvdevDriver(device, _Pressing)


def scanner_candidates() -> list[Candidate]:
    """The keyboards that are plugged in, any of which may be a scanner."""
    present = hotplug.keyboards()
    return [
        Candidate("evdev-scanner", {"device": _lasting(each, present), "layout": "us"}, each.name) for each in present
    ]


def pad_candidates() -> list[Candidate]:
    """The keyboards that are plugged in, any of which may be the keypad."""
    present = hotplug.keyboards()
    return [Candidate("evdev-keypad", {"device": _lasting(each, present)}, each.name) for each in present]


class _Typing:
    """A scanner: what it types becomes codes."""

    def __init__(self, layout: str, prefix: str, suffix: str, source: Source, emit: Emit) -> None:
        self._source = source
        self._typist = Typist(layout, caps=_types_for_caps(source))
        self._typist.hold(source.active_keys())
        self._framing = Framing(emit, Decoder(prefix=prefix, suffix=suffix))

    def take(self, frame: Frame) -> None:
        self._framing.feed(self._typist.read(frame))
        if not frame.whole:
            self._typist.hold(self._source.active_keys())

    def leave(self) -> None:
        self._framing.drop()


class _Pressing:
    """A keypad: each key is a key of a sale."""

    def __init__(self, source: Source, emit: Emit) -> None:  # noqa: ARG002 - as every listener is made
        self._emit = emit

    def take(self, frame: Frame) -> None:
        for name in keypad.presses(frame):
            self._emit(KeyPress(name))

    def leave(self) -> None:
        """Nothing is ever begun."""


def _types_for_caps(source: Source) -> bool:
    """Whether caps lock is on for this scanner: some look at the lamp, and press or leave shift accordingly.

    Grabbed, it has a lamp of its own, so it is put out where that can be done.
    """
    if _LED_CAPS not in source.leds():
        return False
    try:
        source.set_led(_LED_CAPS, 0)
    except EvdevError:
        return True
    return False


def _lasting(keyboard: Keyboard, present: Iterable[Keyboard]) -> str:
    """A name that finds it again: its own in any port, else that of its port or its model."""
    others = {link for each in present if each is not keyboard for link in each.links}
    own = sorted(link for link in keyboard.links if link not in others)  # by-id comes before by-path
    model = [] if keyboard.product == hotplug.NO_PRODUCT else [keyboard.product]
    return [*own, *model, keyboard.node][0]
