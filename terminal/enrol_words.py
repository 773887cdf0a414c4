"""What a person reads who sets a terminal up: Dutch and English below each other, as no sheet has said which yet."""

from collections import deque
from collections.abc import Mapping
from typing import TextIO

from contracts.wire.errors import Broken, Refused
from contracts.wire.reasons import MEANINGS
from terminal.core.lesson import Question, Said, Saying
from terminal.link.sayings import SAYINGS
from terminal.tui import blocks

_LINES_KEPT = 4
_WIDTH, _HEIGHT = 76, 8
_CLEAR = "\x1b[2J\x1b[H"

_STEPS: Mapping[str, tuple[str, ...]] = {
    "scan": (
        "SCAN",
        "1/3  Houd het blad van de gemeente voor de scanner.",
        "     Hold the municipality's sheet before the scanner.",
        "     (Ctrl+C: stop)",
    ),
    "press": (
        "ENTER",
        "2/3  Druk op Enter op het toetsenblok.",
        "     Press Enter on the keypad.",
    ),
    "wait": (
        "...",
        "3/3  De kassa meldt zich aan. Dit duurt even.",
        "     The terminal reports itself. This takes a moment.",
    ),
    "done": (
        "OK",
        "De kassa is aangemeld voor {0}. De gemeente laat haar nu toe.",
        "The terminal has enrolled for {0}. The municipality now admits it.",
    ),
}
_NEWS: Mapping[str, tuple[str, str]] = {
    "number": ("Dit is kassa {0}", "This is terminal {0}"),
    "offline": (
        "Nog geen verbinding ({0}). Controleer de netwerkkabel; het gaat vanzelf verder.",
        "No connection yet ({0}). Check the network cable; it goes on by itself.",
    ),
    "unreachable": (
        "Het lukt niet ({0}). Controleer het netwerk en scan het blad opnieuw, of een ander blad.",
        "It does not work ({0}). Check the network and scan the sheet again, or another sheet.",
    ),
    "again": ("{0} Scan daarna het nieuwe blad.", "{1} Then scan the new sheet."),
    "broken": ("Dat ging niet. Bel de gemeente en zeg: {0}", "That did not work. Call the municipality, and say: {0}"),
}
_OTHERWISE: Mapping[Saying, tuple[str, str]] = {
    Saying.OTHER: (
        "Dat was een andere code, van {0}. Scan het blad van de gemeente.",
        "That was another code, from {0}. Scan the municipality's sheet.",
    ),
    Saying.AGAIN: (
        "{0} is gevonden en wordt nu anders gelezen ({1}). Scan het blad nog een keer.",
        "{0} is found and is now read in another way ({1}). Scan the sheet once more.",
    ),
}
"""What is said otherwise here than where the test code is learned by."""


class Console:
    """A Teller on a text console, large; or lines of a log, where there is no screen."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._step = _STEPS["scan"]
        self._said: deque[str] = deque(maxlen=_LINES_KEPT)

    def ask(self, question: Question) -> None:
        """What the person is to do now."""
        self.step(question.value)

    def say(self, said: Said) -> None:
        """Something about the devices."""
        words = _OTHERWISE.get(said.what) or SAYINGS[said.what]
        self._add(*(each.format(*said.values) for each in words))

    def step(self, name: str, *values: str) -> None:
        """Where it has come to, by its name above."""
        big, *lines = _STEPS[name]
        self._step = (big, *(line.format(*values) for line in lines))
        self._show(self._step[1:])

    def news(self, name: str, *values: str) -> None:
        """One of the sentences above."""
        self._add(*(each.format(*values) for each in _NEWS[name]))

    def trouble(self, error: Refused | Broken) -> None:
        """Why it ended, and what to do."""
        if isinstance(error, Refused):
            meaning = MEANINGS[error.reason]
            self.news("again", meaning.nl, meaning.en)
        else:
            self.news("broken", str(error))

    def _add(self, *lines: str) -> None:
        self._said.extend(line for line in lines if line not in self._said)
        self._show(lines)

    def _show(self, new: tuple[str, ...]) -> None:
        self._out.write(self._screen() if self._out.isatty() else "".join(f"{line}\n" for line in new))
        self._out.flush()

    def _screen(self) -> str:
        big, *lines = self._step
        drawn = blocks.fit(big, _WIDTH, _HEIGHT, 2, centred=False) or [big]
        return _CLEAR + "\n".join(["Kindpakket", "", *drawn, "", *lines, "", *self._said, ""])
