"""What can happen to a terminal. Every event carries its moment; the daemon makes them, the core never does."""

from dataclasses import dataclass

from contracts.wire.entry import Delegation
from contracts.wire.reasons import Reason
from contracts.wire.units import Address
from terminal.core.care import Trouble
from terminal.core.facts import Budget, Checkpoint, ClosedDay, Lost, Order, Outcome, PastSale, Programme
from terminal.core.keys import Key as Key  # noqa: PLC0414 - who hears of events finds the keys here, too
from terminal.core.lesson import Question, Said
from terminal.core.moment import Moment


@dataclass(frozen=True, slots=True)
class KeyPressed:
    """A key of the keypad, or of a screen that stands in for one."""

    at: Moment
    key: Key


@dataclass(frozen=True, slots=True)
class PassScanned:
    """A pass of ours was read. The signer holds its key, or a phone's signature, until the core says Forget."""

    at: Moment
    pass_address: Address
    budgets: tuple[Budget, ...]
    """What the snapshot of the last SnapshotTaken says of this pass, one per programme; empty when it knows it not.

    So it is looked up when the event is stepped, not before: own entries are taken off by that snapshot's sequence.
    """
    delegation: Delegation | None = None
    """What a phone's code allows; None for a letter or card, which can sign whatever is typed."""
    orders: tuple[Order, ...] = ()
    """What waits for this pass here and can be fetched at this moment, one per programme."""


@dataclass(frozen=True, slots=True)
class OrdersTold:
    """All that waits at this shop now, by the gateway's newest list: passes and what each may fetch."""

    at: Moment
    orders: tuple[tuple[Address, Order], ...]


@dataclass(frozen=True, slots=True)
class ScanRefused:
    """Something was read that is not a pass of ours; the reason names what it is."""

    at: Moment
    reason: Reason


@dataclass(frozen=True, slots=True)
class Committed:
    """The entry that the core asked for is durable."""

    at: Moment
    sequence: int


@dataclass(frozen=True, slots=True)
class CommitFailed:
    """The entry that the core asked for is certainly not stored; nothing was paid."""

    at: Moment
    reason: Reason


@dataclass(frozen=True, slots=True)
class SalesFound:
    """Sales of the pass that FindSales named, newest first: those of this journal at once, then the gateway's.

    Where both have a sale, the one that says more was given back counts.
    """

    at: Moment
    pass_address: Address
    sales: tuple[PastSale, ...]
    last: bool
    """No more will come: the gateway has answered, or cannot be asked."""


@dataclass(frozen=True, slots=True)
class PinChecked:
    """Whether the digits of CheckPin were the shop's PIN."""

    at: Moment
    right: bool


@dataclass(frozen=True, slots=True)
class DayClosed:
    """What CloseDay came to; None when the day could not be closed, and nothing changed."""

    at: Moment
    day: ClosedDay | None


@dataclass(frozen=True, slots=True)
class LostKnown:
    """All that the contract rejected and that no closed day tells of yet, oldest first."""

    at: Moment
    lost: tuple[Lost, ...]


@dataclass(frozen=True, slots=True)
class CheckpointRead:
    """The chain was asked, and its answer agrees with the journal of this terminal."""

    at: Moment
    checkpoint: Checkpoint


@dataclass(frozen=True, slots=True)
class SnapshotTaken:
    """A newer snapshot of programmes is stored (its budgets come with each scan)."""

    at: Moment
    programmes: tuple[Programme, ...]
    sequence: int
    """Budgets in this snapshot have the own entries up to this sequence taken off."""


@dataclass(frozen=True, slots=True)
class Forwarded:
    """The gateway has the journal up to this sequence, and named our head."""

    at: Moment
    sequence: int


@dataclass(frozen=True, slots=True)
class OutcomesKnown:
    """What became of some entries, as the gateway tells it; shown as final only up to the checkpoint."""

    at: Moment
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class ContactChanged:
    """The gateway, or the chain's endpoint, answers or no longer answers."""

    at: Moment
    gateway: bool
    chain: bool


@dataclass(frozen=True, slots=True)
class AttentionChanged:
    """A person must look, as the gateway refuses what was handed in; or that is over. Sales go on, nothing is lost."""

    at: Moment
    reason: Reason | None


@dataclass(frozen=True, slots=True)
class DeviceChanged:
    """A device came, went, or is not to be had. `status` is the driver's word for it, `detail` is for a person."""

    at: Moment
    name: str
    status: str
    detail: str


@dataclass(frozen=True, slots=True)
class TroublesKnown:
    """The machine was looked at, and this is all that is wrong with it, the worst first."""

    at: Moment
    troubles: tuple[Trouble, ...]


@dataclass(frozen=True, slots=True)
class HelpGathered:
    """What GatherHelp asked for: a few words without any secret, amount or name."""

    at: Moment
    text: str


@dataclass(frozen=True, slots=True)
class LessonAsked:
    """Learning devices: the person is asked for something."""

    at: Moment
    question: Question


@dataclass(frozen=True, slots=True)
class LessonSaid:
    """Learning devices: something happened that the person should know."""

    at: Moment
    said: Said


@dataclass(frozen=True, slots=True)
class LessonDone:
    """Learning devices: all is found, and what was found is in use already; nothing is written yet."""

    at: Moment


@dataclass(frozen=True, slots=True)
class LessonEnded:
    """Learning devices: it is over, and the devices of the configuration are in use. What was said last says how."""

    at: Moment
    said: Said


@dataclass(frozen=True, slots=True)
class Locked:
    """The journal is proven to differ from what the chain or the gateway holds of it: no more sales."""

    at: Moment
    reason: Reason


@dataclass(frozen=True, slots=True)
class Ticked:
    """Time went on."""

    at: Moment


Event = (
    KeyPressed
    | PassScanned
    | OrdersTold
    | ScanRefused
    | Committed
    | CommitFailed
    | SalesFound
    | PinChecked
    | DayClosed
    | LostKnown
    | CheckpointRead
    | SnapshotTaken
    | Forwarded
    | OutcomesKnown
    | ContactChanged
    | AttentionChanged
    | DeviceChanged
    | TroublesKnown
    | HelpGathered
    | LessonAsked
    | LessonSaid
    | LessonDone
    | LessonEnded
    | Locked
    | Ticked
)
