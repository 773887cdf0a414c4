"""What the counter shows at one moment: a picture of the state, whole. It decides nothing."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from contracts.wire.reasons import Money, Reason, money_of
from contracts.wire.units import Cents
from terminal.core import approve
from terminal.core.facts import OpenEntry
from terminal.core.lesson import Saying
from terminal.core.menu import ITEMS
from terminal.core.moment import Moment
from terminal.core.screen import Choice, EntryState, Lamp, Line, Screen, Stage, Status
from terminal.core.state import (
    Approved,
    AskingAgain,
    Choosing,
    Committing,
    EnteringAmount,
    Finishing,
    InMenu,
    Knowledge,
    Learning,
    Learnt,
    LessonOver,
    OfferingPart,
    Ready,
    Refused,
    Sale,
    State,
)


def view(state: State, moment: Moment) -> Screen:
    """The screen for this state; the moment is the one to show and to count down from."""
    ready = Screen(
        stage=Stage.READY,
        amount=Cents(0),
        rest=Cents(0),
        programme="",
        choices=(),
        left=None,
        reason=0,
        sequence=0,
        recent=tuple(_line(state, entry) for entry in state.recent),
        status=_status(state, moment),
    )
    locked = state.knowledge.locked
    if locked is not None and not isinstance(state.sale, Committing | Approved):
        return replace(ready, stage=Stage.LOCKED, reason=int(locked))
    return _PICTURES[type(state.sale)](ready, state.sale, state.knowledge)


def _ready(screen: Screen, _: Ready, __: Knowledge) -> Screen:
    return screen


def _choosing(screen: Screen, sale: Choosing, knowledge: Knowledge) -> Screen:
    choices = tuple(Choice(str(digit), _name(knowledge, each)) for digit, each in enumerate(sale.offered, start=1))
    return replace(screen, stage=Stage.CHOOSE, choices=choices)


def _entering(screen: Screen, sale: EnteringAmount, knowledge: Knowledge) -> Screen:
    left = approve.left(sale.scanned, sale.programme) if sale.shows_left else None
    name = _name(knowledge, sale.programme)
    return replace(screen, stage=Stage.AMOUNT, amount=sale.amount, programme=name, left=left)


def _offering(screen: Screen, sale: OfferingPart, knowledge: Knowledge) -> Screen:
    rest, name = Cents(sale.price - sale.part), _name(knowledge, sale.programme)
    return replace(screen, stage=Stage.PART, amount=sale.part, rest=rest, programme=name)


def _asking(screen: Screen, sale: AskingAgain, knowledge: Knowledge) -> Screen:
    name = _name(knowledge, sale.programme)
    return replace(screen, stage=Stage.AGAIN, amount=sale.amount, rest=sale.rest, programme=name)


def _committing(screen: Screen, sale: Committing, knowledge: Knowledge) -> Screen:
    payment = sale.commit.payment
    name = _name(knowledge, payment.programme)
    return replace(screen, stage=Stage.WORKING, amount=payment.amount, rest=sale.rest, programme=name)


def _approved(screen: Screen, sale: Approved, knowledge: Knowledge) -> Screen:
    entry = sale.entry
    shown = replace(screen, stage=Stage.APPROVED, amount=entry.amount, rest=sale.rest, sequence=entry.sequence)
    return replace(shown, programme=_name(knowledge, entry.programme))


def _refused(screen: Screen, sale: Refused, _: Knowledge) -> Screen:
    return replace(screen, stage=Stage.REFUSED, reason=int(sale.reason))


def _in_menu(screen: Screen, _: InMenu, __: Knowledge) -> Screen:
    return replace(screen, stage=Stage.MENU, items=ITEMS)


def _learning(screen: Screen, sale: Learning, _: Knowledge) -> Screen:
    return replace(screen, stage=Stage.LEARN, question=sale.question, said=sale.said)


def _learnt(screen: Screen, sale: Learnt, _: Knowledge) -> Screen:
    return replace(screen, stage=Stage.KEEP, said=sale.found)


def _finishing(screen: Screen, _: Finishing, __: Knowledge) -> Screen:
    return replace(screen, stage=Stage.CHANGING)


def _lesson_over(screen: Screen, sale: LessonOver, _: Knowledge) -> Screen:
    stage = Stage.LEARNT if sale.said.what is Saying.KEPT else Stage.UNLEARNT
    return replace(screen, stage=stage, said=(sale.said,))


_PICTURES: Mapping[type[Sale], Callable[[Screen, Any, Knowledge], Screen]] = {
    Ready: _ready,
    Choosing: _choosing,
    EnteringAmount: _entering,
    OfferingPart: _offering,
    AskingAgain: _asking,
    Committing: _committing,
    Approved: _approved,
    Refused: _refused,
    InMenu: _in_menu,
    Learning: _learning,
    Learnt: _learnt,
    Finishing: _finishing,
    LessonOver: _lesson_over,
}


def _name(knowledge: Knowledge, programme: int) -> str:
    rules = approve.programme_of(knowledge, programme)
    return rules.name if rules else ""


def _line(state: State, entry: OpenEntry) -> Line:
    reason = _final(state, entry.sequence)
    if reason is not None:
        paid = money_of(reason) is not Money.NOT_PAID
        return Line(entry.sequence, entry.amount, EntryState.PAID if paid else EntryState.REJECTED, int(reason))
    arrived = entry.sequence <= max(state.knowledge.forwarded, _settled(state.knowledge))
    return Line(entry.sequence, entry.amount, EntryState.FORWARDED if arrived else EntryState.WAITING, 0)


def _final(state: State, sequence: int) -> Reason | None:
    """What became of the entry, once the chain itself says that it is settled."""
    if sequence > _settled(state.knowledge):
        return None
    return next((outcome.reason for outcome in state.outcomes if outcome.sequence == sequence), None)


def _settled(knowledge: Knowledge) -> int:
    return knowledge.checkpoint.sequence if knowledge.checkpoint else 0


def _status(state: State, moment: Moment) -> Status:
    knowledge = state.knowledge
    arrived = max(knowledge.forwarded, _settled(knowledge))
    return Status(
        gateway=state.gateway,
        chain=state.chain,
        waiting=approve.waiting(knowledge),
        unsent=max(0, knowledge.sequence - arrived),
        approves_until=approve.approves_until(knowledge, moment),
        time=moment.latest(),
        synchronised=moment.synchronised,
        devices=tuple(Lamp(name, status) for name, status in state.devices),
        attention=int(state.attention or 0),
    )
