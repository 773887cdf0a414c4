"""What the support line is told: which terminal, how old, and what is not as it should be. Pure.

It is made of closed words and of nothing that a person typed, so no secret, name or amount can come into it, and
nothing by which sales could be counted. Its letters are those of which a QR holds most.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from contracts.wire.units import Address
from terminal.core.care import Trouble
from terminal.core.screen import Screen
from terminal.finding import Grade

LENGTH_MAX = 114
"""A QR of version 4 holds that much: the largest that a console of 80 by 24 shows whole."""
KIND = "KPH1"
"""By which whoever reads it knows the form of what follows."""

NAMES = frozenset(
    {
        *(
            "config",
            "key",
            "medium",
            "journal",
            "attention",
            "waiting",
            "unsent",
            "asks",
            "rejected",
            "days",
            "retired",
        ),
        *("checkpoint", "clock", "chain", "tls", "endpoint", "gateway", "daemon", "devices", "device", "simulators"),
        *("disk", "room", "wear", "life", "power", "speed", "heat", "memory", "uptime", "sealing", "root"),
        *("watchdog", "log", "program", "update", "mirror"),
    }
)
"""What checks are called, by their first word: what follows it may be a name that somebody chose."""

_OTHER = "OTHER"
_MIRRORS = frozenset({Trouble.MIRROR_LOST, Trouble.MIRROR_FOREIGN})
"""What no look at the machine tells."""
_ADDRESS_BYTES = 4
_LETTERS = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ.-+")


@dataclass(frozen=True, slots=True)
class Who:
    """Whose summary it is."""

    terminal: Address | None
    """None when there is no journal that says it."""
    version: str
    schema: int
    uptime: int | None
    """Seconds."""


def summary(who: Who, grades: Iterable[tuple[str, Grade]]) -> str:
    """One line of at most LENGTH_MAX characters; of what does not fit, how many more there are."""
    by_name = list(grades)
    words = [KIND, _terminal(who.terminal), f"V{_plain(who.version)}", f"S{who.schema}", *_uptime(who.uptime)]
    for grade in (Grade.FAIL, Grade.WARN):
        wrong = dict.fromkeys(_word(name) for name, graded in by_name if graded is grade)
        words += [grade.name, *wrong] if wrong else []
    if all(graded is Grade.OK for _, graded in by_name):
        words.append(Grade.OK.name)
    return _fitting(words)


def of_counter(screen: Screen) -> list[tuple[str, Grade]]:
    """What the counter's screen already knows, by the names that doctor has for it."""
    status = screen.status
    wrong = {
        "attention": (Grade.FAIL, bool(status.attention)),
        "rejected": (Grade.FAIL, bool(status.lost)),
        "checkpoint": (Grade.FAIL, status.approves_until <= status.time),
        "gateway": (Grade.WARN, not status.gateway),
        "chain": (Grade.WARN, not status.chain),
        "unsent": (Grade.WARN, bool(status.unsent)),
        "clock": (Grade.WARN, not status.synchronised),
        "mirror": (Grade.FAIL, not _MIRRORS.isdisjoint(status.troubles)),
        "device": (Grade.WARN, any(lamp.status != "ready" for lamp in status.devices)),
    }
    return [(name, grade if is_wrong else Grade.OK) for name, (grade, is_wrong) in wrong.items()]


def _fitting(words: list[str]) -> str:
    whole = " ".join(words)
    if len(whole) <= LENGTH_MAX:
        return whole
    for kept in range(len(words) - 1, 0, -1):
        shorter = " ".join([*words[:kept], f"+{len(words) - kept}"])
        if len(shorter) <= LENGTH_MAX:
            return shorter
    return words[0]


def _terminal(address: Address | None) -> str:
    """Enough of it to find the terminal in a list."""
    return "NONE" if address is None else bytes(address[:_ADDRESS_BYTES]).hex().upper()


def _uptime(seconds: int | None) -> list[str]:
    return [] if seconds is None else [f"UP{seconds // 86_400}D{seconds % 86_400 // 3600}H"]


def _word(name: str) -> str:
    first = (name.split() or [""])[0]
    return first.upper() if first in NAMES else _OTHER


def _plain(version: str) -> str:
    return "".join(letter for letter in version.upper() if letter in _LETTERS)[:16]
