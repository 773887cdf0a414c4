"""The state that `step` takes and gives back: one sale, and what the terminal knows around it."""

from dataclasses import dataclass

from contracts.wire.reasons import Reason
from contracts.wire.units import Address, Cents
from terminal.core.effects import Commit
from terminal.core.facts import Budget, Checkpoint, OpenEntry, Outcome, Programme
from terminal.core.lesson import Question, Said
from terminal.core.moment import Moment


@dataclass(frozen=True, slots=True)
class Scanned:
    """The pass of an open sale, and what it may spend.

    The budgets are net: what this terminal took since the snapshot is off already. That holds until the sale ends,
    as nothing else is approved while it is open.
    """

    pass_address: Address
    budgets: tuple[Budget, ...]


@dataclass(frozen=True, slots=True)
class Ready:
    """No sale: scan a pass."""


@dataclass(frozen=True, slots=True)
class Choosing:
    """The pass has several programmes that could pay: choose one by its digit, 1 for the first."""

    scanned: Scanned
    offered: tuple[int, ...]


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
    rest: Cents


OpenSale = Choosing | EnteringAmount | OfferingPart | AskingAgain
"""A sale that the shopkeeper can still change; the signer holds its pass's key."""


@dataclass(frozen=True, slots=True)
class Committing:
    """The entry is being signed and stored; nothing is approved yet."""

    commit: Commit
    rest: Cents


@dataclass(frozen=True, slots=True)
class Approved:
    """Durable: it will be paid."""

    entry: OpenEntry
    rest: Cents
    at: Moment


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing was approved; the reason says why and what to do."""

    reason: Reason
    at: Moment
    resume: OpenSale | None = None
    """The sale that stays open behind this picture, if it can go on."""


@dataclass(frozen=True, slots=True)
class InMenu:
    """No sale: the menu is open."""


@dataclass(frozen=True, slots=True)
class Learning:
    """No sale: the daemon finds out which devices are there, and says how far it is."""

    question: Question | None = None
    said: tuple[Said, ...] = ()
    """The newest lines, newest last."""
    found: tuple[Said, ...] = ()


@dataclass(frozen=True, slots=True)
class Learnt:
    """All is found and in use; are they to be kept?"""

    found: tuple[Said, ...]
    at: Moment


@dataclass(frozen=True, slots=True)
class Finishing:
    """The answer is being carried out: devices are kept, or the old ones come back."""


@dataclass(frozen=True, slots=True)
class LessonOver:
    """How learning ended."""

    said: Said
    at: Moment


Sale = (
    Ready
    | Choosing
    | EnteringAmount
    | OfferingPart
    | AskingAgain
    | Committing
    | Approved
    | Refused
    | InMenu
    | Learning
    | Learnt
    | Finishing
    | LessonOver
)
"""Whatever the counter is at; those from InMenu on are no sale, and no sale can be made in the middle of a lesson."""


def holds_key(sale: Sale) -> bool:
    """Whether the signer must hold the pass key for this sale."""
    return isinstance(sale, OpenSale | Committing) or (isinstance(sale, Refused) and sale.resume is not None)


@dataclass(frozen=True, slots=True)
class Read:
    """The last pass that was read, and when."""

    pass_address: Address
    uptime_ms: int


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
    last_read: Read | None = None
    touched_ms: int = 0
    """Uptime of the last key or new pass: somebody is there."""
    recent: tuple[OpenEntry, ...] = ()
    """The newest payments, newest first, at most RECENT_MAX."""
    outcomes: tuple[Outcome, ...] = ()
    """What is known to have become of those, by sequence."""
    gateway: bool = False
    chain: bool = False
    attention: Reason | None = None
    devices: tuple[tuple[str, str], ...] = ()
    """Name and status, by name."""
