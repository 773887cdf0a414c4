"""What a picture is made of, and the parts that several of them say. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from contracts.wire.reasons import MEANINGS, Reason
from terminal.link import Booked, Line, Screen
from terminal.tui.formatting import money
from terminal.tui.look import Look


class Mark(StrEnum):
    """The drawing beside the words: it tells yes from no by its shape alone."""

    NONE = ""
    CHECK = "check"
    CROSS = "cross"
    BACK = "back"


@dataclass(frozen=True, slots=True)
class Row:
    """One sale to choose from: its key, when it was, what is left of it, and which it is."""

    key: str
    when: str
    amount: str
    which: str


@dataclass(frozen=True, slots=True)
class Words:
    """What stands on the counter at one moment, from large to small."""

    headline: str
    figure: str = ""
    note: str = ""
    help: str = ""
    keys: tuple[str, ...] = ()
    mark: Mark = Mark.NONE
    code: bool = False
    """Whether the test code stands beside the words."""
    qr: str = ""
    """What stands beside the words as a QR; empty for none."""
    rows: tuple[Row, ...] = ()
    """What there is to choose from, when it takes a table."""


def sentence(reason: int, look: Look) -> str:
    """What this reason tells the shopkeeper; nothing for a number of a newer terminal than this screen."""
    if reason not in _NUMBERS:
        return ""
    meaning = MEANINGS[Reason(reason)]
    return meaning.nl if look.language == "nl" else meaning.en


def entry_state(screen: Screen, look: Look) -> str:
    """How far the approved entry has come: it turns from waiting to paid while it is looked at."""
    line = next((line for line in screen.recent if line.sequence == screen.sequence), None)
    if line is None:
        return ""
    states = look.texts.refund_states if line.kind is Booked.REFUND else look.texts.states
    return look.texts.entry.format(sequence=line.sequence, state=states[line.state])


def line_state(line: Line, look: Look) -> str:
    """How far one of the newest entries has come, in words that tell what it is."""
    texts = look.texts
    states = {Booked.PAYMENT: texts.states, Booked.ASK: texts.ask_states, Booked.REFUND: texts.refund_states}
    return states[line.kind][line.state]


def whom_to_call(look: Look, number: int = 0) -> str:
    """The number, and the support line to give it to."""
    support = look.texts.help.format(support=look.support) if look.support else ""
    reference = look.texts.number.format(number=number) if number else ""
    return joined(reference, support)


_NUMBERS = frozenset(int(reason) for reason in Reason)


def rest(screen: Screen, look: Look) -> str:
    """What the customer pays otherwise, if anything."""
    return look.texts.rest.format(rest=money(screen.rest)) if screen.rest else ""


def joined(*parts: str) -> str:
    """Those that say something, beside each other."""
    return "   ".join(part for part in parts if part)


def lines(*parts: str) -> str:
    """Those that say something, below each other."""
    return "\n".join(part for part in parts if part)
