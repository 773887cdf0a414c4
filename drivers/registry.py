"""Which drivers there are. A module is imported when its driver is first made: one that is missing harms no other."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from importlib import import_module
from typing import Any, cast

from drivers.base import Candidate, Driver, DriverMisconfigured, DriverUnavailable, Status

Option = str | int | bool


class Kind(StrEnum):
    """What a driver emits besides Changed, scans or key presses; or what it takes, pages or tones (`output`)."""

    SCANNER = "scanner"
    KEYPAD = "keypad"
    PRINTER = "printer"
    SIGNAL = "signal"


@dataclass(frozen=True, slots=True)
class Row:
    """One driver."""

    factory: str
    """`module:function`; called with the options by name, gives a Driver."""
    kind: Kind
    options: Mapping[str, type[Option]]
    """What the configuration must give."""
    defaults: Mapping[str, Option] = field(default_factory=dict)
    """What it may give, of the type of the value that stands in when it does not. It gives nothing else."""
    simulated: bool = False
    simulated_by: Mapping[str, str] = field(default_factory=dict)
    """Where the driver is real: the option, and how a value of it begins, that makes a simulator of it."""
    install: str = "it needs nothing beyond Python"
    """What to install when the module does not import."""
    candidates: str = ""
    """`module:function`, called without arguments, gives the Candidates that are here now; empty: it cannot tell."""


TABLE: dict[str, Row] = {
    "buzzer": Row("drivers.signals:buzzer", Kind.SIGNAL, {"device": str}),
    "camera": Row(
        "drivers.camera.driver:camera",
        Kind.SCANNER,
        {"source": str},
        {"decoder": "zxing-cpp", "frames_per_second": 8, "socket": ""},
        simulated_by={"source": "pictures:"},
        candidates="drivers.camera.looking:candidates",
    ),
    "evdev-keypad": Row(
        "drivers.evdev_rows:pad",
        Kind.KEYPAD,
        {"device": str},
        install="pip install 'kindpakket[hardware]'",
        candidates="drivers.evdev_rows:pad_candidates",
    ),
    "evdev-scanner": Row(
        "drivers.evdev_rows:scanner",
        Kind.SCANNER,
        {"device": str},
        {"layout": "us", "prefix": "", "suffix": ""},
        install="pip install 'kindpakket[hardware]'",
        candidates="drivers.evdev_rows:scanner_candidates",
    ),
    "lamp": Row("drivers.signals:lamp", Kind.SIGNAL, {"led": str}),
    "printer": Row(
        "drivers.printer:printer",
        Kind.PRINTER,
        {"connection": str, "address": str},
        {"baud": 9600, "qr_image": False},
        install="pip install 'kindpakket[hardware]'",
    ),
    "serial-scanner": Row(
        "drivers.serial_scanner:scanner",
        Kind.SCANNER,
        {"device": str},
        {"baud": 9600, "prefix": "", "suffix": ""},
        install="pip install 'kindpakket[hardware]'",
        candidates="drivers.serial_scanner:candidates",
    ),
    "simulated-scanner": Row("drivers.simulated:scanner", Kind.SCANNER, {"socket": str}, simulated=True),
    "simulated-keypad": Row("drivers.simulated:keypad", Kind.KEYPAD, {"socket": str}, simulated=True),
    "simulated-signal": Row("drivers.simulated_signal:signal", Kind.SIGNAL, {"file": str}, simulated=True),
}


def make(name: str, options: Mapping[str, Option], *, allow_simulators: bool) -> Driver:
    """The driver `name`, not yet running.

    Raises DriverMisconfigured for a name or options that do not exist, DriverUnavailable when this machine cannot
    have the driver now; both say what to do.
    """
    row = _row(name)
    factory = _load(name, row, allow_simulators=allow_simulators)
    complete = _complete(name, row, options)
    if any(str(complete[option]).startswith(begin) for option, begin in row.simulated_by.items()):
        _allow(name, allow_simulators=allow_simulators)
    return factory(**complete)


def availability(name: str, *, allow_simulators: bool) -> tuple[Status, str]:
    """Whether `name` could be made here, and what to do if not; READY says nothing about a device being there."""
    try:
        _load(name, _row(name), allow_simulators=allow_simulators)
    except DriverUnavailable as unavailable:
        return unavailable.status, unavailable.advice
    return Status.READY, ""


def candidates(kind: Kind) -> list[Candidate]:
    """The devices of this kind that are here now, of the drivers that can tell and that this machine can have."""
    found: list[Candidate] = []
    for row in TABLE.values():
        if row.kind is kind and row.candidates:
            with suppress(ImportError):  # availability says what to install
                found += _function(row.candidates)()
    return found


def _row(name: str) -> Row:
    if name not in TABLE:
        raise DriverMisconfigured(f"there is no driver {name!r}; there are {', '.join(sorted(TABLE))}")
    return TABLE[name]


def _load(name: str, row: Row, *, allow_simulators: bool) -> Callable[..., Driver]:
    if row.simulated:
        _allow(name, allow_simulators=allow_simulators)
    try:
        return cast("Callable[..., Driver]", _function(row.factory))
    except ImportError as error:
        raise DriverUnavailable(Status.NO_DEPENDENCY, f"{name} does not import ({error}): {row.install}") from error


def _allow(name: str, *, allow_simulators: bool) -> None:
    if not allow_simulators:
        raise DriverUnavailable(
            Status.DISABLED, f"{name} is a simulator; set simulators = true only where no real pass is paid"
        )


def _function(target: str) -> Callable[..., Any]:
    """The function at `module:function`. Raises ImportError."""
    module, _, function = target.partition(":")
    return cast("Callable[..., Any]", getattr(import_module(module), function))


def _complete(name: str, row: Row, options: Mapping[str, Option]) -> dict[str, Option]:
    """All options with their values. Raises DriverMisconfigured for one that is missing, wrong or unknown."""
    kinds = {**row.options, **{option: type(value) for option, value in row.defaults.items()}}
    complete = {**row.defaults, **options}
    for option, kind in kinds.items():
        # bool is an int in Python, and nobody means `true` where a number stands.
        if type(complete.get(option)) is not kind:
            raise DriverMisconfigured(f"{name} needs the option {option!r}, of type {kind.__name__}")
    if surplus := sorted(set(complete) - set(kinds)):
        raise DriverMisconfigured(f"{name} has no option {surplus[0]!r}; it takes {', '.join(sorted(kinds))}")
    return complete
