"""What to show, whole, at one moment. The screen process holds nothing else and decides nothing.

No name of a person stands here, and what is left on a pass only when the shopkeeper asked for it.
"""

from dataclasses import dataclass
from enum import StrEnum

from contracts.wire.units import Cents, Timestamp
from terminal.core.lesson import Question, Said


class Stage(StrEnum):
    """Where the sale is; each is one picture on the counter."""

    READY = "ready"
    CHOOSE = "choose"
    AMOUNT = "amount"
    PART = "part"
    AGAIN = "again"
    WORKING = "working"
    APPROVED = "approved"
    REFUSED = "refused"
    LOCKED = "locked"
    MENU = "menu"
    LEARN = "learn"
    KEEP = "keep"
    CHANGING = "changing"
    LEARNT = "learnt"
    UNLEARNT = "unlearnt"


class Item(StrEnum):
    """One thing that the menu offers."""

    LEARN = "learn"


class EntryState(StrEnum):
    """How far an approved payment has come, as shown to the shopkeeper."""

    WAITING = "waiting"
    FORWARDED = "forwarded"
    PAID = "paid"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Choice:
    """One programme to choose from, by the digit `key`."""

    key: str
    programme: str


@dataclass(frozen=True, slots=True)
class Line:
    """One recent payment and what became of it. `reason` is 0 unless it was drawn or rejected."""

    sequence: int
    amount: Cents
    state: EntryState
    reason: int


@dataclass(frozen=True, slots=True)
class Lamp:
    """One device and the driver's word for its status."""

    name: str
    status: str


@dataclass(frozen=True, slots=True)
class Status:
    """The line that is always there."""

    gateway: bool
    chain: bool
    waiting: int
    """Approved payments that the chain has not settled for certain."""
    unsent: int
    """Of these, those that the gateway does not have."""
    approves_until: Timestamp
    """When approving stops unless the chain is reached before; 0 when nothing can be approved now."""
    time: Timestamp
    synchronised: bool
    devices: tuple[Lamp, ...]
    attention: int = 0
    """Why the gateway refuses what was handed in (a number of contracts.wire.reasons); 0 when it does not."""


@dataclass(frozen=True, slots=True)
class Screen:
    """Everything that the counter's screen shows."""

    stage: Stage
    amount: Cents
    """Typed (AMOUNT), asked for (AGAIN, WORKING), approved (APPROVED), or the part that is left (PART); else 0."""
    rest: Cents
    """What the customer pays otherwise when a part is taken (PART, AGAIN, WORKING, APPROVED); else 0."""
    programme: str
    """The chosen programme's name; empty before."""
    choices: tuple[Choice, ...]
    left: Cents | None
    """What is left on the pass, only after the menu key asked for it."""
    reason: int
    """Why it was refused or locked (a number of contracts.wire.reasons); else 0."""
    sequence: int
    """The approved entry's number; else 0."""
    recent: tuple[Line, ...]
    """The newest payments, newest first, at most five."""
    status: Status
    items: tuple[Item, ...] = ()
    """What the menu offers, by the digits from 1 on (MENU)."""
    question: Question | None = None
    """What the person is asked for (LEARN); None before the first question."""
    said: tuple[Said, ...] = ()
    """What learning says: the newest last (LEARN), what was found (KEEP), or how it ended (LEARNT, UNLEARNT)."""
