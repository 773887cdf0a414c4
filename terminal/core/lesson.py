"""What learning devices asks and says, by name: the words stand with whoever shows them (terminal.link.sayings)."""

from dataclasses import dataclass
from enum import StrEnum


class Question(StrEnum):
    """What the person is to do now."""

    SCAN = "scan"
    """Scan the test code."""
    PRESS = "press"
    """Press Enter on the keypad."""


class Saying(StrEnum):
    """What is said to it; what stands in the values is told at each."""

    HEARS = "hears"
    """0: a device that is listened to."""
    TROUBLE = "trouble"
    """0: a device that cannot be listened to; 1: why, in the driver's words."""
    OTHER = "other"
    """0: the scanner that read another code."""
    AGAIN = "again"
    """0: the scanner that is now read in another way; 1: the options that differ."""
    OTHER_KEY = "other key"
    """0: the keypad on which another key was pressed."""
    SCANNER = "scanner"
    """0: the scanner; 1: how its codes end."""
    SCANNER_PAUSE = "scanner pause"
    """0: the scanner, whose codes end by nothing but a pause."""
    SCANNER_WHOLE = "scanner whole"
    """0: the scanner, which gives whole codes as cameras do."""
    KEYPAD = "keypad"
    """0: the keypad."""
    NO_KEYPAD = "no keypad"
    KEPT = "kept"
    """0: the file that has the configuration as it was."""
    STOPPED = "stopped"
    UNHEARD = "unheard"
    """0: after how many seconds."""
    UNHEARD_NEAR = "unheard near"
    """0: after how many seconds; devices were listened to."""
    UNHEARD_TROUBLE = "unheard trouble"
    """0: after how many seconds; 1: what stood in the way, in the drivers' words."""
    UNWRITTEN = "unwritten"
    """0: why the configuration cannot be written, for the installer."""


FINDINGS = frozenset({Saying.SCANNER, Saying.SCANNER_PAUSE, Saying.SCANNER_WHOLE, Saying.KEYPAD, Saying.NO_KEYPAD})
"""What is still worth saying when all is found."""


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that was said."""

    what: Saying
    values: tuple[str, ...] = ()
