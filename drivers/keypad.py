"""The keys of a shopkeeper's keypad, by the codes of a numeric keypad or of any keyboard. Pure.

The key counts, not what it writes: num lock, on or off, by the machine or by a keypad that keeps its own, changes
nothing. So the point, which some keypads turn into Delete, does nothing: who types 12.50 has typed 1250 cents. A 00 key
sends two zeros.
"""

from collections.abc import Iterator

from drivers.keyboard import PRESSED, Frame
from drivers.keymap import KEYPAD_DIGITS

_TOP_ROW = zip(range(2, 12), "1234567890", strict=True)
_NUMERIC_UNLOCKED = zip((110, 107, 108, 109, 105, 106, 102, 103, 104), "012346789", strict=True)
"""Insert, End, Down, Page Down, Left, Right, Home, Up, Page Up; what a keypad without its num lock sends. 5 stays."""

NAMES: dict[int, str] = {
    **dict(_TOP_ROW),
    **KEYPAD_DIGITS,
    **dict(_NUMERIC_UNLOCKED),
    55: "00",  # keypad *
    14: "correct",  # Backspace
    74: "correct",  # keypad -
    1: "cancel",  # Escape
    98: "cancel",  # keypad /
    28: "confirm",  # Enter
    96: "confirm",  # keypad Enter
    15: "menu",  # Tab
    78: "menu",  # keypad +
    127: "menu",  # Menu
}
"""Names of base.KEYS by key code (linux/input-event-codes.h). All others do nothing."""


def presses(frame: Frame) -> Iterator[str]:
    """The names of the keys that were pressed in this frame, in order. A key that is held is one press."""
    for code, value in frame.keys:
        if value == PRESSED and code in NAMES:
            yield NAMES[code]
