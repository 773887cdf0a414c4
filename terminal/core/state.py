"""The state that `step` takes and gives back: one sale, and what the terminal knows around it."""

from dataclasses import dataclass, field

from contracts.wire.reasons import Reason
from contracts.wire.units import Address, Cents
from terminal.core.facts import Budget, Checkpoint, OpenEntry, Outcome, Programme
from terminal.core.moment import Moment


@dataclass(frozen=True, slots=True)
class Ready:
    """No sale: scan a pass."""


@dataclass(frozen=True, slots=True)
class Scanned:
    """A pass that was read, when, and what it may spend."""

    pass_address: Address
    at: Moment
    budgets: tuple[Budget, ...]


@dataclass(frozen=True, slots=True)
class Choosing:
    """The pass has several programmes: choose one by its digit."""

    scanned: Scanned


@dataclass(frozen=True, slots=True)
class EnteringAmount:
    """The shopkeeper types the price."""

    scanned: Scanned
    programme: int
    amount: Cents
    shows_left: bool = False


@dataclass(frozen=True, slots=True)
class OfferingPart:
    """The price is higher than what is left: take that, and have the rest paid otherwise?"""

    scanned: Scanned
    programme: int
    price: Cents
    part: Cents


@dataclass(frozen=True, slots=True)
class AskingAgain:
    """The same pass, programme and amount were approved minutes ago: really again?"""

    scanned: Scanned
    programme: int
    amount: Cents


@dataclass(frozen=True, slots=True)
class Committing:
    """The entry is being signed and stored; nothing is approved yet."""

    scanned: Scanned
    programme: int
    amount: Cents
    rest: Cents
    sequence: int


@dataclass(frozen=True, slots=True)
class Approved:
    """Durable: it will be paid."""

    scanned: Scanned
    programme: int
    amount: Cents
    rest: Cents
    sequence: int
    at: Moment


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing was approved; the reason says why and what to do."""

    reason: Reason
    at: Moment
    scanned: Scanned | None = None


Sale = Ready | Choosing | EnteringAmount | OfferingPart | AskingAgain | Committing | Approved | Refused


@dataclass(frozen=True, slots=True)
class Knowledge:
    """All that approving depends on, apart from the pass itself."""

    sequence: int
    """Of the journal's last entry."""
    forwarded: int = 0
    entries: tuple[OpenEntry, ...] = ()
    checkpoint: Checkpoint | None = None
    programmes: tuple[Programme, ...] = ()
    snapshot_sequence: int = 0
    locked: Reason | None = None


@dataclass(frozen=True, slots=True)
class State:
    """Everything: `step` is a function of this and one event."""

    sale: Sale
    knowledge: Knowledge
    outcomes: tuple[Outcome, ...] = ()
    gateway: bool = False
    chain: bool = False
    devices: tuple[tuple[str, str], ...] = field(default=())
