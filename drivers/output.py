"""What a driver is that takes something: a printer that takes pages, a buzzer or a lamp that takes tones.

It runs like any other driver, for its status. What it takes is never waited for: a device that is off, hangs or is gone
costs whoever gives it something nothing.
"""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from drivers.base import Driver

COLUMNS = 32
"""Characters in a line on the narrowest paper (58 mm); in large letters half as many."""

TONES = ("scanned", "approved", "refused")
"""Every name that a tone can have."""


@dataclass(frozen=True, slots=True)
class Text:
    """One line of at most COLUMNS characters, or half as many when it is large."""

    text: str
    large: bool = False


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code."""

    text: str


Page = tuple[Text | Code, ...]
"""What is printed on one piece of paper, from the top."""


@runtime_checkable
class Printer(Driver, Protocol):
    """A driver that prints."""

    def print(self, page: Page) -> bool:
        """Take the page to be printed soon, at once and without raising; False when too many wait: it is dropped."""

    def deliver(self, page: Page) -> None:
        """Print the page now, and return when the printer has it. Raises DriverUnavailable, saying what to do."""


@runtime_checkable
class Signaller(Driver, Protocol):
    """A driver that is heard or seen."""

    def signal(self, tone: str) -> None:
        """Begin this tone, one of TONES, instead of one that still sounds. At once, and without raising."""
