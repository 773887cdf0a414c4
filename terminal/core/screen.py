"""What to show, whole, at one moment. The screen process holds nothing else and decides nothing.

No name of a person stands here, and what is left on a pass only when the shopkeeper asked for it.
"""

from dataclasses import dataclass
from enum import StrEnum

from contracts.wire.units import Cents, Timestamp
from terminal.core.care import Trouble
from terminal.core.lesson import Question, Said

NOTHING = Cents(0)
NEVER = Timestamp(0)


class Stage(StrEnum):
    """Where the sale is; each is one picture on the counter."""

    READY = "ready"
    ORDER = "order"
    """Something waits for this pass: handed over by confirm, left by cancel."""
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
    ASKING = "asking"
    """An ask waits for its end; cancel stops the waiting, not the ask."""
    ASK_PAID = "ask paid"
    """An ask was paid after all. 1: it was handed over; 2: give it back. A pass or the menu key leaves it for later."""
    PIN = "pin"
    REFUND_SCAN = "refund scan"
    REFUND_CHOOSE = "refund choose"
    REFUND_AMOUNT = "refund amount"
    VOID = "void"
    """Give the last sale back? Confirm or cancel."""
    REFUNDED = "refunded"
    CLOSE_DAY = "close day"
    """Close the day? Confirm or cancel."""
    DAY_CLOSED = "day closed"
    HELP = "help"
    """What to tell the support line, in words and as a QR."""


class Item(StrEnum):
    """One thing that the menu offers."""

    LEARN = "learn"
    REFUND = "refund"
    CLOSE_DAY = "close day"
    HELP = "help"
    VOID = "void"


class Wait(StrEnum):
    """What an ask waits for."""

    GATEWAY = "gateway"
    """To be handed in."""
    CONTRACT = "contract"
    """To be judged."""
    FINALITY = "finality"
    """Until what the gateway says of it is certain."""


class EntryState(StrEnum):
    """How far an entry has come, as shown to the shopkeeper."""

    WAITING = "waiting"
    FORWARDED = "forwarded"
    PAID = "paid"
    """Of a refund: settled."""
    REJECTED = "rejected"


class Booked(StrEnum):
    """What an entry is, as shown to the shopkeeper."""

    PAYMENT = "payment"
    ASK = "ask"
    REFUND = "refund"


@dataclass(frozen=True, slots=True)
class Choice:
    """One programme to choose from, by the digit `key`."""

    key: str
    programme: str


@dataclass(frozen=True, slots=True)
class SaleChoice:
    """One earlier sale that may be given back, by the digit `key`."""

    key: str
    sequence: int
    here: bool
    """Whether it was sold at this terminal, whose numbers are the sequences; another one of the shop has its own."""
    amount: Cents
    """What may still be given back of it."""
    programme: str
    time: Timestamp


@dataclass(frozen=True, slots=True)
class Line:
    """One recent entry and what became of it. `reason` is 0 unless it was drawn or rejected."""

    sequence: int
    amount: Cents
    """Never negative: a refund is one by its kind."""
    state: EntryState
    reason: int
    kind: Booked = Booked.PAYMENT


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
    """Entries that the chain has not settled for certain."""
    unsent: int
    """Of these, those that the gateway does not have."""
    approves_until: Timestamp
    """When approving stops unless the chain is reached before; 0 when nothing can be approved now."""
    time: Timestamp
    synchronised: bool
    devices: tuple[Lamp, ...]
    attention: int = 0
    """Why the gateway refuses what was handed in (a number of contracts.wire.reasons); 0 when it does not."""
    lost: int = 0
    """How many approved entries were rejected and stand in no closed day yet."""
    troubles: tuple[Trouble, ...] = ()
    """What is wrong with the machine itself, the worst first."""


@dataclass(frozen=True, slots=True)
class Day:
    """A closed day."""

    number: int
    turnover: Cents
    is_negative: bool
    """Whether more was given back than sold: then the turnover is what is missing."""
    carried: int
    """Entries that are carried over to the next."""


@dataclass(frozen=True, slots=True)
class Screen:
    """Everything that the counter's screen shows."""

    stage: Stage
    amount: Cents
    """Typed (AMOUNT), asked for (AGAIN, WORKING, ASKING), approved (APPROVED), or the part that is left (PART).

    What waits for the pass (ORDER); what was paid after all (ASK_PAID); what is to be given back (REFUND_AMOUNT, VOID)
    or was (REFUNDED); else 0.
    """
    rest: Cents
    """What the customer pays otherwise when a part is taken (PART, AGAIN, WORKING, ASKING, APPROVED); else 0."""
    programme: str
    """The chosen programme's name, or the sale's; empty before."""
    choices: tuple[Choice, ...]
    left: Cents | None
    """What is left on the pass, only after the menu key asked for it."""
    reason: int
    """Why it was refused or locked, or that the PIN was wrong (a number of contracts.wire.reasons); else 0."""
    sequence: int
    """The number of the entry (APPROVED, ASKING, ASK_PAID, REFUNDED) or of the sale (REFUND_AMOUNT, VOID); else 0."""
    recent: tuple[Line, ...]
    """The newest entries, newest first, at most five."""
    status: Status
    items: tuple[Item, ...] = ()
    """What the menu offers, by the digits from 1 on (MENU)."""
    question: Question | None = None
    """What the person is asked for (LEARN); None before the first question."""
    said: tuple[Said, ...] = ()
    """What learning says: the newest last (LEARN), what was found (KEEP), or how it ended (LEARNT, UNLEARNT)."""
    wait: Wait | None = None
    """What the ask waits for (ASKING)."""
    seconds: int = 0
    """Until the ask can no longer be paid (ASKING), or until a PIN is taken again (PIN)."""
    time: Timestamp = NEVER
    """When the sale was made (ASK_PAID, REFUND_AMOUNT, VOID); else 0."""
    typed: int = 0
    """How many digits of the PIN are typed (PIN)."""
    sales: tuple[SaleChoice, ...] = ()
    """What may be given back (REFUND_CHOOSE), at most nine at a time."""
    older: bool = False
    """Whether the key 0 shows more sales (REFUND_CHOOSE)."""
    searching: bool = False
    """Whether the gateway has yet to say which sales there are (REFUND_CHOOSE)."""
    whole: Cents = NOTHING
    """The most that may be given back of the sale (REFUND_AMOUNT)."""
    day: Day | None = None
    """The day that was closed (DAY_CLOSED)."""
    lost: Line | None = None
    """The newest approved entry that was rejected and stands in no closed day yet; None when there is none."""
    help: str = ""
    """What to tell the support line (HELP); empty while it is gathered."""
    order: str = ""
    """What waits for this pass, as the shop calls it (ORDER)."""
    more_orders: int = 0
    """How many more wait for it behind this one (ORDER)."""
