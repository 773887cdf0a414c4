"""What each class of what the counter is at looks like: its part of the screen."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from contracts.wire.reasons import Reason
from contracts.wire.units import Cents
from terminal.core import approve
from terminal.core.counter import (
    Approved,
    Asking,
    AskingAgain,
    AskPaid,
    CheckingPin,
    Choosing,
    CloseAsked,
    ClosingDay,
    Committing,
    DayDone,
    EnteringAmount,
    EnteringPin,
    Finishing,
    Helping,
    InMenu,
    Learning,
    Learnt,
    LessonOver,
    OfferingPart,
    OrderReady,
    Ready,
    RefundAmount,
    RefundChoosing,
    Refunded,
    RefundScanning,
    Refused,
    Sale,
    Voiding,
)
from terminal.core.facts import PastSale
from terminal.core.lesson import Saying
from terminal.core.menu import items
from terminal.core.moment import Moment
from terminal.core.moves import CHOICE_KEYS
from terminal.core.refunding import SHOWN_MAX
from terminal.core.screen import Choice, Day, SaleChoice, Screen, Stage, Wait
from terminal.core.state import State


def picture(screen: Screen, state: State, moment: Moment) -> Screen:
    """The screen with what the counter is at."""
    return _PICTURES[type(state.sale)](screen, state.sale, state, moment)


def _ready(screen: Screen, _: Ready, __: State, ___: Moment) -> Screen:
    return screen


def _order_ready(screen: Screen, sale: OrderReady, state: State, _: Moment) -> Screen:
    order = sale.orders[0]
    shown = replace(screen, stage=Stage.ORDER, amount=order.amount, programme=_name(state, order.programme))
    return replace(shown, order=order.name, more_orders=len(sale.orders) - 1)


def _choosing(screen: Screen, sale: Choosing, state: State, _: Moment) -> Screen:
    choices = tuple(Choice(str(digit), _name(state, each)) for digit, each in enumerate(sale.offered, start=1))
    return replace(screen, stage=Stage.CHOOSE, choices=choices)


def _entering(screen: Screen, sale: EnteringAmount, state: State, _: Moment) -> Screen:
    left = approve.left(sale.scanned, sale.programme) if sale.shows_left else None
    name = _name(state, sale.programme)
    return replace(screen, stage=Stage.AMOUNT, amount=sale.amount, programme=name, left=left)


def _offering(screen: Screen, sale: OfferingPart, state: State, _: Moment) -> Screen:
    rest, name = Cents(sale.price - sale.part), _name(state, sale.programme)
    return replace(screen, stage=Stage.PART, amount=sale.part, rest=rest, programme=name)


def _again(screen: Screen, sale: AskingAgain, state: State, _: Moment) -> Screen:
    name = _name(state, sale.programme)
    return replace(screen, stage=Stage.AGAIN, amount=sale.amount, rest=sale.rest, programme=name)


def _committing(screen: Screen, sale: Committing, state: State, _: Moment) -> Screen:
    content = sale.commit.content
    name = _name(state, content.programme)
    return replace(screen, stage=Stage.WORKING, amount=content.amount, rest=sale.rest, programme=name)


def _asking(screen: Screen, sale: Asking, state: State, moment: Moment) -> Screen:
    entry = sale.entry
    shown = replace(screen, stage=Stage.ASKING, amount=entry.amount, rest=sale.rest, sequence=entry.sequence)
    seconds = max(0, entry.deadline - moment.latest())
    wait = _wait(state, entry.sequence)
    return replace(shown, programme=_name(state, entry.programme), wait=wait, seconds=seconds)


def _wait(state: State, sequence: int) -> Wait:
    if any(outcome.sequence == sequence for outcome in state.outcomes):
        return Wait.FINALITY
    arrived = sequence <= max(state.knowledge.forwarded, approve.settled(state.knowledge))
    return Wait.CONTRACT if arrived else Wait.GATEWAY


def _ask_paid(screen: Screen, sale: AskPaid, state: State, _: Moment) -> Screen:
    entry = sale.entry
    shown = replace(screen, stage=Stage.ASK_PAID, amount=entry.amount, sequence=entry.sequence, time=entry.time)
    return replace(shown, programme=_name(state, entry.programme))


def _approved(screen: Screen, sale: Approved, state: State, _: Moment) -> Screen:
    entry = sale.entry
    shown = replace(screen, stage=Stage.APPROVED, amount=entry.amount, rest=sale.rest, sequence=entry.sequence)
    return replace(shown, programme=_name(state, entry.programme))


def _refused(screen: Screen, sale: Refused, _: State, __: Moment) -> Screen:
    return replace(screen, stage=Stage.REFUSED, reason=int(sale.reason))


def _entering_pin(screen: Screen, sale: EnteringPin, state: State, moment: Moment) -> Screen:
    """A wrong one is said until the next is begun."""
    pause = max(0, state.pin_again_ms - moment.uptime_ms)
    wrong = Reason.PIN_WRONG if state.pin_failures and not sale.digits else 0
    seconds = (pause + 999) // 1000
    return replace(screen, stage=Stage.PIN, typed=len(sale.digits), seconds=seconds, reason=int(wrong))


def _checking_pin(screen: Screen, _: CheckingPin, __: State, ___: Moment) -> Screen:
    return replace(screen, stage=Stage.WORKING)


def _in_menu(screen: Screen, _: InMenu, state: State, __: Moment) -> Screen:
    return replace(screen, stage=Stage.MENU, items=items(state))


def _refund_scanning(screen: Screen, _: RefundScanning, __: State, ___: Moment) -> Screen:
    return replace(screen, stage=Stage.REFUND_SCAN)


def _refund_choosing(screen: Screen, sale: RefundChoosing, state: State, _: Moment) -> Screen:
    choices = zip(CHOICE_KEYS, sale.sales[sale.first :], strict=False)
    sales = tuple(_sale_choice(state, key, each) for key, each in choices)
    older = len(sale.sales) > SHOWN_MAX
    return replace(screen, stage=Stage.REFUND_CHOOSE, sales=sales, older=older, searching=sale.searching)


def _sale_choice(state: State, key: str, sale: PastSale) -> SaleChoice:
    here = sale.terminal == state.terminal
    return SaleChoice(key, sale.sequence, here, sale.left, _name(state, sale.programme), sale.time)


def _refund_amount(screen: Screen, sale: RefundAmount, state: State, _: Moment) -> Screen:
    shown = _past(screen, sale.sale, state)
    return replace(shown, stage=Stage.REFUND_AMOUNT, amount=sale.amount, whole=sale.sale.left)


def _voiding(screen: Screen, sale: Voiding, state: State, _: Moment) -> Screen:
    return replace(_past(screen, sale.sale, state), stage=Stage.VOID, amount=sale.sale.left)


def _past(screen: Screen, sale: PastSale, state: State) -> Screen:
    return replace(screen, sequence=sale.sequence, time=sale.time, programme=_name(state, sale.programme))


def _refunded(screen: Screen, sale: Refunded, state: State, _: Moment) -> Screen:
    given = sale.given
    shown = replace(screen, stage=Stage.REFUNDED, amount=given.amount, sequence=given.sequence)
    return replace(shown, programme=_name(state, given.programme))


def _close_asked(screen: Screen, _: CloseAsked, __: State, ___: Moment) -> Screen:
    return replace(screen, stage=Stage.CLOSE_DAY)


def _closing_day(screen: Screen, _: ClosingDay, __: State, ___: Moment) -> Screen:
    return replace(screen, stage=Stage.WORKING)


def _day_done(screen: Screen, sale: DayDone, _: State, __: Moment) -> Screen:
    day = sale.day
    shown = Day(day.number, Cents(abs(day.turnover)), day.turnover < 0, day.carried)
    return replace(screen, stage=Stage.DAY_CLOSED, day=shown)


def _helping(screen: Screen, sale: Helping, _: State, __: Moment) -> Screen:
    return replace(screen, stage=Stage.HELP, help=sale.text)


def _learning(screen: Screen, sale: Learning, _: State, __: Moment) -> Screen:
    return replace(screen, stage=Stage.LEARN, question=sale.question, said=sale.said)


def _learnt(screen: Screen, sale: Learnt, _: State, __: Moment) -> Screen:
    return replace(screen, stage=Stage.KEEP, said=sale.found)


def _finishing(screen: Screen, _: Finishing, __: State, ___: Moment) -> Screen:
    return replace(screen, stage=Stage.CHANGING)


def _lesson_over(screen: Screen, sale: LessonOver, _: State, __: Moment) -> Screen:
    stage = Stage.LEARNT if sale.said.what is Saying.KEPT else Stage.UNLEARNT
    return replace(screen, stage=stage, said=(sale.said,))


_PICTURES: Mapping[type[Sale], Callable[[Screen, Any, State, Moment], Screen]] = {
    Ready: _ready,
    AskPaid: _ask_paid,
    OrderReady: _order_ready,
    Choosing: _choosing,
    EnteringAmount: _entering,
    OfferingPart: _offering,
    AskingAgain: _again,
    Committing: _committing,
    Asking: _asking,
    Approved: _approved,
    Refused: _refused,
    EnteringPin: _entering_pin,
    CheckingPin: _checking_pin,
    InMenu: _in_menu,
    RefundScanning: _refund_scanning,
    RefundChoosing: _refund_choosing,
    RefundAmount: _refund_amount,
    Voiding: _voiding,
    Refunded: _refunded,
    CloseAsked: _close_asked,
    ClosingDay: _closing_day,
    DayDone: _day_done,
    Helping: _helping,
    Learning: _learning,
    Learnt: _learnt,
    Finishing: _finishing,
    LessonOver: _lesson_over,
}


def _name(state: State, programme: int) -> str:
    rules = approve.programme_of(state.knowledge, programme)
    return rules.name if rules else ""
