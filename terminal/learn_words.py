"""Learning on a console, in Dutch and English; what it says on any screen stands in terminal.link.sayings."""

import sys
import termios
from importlib.resources import files
from typing import Literal

from terminal.core.lesson import Question, Said, Saying
from terminal.link.sayings import sentence

_WORDS = {
    "scan": (
        "Scan de testcode: het papier uit docs/test-code.pdf, of de code hieronder (Ctrl+C stopt).",
        "Scan the test code: the sheet from docs/test-code.pdf, or the code below (Ctrl+C stops).",
    ),
    "press": ("Druk op Enter op het toetsenblok (Esc stopt).", "Press Enter on the keypad (Esc stops)."),
    "replace": ("{0} in {1} vervangen? [j/N] ", "Replace {0} in {1}? [y/N] "),
    "add": ("{0} toevoegen aan {1}? [j/N] ", "Add {0} to {1}? [y/N] "),
    "kept": ("Er is niets veranderd.", "Nothing was changed."),
    "written": (
        "{0} is bijgewerkt; zoals het was staat het in {1}. Start de kassa: kindpakket terminal run",
        "{0} is updated; as it was it stands in {1}. Start the terminal: kindpakket terminal run",
    ),
}
_MEANWHILE = {Saying.HEARS, Saying.TROUBLE}
_YES = {"j", "ja", "y", "yes"}
_BLACK_ON_WHITE, _AS_BEFORE = "\x1b[30;107m", "\x1b[0m"


class Words:
    """One language, on stdout: a Teller."""

    def __init__(self, language: Literal["nl", "en"]) -> None:
        self._language = language

    def ask(self, question: Question) -> None:
        """The question on a line of its own; the test code below it, if that is what to scan."""
        self.write(question.value)
        if question is Question.SCAN:
            show_code()

    def say(self, said: Said) -> None:
        """The sentence on a line of its own, and below the question what goes on meanwhile."""
        tell(("  " if said.what in _MEANWHILE else "") + sentence(said, self._language))

    def write(self, key: str, *values: object) -> None:
        """One of the console's own sentences."""
        tell(self._text(key, *values))

    def _text(self, key: str, *values: object) -> str:
        return _WORDS[key][self._language == "en"].format(*values)

    def agreed(self, key: str, *values: object) -> bool:
        """Whether a person says yes. What a scanner typed before the question is no answer to it."""
        sys.stdout.write(self._text(key, *values))
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
