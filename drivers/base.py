"""What a driver is: something that runs until it is cancelled and emits events.

A driver knows its device and nothing of passes, money or sales. It never raises for a device that goes away: it emits
Changed(LOST, ...), waits for the device to come back, and emits Changed(READY, ...).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, runtime_checkable

KEYS = ("0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "00", "correct", "cancel", "confirm", "menu")
"""Every name that a KeyPress can carry."""


class Status(StrEnum):
    """How a device is, in one word for a lamp. The first event of every run is a Changed with one of these."""

    READY = "ready"
    DISABLED = "disabled"
    NO_DEPENDENCY = "no dependency"
    NO_DEVICE = "no device"
    LOST = "lost"
    NO_PAPER = "no paper"


@dataclass(frozen=True, slots=True)
class Scan:
    """One code as the scanner sent it, without its terminator, never empty, at most decode.LIMIT characters.

    The text may hold the secret of a pass, so it is kept out of repr and must be kept out of logs.
    """

    text: str = field(repr=False)
    ended_by: str = field(default="", compare=False)
    """The first character of its terminator, empty when a pause ended it: for whoever sets a scanner up."""


@dataclass(frozen=True, slots=True)
class Oversized:
    """More came without an end than any code has. Nothing of it is kept, and what follows is skipped until a pause."""


@dataclass(frozen=True, slots=True)
class KeyPress:
    """One press of a key, by its name in KEYS."""

    key: str


@dataclass(frozen=True, slots=True)
class Changed:
    """The device has another status. `detail` is one sentence for a person, in English, without what was scanned."""

    status: Status
    detail: str


DriverEvent = Scan | Oversized | KeyPress | Changed
Emit = Callable[[DriverEvent], None]


class Driver(Protocol):
    """One device, or the place where one may be plugged in."""

    async def run(self, emit: Emit) -> None:
        """Emit until cancelled. Frees the device when cancelled, and may then be run again."""


@runtime_checkable
class Visible(Protocol):
    """A driver whose device can be looked for without opening it, so that nobody is disturbed who holds it."""

    def look(self) -> Changed:
        """READY when the device is there; NO_DEVICE with what is to be done when it is not. Never raises."""


@runtime_checkable
class Pausable(Protocol):
    """A driver that costs power and heat while it reads, and can rest when nobody waits for what it would read."""

    def pause(self) -> None:
        """Read nothing until `resume`; the device stays open. Asking twice is asking once."""

    def resume(self) -> None:
        """Read again, at once."""


@runtime_checkable
class Threaded(Protocol):
    """A driver with a thread of its own, whose end its `run` would not notice."""

    def is_alive(self) -> bool:
        """Whether each thread that it needs now is there. One that waits, or hangs at its device, is."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A device that is here now, and how a configuration says so: what learning chooses from."""

    driver: str
    """The row of the registry."""
    options: Mapping[str, str | int | bool]
    """They find it again, in whatever port it is plugged in."""
    label: str
    """What a person would call it."""
    variants: tuple[Mapping[str, str | int | bool], ...] = ()
    """Options over these, to be tried one after another when what it sends is junk."""


class DriverError(Exception):
    """The base of all errors of drivers."""


class DriverUnavailable(DriverError):
    """This driver cannot be had on this machine now; the rest of the terminal can do without. A lamp says so."""

    def __init__(self, status: Status, advice: str) -> None:
        super().__init__(advice)
        self.status = status
        self.advice = advice


class DriverMisconfigured(DriverUnavailable):
    """No such driver, or options that it does not take: a person must correct the configuration."""

    def __init__(self, advice: str) -> None:
        super().__init__(Status.DISABLED, advice)
