"""What learning says to the person at the counter, in Dutch and English."""

import sys
import termios
from importlib.resources import files
from typing import Literal

_WORDS = {
    "scan": (
        "Scan de testcode: het papier uit docs/test-code.pdf, of de code hieronder (Ctrl+C stopt).",
        "Scan the test code: the sheet from docs/test-code.pdf, or the code below (Ctrl+C stops).",
    ),
    "press": ("Druk op Enter op het toetsenblok (Esc stopt).", "Press Enter on the keypad (Esc stops)."),
    "hears": ("  luistert naar {0}", "  listening to {0}"),
    "trouble": ("  kan niet luisteren naar {0}: {1}", "  cannot listen to {0}: {1}"),
    "other": (
        "Dat was een andere code, van {0}. Scan de testcode.",
        "That was another code, from {0}. Scan the test code.",
    ),
    "again": (
        "{0} is gevonden en wordt nu anders gelezen ({1}). Scan de testcode nog een keer.",
        "{0} is found and is now read in another way ({1}). Scan the test code once more.",
    ),
    "scanner": ("Scanner: {0}, {1}.", "Scanner: {0}, {1}."),
    "ends_pause": (
        "stuurt niets na een code (stel hem in op Enter, dat leest sneller)",
        "sends nothing after a code (set it to send Enter, which reads faster)",
    ),
    "ends_itself": ("geeft hele codes", "gives whole codes"),
    "ends": ("eindigt met {0}", "ends with {0}"),
    "other_key": ("Dat was een andere toets, van {0}. Druk op Enter.", "That was another key, from {0}. Press Enter."),
    "keypad": ("Toetsenblok: {0}.", "Keypad: {0}."),
    "no_keypad": (
        "Er is geen toetsenblok aangesloten. Later: kindpakket terminal learn --only keypad",
        "No keypad is plugged in. Later: kindpakket terminal learn --only keypad",
    ),
    "replace": ("{0} in {1} vervangen? [j/N] ", "Replace {0} in {1}? [y/N] "),
    "add": ("{0} toevoegen aan {1}? [j/N] ", "Add {0} to {1}? [y/N] "),
    "kept": ("Er is niets veranderd.", "Nothing was changed."),
    "written": (
        "{0} is bijgewerkt; zoals het was staat het in {1}. Start de kassa: kindpakket terminal run",
        "{0} is updated; as it was it stands in {1}. Start the terminal: kindpakket terminal run",
    ),
}
_YES = {"j", "ja", "y", "yes"}
_BLACK_ON_WHITE, _AS_BEFORE = "\x1b[30;107m", "\x1b[0m"


class Words:
    """One language, on stdout."""

    def __init__(self, language: Literal["nl", "en"]) -> None:
        self._column = ("nl", "en").index(language)

    def text(self, key: str, *values: object) -> str:
        """The sentence with its values."""
        return _WORDS[key][self._column].format(*values)

    def say(self, key: str, *values: object) -> None:
        """The sentence on a line of its own."""
        tell(self.text(key, *values))

    def agreed(self, key: str, *values: object) -> bool:
        """Whether a person says yes. What a scanner typed before the question is no answer to it."""
        sys.stdout.write(self.text(key, *values))
        sys.stdout.flush()
        if sys.stdin.isatty():
            termios.tcflush(sys.stdin, termios.TCIFLUSH)
        return sys.stdin.readline().strip().lower() in _YES


def tell(line: str) -> None:
    """A line, at once: a person is waiting for it."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def show_code() -> None:
    """The test code as a QR; on a screen black on white, whatever its colours are."""
    for line in files("terminal").joinpath("trial_code.txt").read_text(encoding="utf-8").splitlines():
        tell(f"{_BLACK_ON_WHITE}{line}{_AS_BEFORE}" if sys.stdout.isatty() else line)
