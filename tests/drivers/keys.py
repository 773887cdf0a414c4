"""A scanner in keyboard mode, as its manual describes it: which keys it presses for a text, in which reports.

Written from the key caps of the countries' keyboards and independent of drivers.keymap, which it is there to check.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

SYN, KEY, MSC = 0, 1, 4
SHIFT, ALTGR, CTRL, CAPS_LOCK = 42, 100, 29, 58
ENTER, TAB, KP_ENTER, DOWN = 28, 15, 96, 108
J = 36

LETTER_ROWS = {
    "us": ("qwertyuiop", "asdfghjkl", "zxcvbnm"),
    "de": ("qwertzuiop", "asdfghjkl", "yxcvbnm"),
    "fr": ("azertyuiop", "qsdfghjklm", "wxcvbn"),
    "be": ("azertyuiop", "qsdfghjklm", "wxcvbn"),
}
ROW_BEGINS = (16, 30, 44)
DIGITS_SHIFTED = {"us": False, "de": False, "fr": True, "be": True}
BRACKET = {"us": (27,), "de": (ALTGR, 10), "fr": (ALTGR, 12), "be": (ALTGR, 27)}

ENDINGS: dict[str, tuple[tuple[int, ...], ...]] = {
    "CR": ((ENTER,),),
    "LF": ((CTRL, J),),
    "CRLF": ((ENTER,), (CTRL, J)),
    "TAB": ((TAB,),),
    "none": (),
}
"""The strokes that end a code."""


class InputEvent(NamedTuple):
    """As the kernel gives it, without its time."""

    type: int
    code: int
    value: int


Stroke = tuple[int, ...]
"""The modifiers to hold, then the key to press."""


def strokes(text: str, layout: str, *, caps: bool = False) -> list[Stroke]:
    """What to press for a text of letters, digits and `]`. With `caps`, what a scanner presses that allows for it."""
    return [_stroke(character, layout, caps=caps) for character in text]


def _stroke(character: str, layout: str, *, caps: bool) -> Stroke:
    if character == "]":
        return BRACKET[layout]
    if character.isdigit():
        code = 11 if character == "0" else 1 + int(character)
        return (SHIFT, code) if DIGITS_SHIFTED[layout] else (code,)
    for begin, row in zip(ROW_BEGINS, LETTER_ROWS[layout], strict=True):
        if character.lower() in row:
            code = begin + row.index(character.lower())
            return (SHIFT, code) if character.isupper() != caps else (code,)
    raise AssertionError(f"no key for {character!r}")


def events(pressed: Iterable[Stroke]) -> Iterator[InputEvent]:
    """One report with all of a stroke's keys down, and one with all up: what the recordings show."""
    for stroke in pressed:
        yield from frame(*((code, 1) for code in stroke))
        yield from frame(*((code, 0) for code in stroke))


def frame(*keys: tuple[int, int]) -> Iterator[InputEvent]:
    """What one report changes, with the scan codes that HID devices add."""
    for code, value in keys:
        yield InputEvent(MSC, 4, 0x70000 + code)
        yield InputEvent(KEY, code, value)
    yield InputEvent(SYN, 0, 0)


DROPPED = InputEvent(SYN, 3, 0)
REPORT = InputEvent(SYN, 0, 0)
