"""What a terminal knows: from the chain for certain, from the gateway on its word, from its own journal by itself."""

from dataclasses import dataclass

from contracts.wire.reasons import Reason
from contracts.wire.units import Address, Cents, Timestamp

RECENT_MAX = 5
"""How many of the newest payments the screen lists."""


@dataclass(frozen=True, slots=True)
class Programme:
    """One budget line of a sponsor, as the snapshot gives it. Times are judged inclusively: begins <= t <= ends."""

    id: int
    name: str
    begins: Timestamp
    ends: Timestamp
    floor_limit: Cents
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


@dataclass(frozen=True, slots=True)
class OpenEntry:
    """An approved payment of this journal, as far as approving the next one depends on it."""

    sequence: int
    pass_address: Address
    programme: int
    amount: Cents
    bound: Timestamp
    """The moment's bound when it was approved: intervals are measured by it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an entry: Reason.PAID, a drawn reason, or a rejected one."""

    sequence: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class JournalFacts:
    """What the journal says when the daemon starts."""

    sequence: int
    """Of the last entry; 0 for an empty journal."""
    forwarded: int
    """The gateway has everything up to here."""
    entries: tuple[OpenEntry, ...]
    """At least the payments after the checkpoint's sequence and the snapshot's, and those of the last five minutes."""
    recent: tuple[OpenEntry, ...] = ()
    """The newest payments, newest first, as many as the screen lists (RECENT_MAX)."""
    outcomes: tuple[Outcome, ...] = ()
    """What is known to have become of those."""
