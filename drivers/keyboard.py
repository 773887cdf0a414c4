"""From a keyboard's events to text, or to the keys of a keypad. Pure: no device, no clock.

The kernel reports what changed, and closes each report with SYN_REPORT; what lies between is one frame, in which all
happened at the same time. So shift counts for every key of its frame, whichever comes first in it. When the reader was
too slow the kernel says SYN_DROPPED; what follows up to the next SYN_REPORT is then worth nothing
(linux/Documentation/input/event-codes.rst).

A scanner that is set to no country holds Alt and types each character's number on the keypad, as Windows has it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Protocol

from drivers import keymap
from drivers.keymap import BARE, CAPS_LOCK, KEYPAD_DIGITS, MODIFIERS, UNREADABLE, Modifier

EV_SYN, EV_KEY = 0, 1
SYN_REPORT, SYN_DROPPED = 0, 3
RELEASED, PRESSED = 0, 1

ALT_DIGITS_MAX = 4
"""Digits of a character's number: Windows takes 75 and 0075."""

FRAME_MAX = 64
"""Key events held of one frame. A USB keyboard's report changes at most 20 keys."""


class Event(Protocol):
    """One input event, as linux/input.h and evdev have it."""

    @property
    def type(self) -> int:
        """What kind of event: EV_KEY and EV_SYN count here."""

    @property
    def code(self) -> int:
        """Which key, or SYN_REPORT or SYN_DROPPED."""

    @property
    def value(self) -> int:
        """RELEASED, PRESSED, or 2 for a repetition, which a stuck key makes and nobody means."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What changed at one moment."""

    keys: tuple[tuple[int, int], ...]
    """Code and value, in the order in which they came."""
    whole: bool = True
    """False: events were lost. None of the frame is kept, and which keys are held must be asked for."""


class Frames:
    """Cuts a stream of events into frames."""

    def __init__(self) -> None:
        self._keys: list[tuple[int, int]] = []
        self._whole = True

    def feed(self, event: Event) -> Frame | None:
        """The frame that this event closed."""
        kind, code = event.type, event.code
        if (kind, code) == (EV_SYN, SYN_REPORT):
            return self._close()
        if (kind, code) == (EV_SYN, SYN_DROPPED) or len(self._keys) == FRAME_MAX:
            self._spoil()
        elif kind == EV_KEY and self._whole:
            self._keys.append((code, event.value))
        return None

    def _spoil(self) -> None:
        self._keys, self._whole = [], False

    def _close(self) -> Frame:
        frame = Frame(tuple(self._keys), self._whole)
        self._keys, self._whole = [], True
        return frame


class Typist:
    """What a scanner types: the text of its frames under a layout."""

    def __init__(self, layout: str, *, caps: bool = False) -> None:
        self._layout = layout
        self._caps = caps
        self._held: set[int] = set()
        self._number = ""

    def read(self, frame: Frame) -> str:
        """The text of this frame. One that is not whole is one UNREADABLE; call `hold` then."""
        if not frame.whole:
            self._number = ""
            return UNREADABLE
        pressed = {code for code, value in frame.keys if value == PRESSED}
        for code, value in frame.keys:
            self._note(code, value)
        # A key whose shift was pressed and let go within one frame was shifted all the same.
        modifiers = _modifiers(self._held | pressed)
        text = "".join(self._write(code, modifiers) for code, value in frame.keys if value == PRESSED)
        return text + ("" if _modifiers(self._held) & Modifier.ALT else self._numbered())

    def hold(self, codes: Iterable[int]) -> None:
        """These keys are held now, and no others, after events were lost."""
        self._held = set(codes) & MODIFIERS.keys()

    def _note(self, code: int, value: int) -> None:
        if code in MODIFIERS and value == PRESSED:
            self._held.add(code)
        elif value == RELEASED:
            self._held.discard(code)

    def _write(self, code: int, modifiers: Modifier) -> str:
        if code == CAPS_LOCK:
            self._caps = not self._caps
        if modifiers == Modifier.ALT and code in KEYPAD_DIGITS:
            self._number = (self._number + KEYPAD_DIGITS[code])[: ALT_DIGITS_MAX + 1]
            return ""
        return keymap.character(code, self._layout, modifiers | (Modifier.CAPS if self._caps else BARE))

    def _numbered(self) -> str:
        """The character whose number was typed while Alt was held: of ASCII, where all of Windows' code pages agree."""
        number, self._number = self._number, ""
        if not number:
            return ""
        return chr(int(number)) if len(number) <= ALT_DIGITS_MAX and int(number) < 0x7F else UNREADABLE


def _modifiers(held: Iterable[int]) -> Modifier:
    return reduce(or_, (MODIFIERS.get(code, BARE) for code in held), BARE)
