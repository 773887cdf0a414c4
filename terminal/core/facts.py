"""What a terminal knows: from the chain for certain, from the gateway on its word, from its own journal by itself."""

from dataclasses import dataclass

from contracts.wire.entry import EntryKind
from contracts.wire.reasons import Reason
from contracts.wire.units import Address, Cents, Timestamp

RECENT_MAX = 5
"""How many of the newest entries the screen lists."""


NEVER = Timestamp(0)


@dataclass(frozen=True, slots=True)
class Programme:
    """One budget line of a sponsor, as the snapshot gives it. Times are judged inclusively: begins <= t <= ends."""

    id: int
    name: str
    begins: Timestamp
    ends: Timestamp
    floor_limit: Cents
    day_limit: Cents
    """What one pass may spend in it on one day."""
    offline_window: int
    """Seconds that a checkpoint may be old when a payment is approved by it."""
    paused: bool
    admitted: bool
    """Whether this terminal's shop may be paid from it."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What one pass may still spend in one programme, as the snapshot gives it."""

    programme: int
    left: Cents
    blocked: bool
    today: Cents
    """Spent on the day `day`; on a later one nothing is spent yet."""
    day: int
    """Days since 1970 UTC."""
    counter: int
    """The highest counter of the pass's phone codes that was used."""
    window: int
    """64 bits: bit i says that the phone code with `counter - i` was used."""


@dataclass(frozen=True, slots=True)
class Order:
    """What waits at this shop for one pass, on the gateway's word: it can only offer, as the contract alone pays it."""

    programme: int
    amount: Cents
    """What the contract has set aside for it, in cents."""
    until: Timestamp
    """It can be fetched up to here; judged inclusively."""
    name: str


@dataclass(frozen=True, slots=True)
class Slice:
    """What the reserve of one programme guarantees to this terminal, at the checkpoint's block."""

    programme: int
    amount: Cents


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What the chain says for certain, at one final block."""

    block: int
    time: Timestamp
    shop: int
    sequence: int
    slices: tuple[Slice, ...]
    ask_sequence: int = 0
    """Of the last ask of this terminal that the contract judged; 0 for none."""
    ask_reason: int = 0
    """What became of that ask: a number of contracts.wire.reasons, 0 when it was paid."""


@dataclass(frozen=True, slots=True)
class OpenEntry:
    """A payment or an ask of this journal, as far as approving the next one depends on it."""

    sequence: int
    pass_address: Address
    programme: int
    amount: Cents
    bound: Timestamp
    """The moment's bound when it was made: intervals are measured by it."""
    time: Timestamp
    """The time that stands in the entry."""
    kind: EntryKind = EntryKind.PAYMENT
    deadline: Timestamp = NEVER
    """Until when an ask can be paid, by the contract's clock; 0 for a payment."""
    counter: int | None = None
    """Of the phone code that it was made with; None for a static pass."""

    @property
    def is_ask(self) -> bool:
        """Whether the contract must say yes, and no slice stands for it."""
        return self.kind in ASKS


ASKS = frozenset({EntryKind.ASK, EntryKind.PHONE_ASK})


@dataclass(frozen=True, slots=True)
class GivenBack:
    """A refund of this journal, and the sale that it gives back."""

    sequence: int
    sale_terminal: Address
    sale_sequence: int
    programme: int
    pass_address: Address
    amount: Cents


@dataclass(frozen=True, slots=True)
class PastSale:
    """An earlier sale at this shop that may be given back: a payment that is not rejected, or an ask that was paid."""

    terminal: Address
    sequence: int
    programme: int
    pass_address: Address
    """The one that paid, although another may have taken its place since."""
    amount: Cents
    refunded: Cents
    """Given back of it already. This journal's refunds after the checkpoint are not in it: the core adds them.

    A refund that was rejected gave nothing back.
    """
    time: Timestamp

    @property
    def left(self) -> Cents:
        """What may still be given back."""
        return Cents(max(0, self.amount - self.refunded))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an entry: Reason.PAID, a drawn reason, or a rejected one."""

    sequence: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class Lost:
    """A payment or refund of this journal that the contract rejected, and that no closed day tells of yet."""

    sequence: int
    amount: Cents
    reason: Reason
    is_refund: bool


@dataclass(frozen=True, slots=True)
class ClosedDay:
    """One closed day, as far as the counter says it."""

    number: int
    turnover: int
    """Cents; less than 0 when more was given back than sold."""
    carried: int
    """Entries that are not settled, and carried over."""


@dataclass(frozen=True, slots=True)
class JournalFacts:
    """What the journal says when the daemon starts."""

    sequence: int
    """Of the last entry; 0 for an empty journal."""
    forwarded: int
    """The gateway has everything up to here."""
    entries: tuple[OpenEntry, ...]
    """At least the payments and asks after the checkpoint's sequence and the snapshot's, and of the last five minutes.

    Asks that are noted as refused do not stand in it.
    """
    terminal: Address
    """Whose journal it is."""
    recent: tuple[OpenEntry | GivenBack, ...] = ()
    """The newest payments, asks and refunds, newest first, as many as the screen lists (RECENT_MAX)."""
    outcomes: tuple[Outcome, ...] = ()
    """What is known to have become of those."""
    open_asks: tuple[OpenEntry, ...] = ()
    """Those of which no end is noted, oldest first."""
    paid_asks: tuple[OpenEntry, ...] = ()
    """Those that are noted as paid and no more, and of which no refund stands in the journal, oldest first."""
    refunds: tuple[GivenBack, ...] = ()
    """At least those after the checkpoint's sequence, in order."""
    last_sale: PastSale | None = None
    """The newest payment that is not known to be rejected, or ask that is noted as paid or handed over."""
    retired: bool = False
    """Whether its last entry says that the terminal is retired."""
