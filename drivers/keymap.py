"""From key codes to characters: what a key writes under a keyboard layout. Pure.

A scanner in keyboard mode presses the keys that would write its code on a keyboard of the country it is set to, so the
same code is other keys under another setting. Codes are the kernel's (linux/input-event-codes.h); the layouts are those
of Windows (KBDUS, KBDGR, KBDFR, KBDBE), after which scanners are made. Dead keys stand for their spacing accents.
"""

from enum import IntFlag, auto

UNREADABLE = "\ufffd"
"""Stands where a key was pressed that writes nothing here: a code that holds it is none that was sent."""

ENTER, TAB, SPACE, DOWN = 28, 15, 57, 108
KP_ENTER, KP_MINUS, KP_PLUS, KP_ASTERISK = 96, 74, 78, 55
CAPS_LOCK, NUM_LOCK, SCROLL_LOCK = 58, 69, 70


class Modifier(IntFlag):
    """What changes what a key writes."""

    SHIFT = auto()
    CTRL = auto()
    ALT = auto()
    ALTGR = auto()
    META = auto()
    CAPS = auto()


BARE = Modifier(0)
"""None of them."""

MODIFIERS = {
    42: Modifier.SHIFT,
    54: Modifier.SHIFT,
    29: Modifier.CTRL,
    97: Modifier.CTRL,
    56: Modifier.ALT,
    100: Modifier.ALTGR,
    125: Modifier.META,
    126: Modifier.META,
}
"""The keys that count while they are held."""

SILENT = frozenset({*MODIFIERS, CAPS_LOCK, NUM_LOCK, SCROLL_LOCK})
"""They write nothing, and nobody means them to."""

_ROWS = ((41, *range(2, 14)), tuple(range(16, 28)), (*range(30, 41), 43), (86, *range(44, 54)))
"""From the top left key to the right of the bottom row; 86 is the key beside the left shift that the US lacks."""

_Level = tuple[str, str, str, str]
_NONE = " "
"""In a level: this key writes nothing there."""

_LEVELS: dict[str, tuple[_Level, _Level, _Level]] = {
    # plain, with shift, with AltGr
    "us": (
        ("`1234567890-=", "qwertyuiop[]", "asdfghjkl;'\\", "\\zxcvbnm,./"),
        ("~!@#$%^&*()_+", "QWERTYUIOP{}", 'ASDFGHJKL:"|', "|ZXCVBNM<>?"),
        (_NONE * 13, _NONE * 12, _NONE * 12, _NONE * 11),
    ),
    "de": (
        ("^1234567890ß´", "qwertzuiopü+", "asdfghjklöä#", "<yxcvbnm,.-"),  # noqa: RUF001 - the acute accent
        ('°!"§$%&/()=?`', "QWERTZUIOPÜ*", "ASDFGHJKLÖÄ'", ">YXCVBNM;:_"),
        ("  ²³   {[]}\\ ", "@ €        ~", _NONE * 12, "|      µ   "),
    ),
    "fr": (
        ("²&é\"'(-è_çà)=", "azertyuiop^$", "qsdfghjklmù*", "<wxcvbn,;:!"),
        (" 1234567890°+", "AZERTYUIOP¨£", "QSDFGHJKLM%µ", ">WXCVBN?./§"),
        ("  ~#{[|`\\^@]}", "  €        ¤", _NONE * 12, _NONE * 11),
    ),
    "be": (
        ("²&é\"'(§è!çà)-", "azertyuiop^$", "qsdfghjklmùµ", "<wxcvbn,;:="),
        ("³1234567890°_", "AZERTYUIOP¨*", "QSDFGHJKLM%£", ">WXCVBN?./+"),
        (" |@#  ^  {}  ", "  €       []", "          ´`", "\\         ~"),  # noqa: RUF001
    ),
}

LAYOUTS = tuple(_LEVELS)
"""What a scanner can be set to: us, de, fr (AZERTY of France), be (AZERTY of Belgium)."""

KEYPAD_DIGITS = dict(zip((82, 79, 80, 81, 75, 76, 77, 71, 72, 73), "0123456789", strict=True))

_KEYPAD = KEYPAD_DIGITS | {
    83: ".",
    KP_MINUS: "-",
    KP_PLUS: "+",
    KP_ASTERISK: "*",
    98: "/",
    117: "=",
    121: ",",
}
"""The same on every layout, and whatever num lock is: the key is read, not what a screen would make of it."""

_MOVES = (1, *range(59, 69), 87, 88, 102, 103, 104, 105, 106, 107, 109)
"""Escape, F1 to F12 and the cursor's keys. A scanner that presses one means it as its terminator."""

_ENDS = {ENTER: "\r", KP_ENTER: "\r", TAB: "\t", DOWN: "\n", **dict.fromkeys(_MOVES, "\n")}
"""There is no key for LF: scanners that send CR and LF press Enter and Down Arrow, or Ctrl and J."""

_EVERYWHERE = {**_ENDS, **_KEYPAD, SPACE: " "}


def _written(level: _Level) -> dict[int, str]:
    keys = (pair for codes, row in zip(_ROWS, level, strict=True) for pair in zip(codes, row, strict=True))
    return {code: character for code, character in keys if character != _NONE}


_TABLES = {name: tuple(_written(level) for level in levels) for name, levels in _LEVELS.items()}


def character(code: int, layout: str, modifiers: Modifier = BARE) -> str:
    """What this key writes: one character, UNREADABLE if none, "" for a modifier. `layout` is one of LAYOUTS."""
    if code in SILENT:
        return ""
    plain, shifted, third = _TABLES[layout]
    # Windows takes Ctrl and Alt together for AltGr, so some scanners press those.
    if modifiers & Modifier.ALTGR or modifiers & (Modifier.CTRL | Modifier.ALT) == Modifier.CTRL | Modifier.ALT:
        return third.get(code, UNREADABLE)
    if modifiers & (Modifier.ALT | Modifier.META):
        return UNREADABLE
    if code in _EVERYWHERE:
        return _EVERYWHERE[code]
    if modifiers & Modifier.CTRL:
        return _control(plain.get(code, UNREADABLE))
    return _cased((shifted if modifiers & Modifier.SHIFT else plain).get(code, UNREADABLE), modifiers)


def retype(text: str, layout: str) -> str:
    """What the keys that wrote `text` under "us" write under `layout`. Characters without a key stay as they are."""
    return "".join(_retyped(each, layout) for each in text)


def _control(written: str) -> str:
    """Ctrl with this key: the control character below it in ASCII, as Ctrl and J is LF."""
    upper = written.upper()
    return chr(ord(upper) & 0x1F) if "@" <= upper <= "_" else UNREADABLE


def _cased(written: str, modifiers: Modifier) -> str:
    """Caps lock turns letters alone, and a letter is what has one other case (so that ß and ² stay)."""
    swapped = written.swapcase()
    return swapped if modifiers & Modifier.CAPS and len(swapped) == 1 and written != "µ" else written


def _retyped(written: str, layout: str) -> str:
    for level, table in enumerate(_TABLES["us"][:2]):
        for code, each in table.items():
            if each == written:
                return _TABLES[layout][level].get(code, UNREADABLE)
    return written
