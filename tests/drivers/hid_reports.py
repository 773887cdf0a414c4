"""From a USB keyboard's boot reports to the kernel's key events: what usbhid does with the recordings."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.drivers.keys import InputEvent, frame

RECORDINGS = Path(__file__).parents[2].parent / "shared" / "data" / "scanners"

_MODIFIERS = (29, 42, 56, 125, 97, 54, 100, 126)
"""Left Control, Shift, Alt, GUI, then right: usages 0xE0 to 0xE7 (USB HID Usage Tables, section 10)."""

# linux/drivers/hid/hid-input.c, hid_keyboard[], usages 0x00 to 0x67
_USAGES = (
    *(0, 0, 0, 0, 30, 48, 46, 32, 18, 33, 34, 35, 23, 36, 37, 38),
    *(50, 49, 24, 25, 16, 19, 31, 20, 22, 47, 17, 45, 21, 44, 2, 3),
    *(4, 5, 6, 7, 8, 9, 10, 11, 28, 1, 14, 15, 57, 12, 13, 26),
    *(27, 43, 43, 39, 40, 41, 51, 52, 53, 58, 59, 60, 61, 62, 63, 64),
    *(65, 66, 67, 68, 87, 88, 99, 70, 119, 110, 102, 104, 111, 107, 109, 106),
    *(105, 108, 103, 69, 98, 55, 74, 78, 96, 79, 80, 81, 75, 76, 77, 71),
    *(72, 73, 82, 83, 86, 127, 116, 117),
)


def recorded(name: str) -> list[bytes]:
    """The reports of a recording, 8 bytes each."""
    return [bytes.fromhex(line) for line in (RECORDINGS / f"{name}.hex.txt").read_text().split()]


def key_events(reports: Iterable[bytes]) -> Iterator[InputEvent]:
    """What changed from report to report: modifiers first, then keys let go, then keys pressed, then SYN_REPORT."""
    held: list[int] = []
    for report in reports:
        modifiers = [code for bit, code in enumerate(_MODIFIERS) if report[0] >> bit & 1]
        now = modifiers + [_USAGES[usage] for usage in report[2:] if usage]
        gone = [(code, 0) for code in held if code not in now]
        come = [(code, 1) for code in now if code not in held]
        if gone or come:
            yield from frame(*sorted(gone + come, key=lambda change: change[0] not in _MODIFIERS))
        held = now
