"""What the counter is at: one class for each, with what it needs to go on. `sale` says how one leads to the next."""

from dataclasses import dataclass, field

from contracts.wire.entry import Delegation, Refund
from contracts.wire.reasons import Reason
from contracts.wire.units import Address, Cents
from terminal.core.effects import Commit
from terminal.core.facts import Budget, ClosedDay, GivenBack, OpenEntry, Order, PastSale
from terminal.core.lesson import Question, Said
from terminal.core.moment import Moment

NOTHING = Cents(0)


@dataclass(frozen=True, slots=True)
class Scanned:
    """The pass of an open sale, and what it may spend.

    The budgets are net: what this terminal took since the snapshot is off already. That holds until the sale ends,
    as nothing else is approved while it is open.
    """

    pass_address: Address
    budgets: tuple[Budget, ...]
    """Of a phone's code, the one of its programme at most."""
    delegation: Delegation | None = None
    """What the phone's code allows; None for a letter or card."""


@dataclass(frozen=True, slots=True)
class Ready:
    """No sale: scan a pass."""


@dataclass(frozen=True, slots=True)
class OrderReady:
    """Something waits for this pass: is it handed over now? Cancel leaves it, for the next one or a usual sale."""

    scanned: Scanned
    orders: tuple[Order, ...]
    """At least one; the first is asked about."""


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
    """The same pass, programme and amount were approved or asked for minutes ago: really again?"""

    scanned: Scanned
    programme: int
    amount: Cents
    rest: Cents


OpenSale = OrderReady | Choosing | EnteringAmount | OfferingPart | AskingAgain
"""A sale that the shopkeeper can still change; the signer holds its pass's key."""


@dataclass(frozen=True, slots=True)
class RefundScanning:
    """No sale: scan the pass to which something is given back."""


@dataclass(frozen=True, slots=True)
class RefundChoosing:
    """No sale: which one of its sales here?"""

    pass_address: Address
    unsettled: tuple[GivenBack, ...]
    """This journal's refunds after the checkpoint when the sales were looked for: no answer has them."""
    found: tuple[PastSale, ...] = ()
    """Newest first, and net: the unsettled refunds are in them."""
    searching: bool = True
    first: int = 0
    """Of those that are shown."""

    @property
    def sales(self) -> tuple[PastSale, ...]:
        """Those of which something is left."""
        return tuple(sale for sale in self.found if sale.left)


@dataclass(frozen=True, slots=True)
class RefundAmount:
    """No sale: how much of it?"""

    choosing: RefundChoosing
    sale: PastSale
    typed: Cents = NOTHING
    """0: all that is left of it."""

    @property
    def amount(self) -> Cents:
        """What is given back on confirm."""
        return self.typed or self.sale.left


@dataclass(frozen=True, slots=True)
class Committing:
    """The entry is being signed and stored; nothing is approved yet."""

    commit: Commit
    rest: Cents


@dataclass(frozen=True, slots=True)
class Asking:
    """The ask is durable, and the contract's yes or no is waited for."""

    entry: OpenEntry
    rest: Cents


@dataclass(frozen=True, slots=True)
class AskPaid:
    """No sale: an ask for which nobody waited was paid. Were the goods handed over, or is it to be given back?"""

    entry: OpenEntry
    at: Moment


@dataclass(frozen=True, slots=True)
class Approved:
    """It will be paid, as it is durable; or it is paid already, as it was asked for."""

    entry: OpenEntry
    rest: Cents
    at: Moment


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing was approved; the reason says why and what to do."""

    reason: Reason
    at: Moment
    resume: OpenSale | RefundScanning | None = None
    """What stays open behind this picture, if it can go on."""


@dataclass(frozen=True, slots=True)
class EnteringPin:
    """No sale: the shop's PIN opens the menu."""

    digits: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class CheckingPin:
    """No sale: the PIN is being compared."""


@dataclass(frozen=True, slots=True)
class InMenu:
    """No sale: the menu is open."""


@dataclass(frozen=True, slots=True)
class Voiding:
    """No sale: is the last sale to be given back?"""

    sale: PastSale


@dataclass(frozen=True, slots=True)
class Refunded:
    """Durable: it is given back as far as the shop has credit, and owed beyond."""

    given: GivenBack
    at: Moment


@dataclass(frozen=True, slots=True)
class CloseAsked:
    """No sale: is the day to be closed?"""


@dataclass(frozen=True, slots=True)
class ClosingDay:
    """No sale: the day is being closed."""


@dataclass(frozen=True, slots=True)
class DayDone:
    """The day is closed, for good."""

    day: ClosedDay
    at: Moment


@dataclass(frozen=True, slots=True)
class Helping:
    """No sale: what to tell the support line is shown; empty while it is gathered."""

    text: str = ""


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


InSale = OpenSale | Committing | Asking | Approved | Refused
Refunding = RefundScanning | RefundChoosing | RefundAmount | Voiding | Refunded
Closing = CloseAsked | ClosingDay | DayDone
Lesson = Learning | Learnt | Finishing | LessonOver
Sale = Ready | AskPaid | InSale | EnteringPin | CheckingPin | InMenu | Helping | Refunding | Closing | Lesson
"""Whatever the counter is at."""


def holds_key(sale: Sale) -> bool:
    """Whether the signer must hold the key of a pass, or a phone's signature, for this."""
    if isinstance(sale, Committing):
        return not isinstance(sale.commit.content, Refund)
    return isinstance(sale.resume if isinstance(sale, Refused) else sale, OpenSale)
