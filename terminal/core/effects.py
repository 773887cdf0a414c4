"""What the core asks the daemon to do. Events come in, effects go out; they are different families on purpose."""

from dataclasses import dataclass
from enum import StrEnum

from contracts.wire.entry import Payment
from contracts.wire.units import Address, Cents, Timestamp
from terminal.core.facts import OpenEntry


@dataclass(frozen=True, slots=True)
class Commit:
    """Sign this payment with the held pass key and the terminal key, and store it as entry `sequence`.

    One transaction. The answer is Committed or CommitFailed, and the pass key is dropped either way.
    """

    sequence: int
    pass_address: Address
    payment: Payment
    bound: Timestamp
    """The moment's bound at the confirm key: the store keeps it beside the entry."""

    def entry(self) -> OpenEntry:
        """The entry as the store keeps it and the core remembers it."""
        return OpenEntry(self.sequence, self.pass_address, self.payment.programme, self.payment.amount, self.bound)


@dataclass(frozen=True, slots=True)
class Forget:
    """Drop the pass key that the signer holds, if it still holds one."""


class Tone(StrEnum):
    """What a sale sounds and lights like; a machine without a buzzer ignores it."""

    SCANNED = "scanned"
    APPROVED = "approved"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Signal:
    """Make it heard and seen without looking at the screen."""

    tone: Tone


@dataclass(frozen=True, slots=True)
class HandOut:
    """Print the receipt of an entry that is durable, where there is a printer. Nothing depends on it."""

    sequence: int
    rest: Cents
    """What the customer pays otherwise; it stands in no entry."""


@dataclass(frozen=True, slots=True)
class BeginLesson:
    """Let go of scanners and keypads, and find out what is plugged in by its being used.

    Answered by LessonAsked and LessonSaid on the way, LessonDone when all is found, and LessonEnded in any case.
    """


@dataclass(frozen=True, slots=True)
class KeepLesson:
    """Write what was found into the configuration. The answer is LessonEnded."""


@dataclass(frozen=True, slots=True)
class EndLesson:
    """Change nothing, and let the devices of the configuration come back. The answer is LessonEnded."""


Teaching = BeginLesson | KeepLesson | EndLesson
Effect = Commit | Forget | Signal | HandOut | Teaching
