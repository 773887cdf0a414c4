"""What the core asks the daemon to do. Events come in, effects go out; they are different families on purpose."""

from dataclasses import dataclass, field
from enum import StrEnum

from contracts.wire.entry import Ask, EntryKind, Payment, PhoneAsk, PhonePayment, Refund
from contracts.wire.units import Address, Cents, Timestamp
from terminal.core.facts import GivenBack, OpenEntry


@dataclass(frozen=True, slots=True)
class Commit:
    """Sign this content with what the signer holds of the pass and with the terminal key; store it as `sequence`.

    One transaction. The answer is Committed or CommitFailed, and what is held of the pass is dropped either way. A
    refund needs nothing of a pass, and nothing is held for it.
    """

    sequence: int
    pass_address: Address
    """The pass that pays, or the one that is given something back."""
    content: Payment | Ask | PhonePayment | PhoneAsk | Refund
    bound: Timestamp
    """The moment's bound at the confirm key: the store keeps it beside the entry."""

    def entry(self) -> OpenEntry | GivenBack:
        """The entry as the store keeps it and the core remembers it."""
        content = self.content
        if isinstance(content, Refund):
            sale = content.terminal, content.sequence
            return GivenBack(self.sequence, *sale, content.programme, content.pass_address, content.amount)
        return OpenEntry(
            sequence=self.sequence,
            pass_address=self.pass_address,
            programme=content.programme,
            amount=content.amount,
            bound=self.bound,
            time=content.time,
            kind=_KINDS[type(content)],
            deadline=content.deadline if isinstance(content, Ask | PhoneAsk) else Timestamp(0),
            counter=content.delegation.counter if isinstance(content, PhonePayment | PhoneAsk) else None,
        )


_KINDS = {
    Payment: EntryKind.PAYMENT,
    Ask: EntryKind.ASK,
    PhonePayment: EntryKind.PHONE_PAYMENT,
    PhoneAsk: EntryKind.PHONE_ASK,
}


@dataclass(frozen=True, slots=True)
class Forget:
    """Drop what the signer holds of the pass (a key, or a phone's signature), if it still holds it."""


class AskEnd(StrEnum):
    """What is known of the end of an ask. The last word on each stands."""

    REFUSED = "refused"
    """It can never be paid."""
    PAID = "paid"
    """It is paid, and nobody has said yet what became of the goods."""
    HANDED_OVER = "handed over"
    GIVEN_BACK = "given back"


@dataclass(frozen=True, slots=True)
class Resolve:
    """Note durably how this ask ended. There is no answer, and it is noted before anything that follows."""

    sequence: int
    how: AskEnd


@dataclass(frozen=True, slots=True)
class FindSales:
    """Look for the sales of this pass at this shop that may be given back. The answers are SalesFound."""

    pass_address: Address
    settled: int
    """The core's checkpoint: this journal's refunds up to this sequence belong into what the journal answers."""


@dataclass(frozen=True, slots=True)
class CheckPin:
    """Compare the digits with the shop's PIN. The answer is PinChecked."""

    digits: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CloseDay:
    """Close the day: count what came since the last one, keep it for good, print it. The answer is DayClosed."""


@dataclass(frozen=True, slots=True)
class GatherHelp:
    """Sum up how this terminal is, for the support line. The answer is HelpGathered."""


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
Effect = Commit | Forget | Resolve | FindSales | CheckPin | CloseDay | GatherHelp | Signal | HandOut | Teaching
