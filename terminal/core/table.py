"""The sale's table: at each class of what the counter is at, what each trigger does, and where that can lead.

An absent row is a trigger that means nothing there: it is ignored.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from terminal.core import asking, closing, confirming, menu, moves, ordering, pin, refunding, storing
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
from terminal.core.state import State
from terminal.core.steps import Step
from terminal.core.triggers import Trigger


class Move(Protocol):
    """A function of the state, its sale and the event; sale and event are of the classes of its row."""

    def __call__(self, state: State, sale: Any, event: Any, /) -> Step:
        """The next state and the effects."""


@dataclass(frozen=True, slots=True)
class Row:
    """What happens, and where it can lead; staying is always possible."""

    move: Move
    to: tuple[type[Sale], ...]


_USUAL = Choosing, EnteringAmount, Refused
_BEGIN = Row(moves.begin, (OrderReady, *_USUAL))
_MISREAD = Row(moves.misread, (Refused,))
_END = Row(moves.end, (Ready,))
_BACK = Row(moves.back_to_amount, (EnteringAmount,))
_SEEN = Row(moves.dismiss, (Ready,))
_BEHIND = Ready, Choosing, EnteringAmount, OfferingPart, AskingAgain, RefundScanning
_GO_ON = Row(moves.dismiss, (*_BEHIND, OrderReady))
_MENU = Row(menu.open_menu, (InMenu, EnteringPin))
_WHILE_OPEN = {
    Trigger.PASS: _BEGIN,
    Trigger.OTHER_CODE: _MISREAD,
    Trigger.LOCK: _END,
    Trigger.TIME: Row(moves.expire, (Ready,)),
}

_DONE = {
    Trigger.DIGIT: _SEEN,
    Trigger.CORRECT: _SEEN,
    Trigger.MENU: _SEEN,
    Trigger.CONFIRM: _SEEN,
    Trigger.CANCEL: _SEEN,
    Trigger.PASS: _BEGIN,
    Trigger.TIME: Row(moves.expire, (Ready,)),
}
_IN_MENU = {
    Trigger.MENU: _END,
    Trigger.CANCEL: _END,
    Trigger.PASS: _BEGIN,
    Trigger.OTHER_CODE: _MISREAD,
    Trigger.LOCK: _END,
    Trigger.TIME: Row(menu.expire_menu, (Ready,)),
}
_WHILE_REFUNDING = {
    Trigger.LOCK: _END,
    Trigger.TIME: Row(refunding.expire, (Ready,)),
}

TABLE: Mapping[type[Sale], Mapping[Trigger, Row]] = {
    Ready: {
        Trigger.PASS: _BEGIN,
        Trigger.OTHER_CODE: _MISREAD,
        Trigger.MENU: _MENU,
        Trigger.CLOSED: Row(closing.closed, (DayDone, Refused)),
        Trigger.TIME: Row(asking.ask_about, (AskPaid,)),
    },
    AskPaid: {
        Trigger.DIGIT: Row(asking.answer, (Ready, Committing)),
        Trigger.PASS: _BEGIN,
        Trigger.OTHER_CODE: _MISREAD,
        Trigger.MENU: _MENU,
        Trigger.LOCK: _END,
    },
    OrderReady: {
        **_WHILE_OPEN,
        Trigger.DIGIT: Row(moves.type_price, _USUAL),
        Trigger.CONFIRM: Row(ordering.confirm, (Committing, Refused)),
        Trigger.CANCEL: Row(moves.leave_order, _USUAL),
        Trigger.ORDERS: Row(ordering.retold, (Ready,)),
    },
    Choosing: {
        **_WHILE_OPEN,
        Trigger.DIGIT: Row(moves.choose, (EnteringAmount,)),
        Trigger.CANCEL: _END,
    },
    EnteringAmount: {
        **_WHILE_OPEN,
        Trigger.DIGIT: Row(moves.type_digit, ()),
        Trigger.CORRECT: Row(moves.correct, ()),
        Trigger.MENU: Row(moves.show_left, ()),
        Trigger.CONFIRM: Row(confirming.confirm_price, (Committing, OfferingPart, AskingAgain, Refused)),
        Trigger.CANCEL: _END,
    },
    OfferingPart: {
        **_WHILE_OPEN,
        Trigger.CONFIRM: Row(confirming.confirm_part, (Committing, AskingAgain, Refused)),
        Trigger.CANCEL: _BACK,
    },
    AskingAgain: {
        **_WHILE_OPEN,
        Trigger.CONFIRM: Row(confirming.confirm_again, (Committing, Refused)),
        Trigger.CANCEL: _BACK,
    },
    Committing: {
        Trigger.STORED: Row(storing.stored, (Approved, Asking, Refunded)),
        Trigger.NOT_STORED: Row(storing.failed, (Refused,)),
    },
    Asking: {
        Trigger.CHECKPOINT: Row(asking.heed, (Approved, Refused)),
        Trigger.CANCEL: _END,
        Trigger.LOCK: _END,
    },
    Approved: _DONE,
    Refunded: _DONE,
    Refused: {
        **_WHILE_OPEN,
        Trigger.DIGIT: Row(moves.type_on, _BEHIND),
        Trigger.CORRECT: _GO_ON,
        Trigger.MENU: _GO_ON,
        Trigger.CONFIRM: _GO_ON,
        Trigger.CANCEL: _GO_ON,
        Trigger.TIME: Row(moves.expire, _GO_ON.to),
        Trigger.ORDERS: Row(ordering.retold_behind, ()),
    },
    EnteringPin: {
        **_IN_MENU,
        Trigger.DIGIT: Row(pin.type_digit, ()),
        Trigger.CORRECT: Row(pin.correct, ()),
        Trigger.CONFIRM: Row(pin.confirm, (CheckingPin,)),
    },
    CheckingPin: {
        Trigger.PIN: Row(pin.checked, (InMenu, EnteringPin)),
        Trigger.LOCK: _END,
        Trigger.TIME: Row(menu.expire_menu, (Ready,)),
    },
    InMenu: {
        **_IN_MENU,
        Trigger.DIGIT: Row(menu.choose_item, (Learning, RefundScanning, Voiding, CloseAsked, Helping)),
    },
    Helping: {
        **_IN_MENU,
        Trigger.HELPED: Row(menu.show_help, ()),
        Trigger.CONFIRM: _END,
        Trigger.TIME: Row(menu.expire_help, (Ready,)),
    },
    RefundScanning: {
        **_WHILE_REFUNDING,
        Trigger.PASS: Row(refunding.look, (RefundChoosing,)),
        Trigger.OTHER_CODE: _MISREAD,
        Trigger.CANCEL: Row(refunding.back_to_menu, (InMenu,)),
    },
    RefundChoosing: {
        **_WHILE_REFUNDING,
        Trigger.PASS: Row(refunding.look, ()),
        Trigger.SALES: Row(refunding.found, (Refused,)),
        Trigger.DIGIT: Row(refunding.choose, (RefundAmount,)),
        Trigger.CANCEL: Row(refunding.back_to_scan, (RefundScanning,)),
    },
    RefundAmount: {
        **_WHILE_REFUNDING,
        Trigger.SALES: Row(refunding.found, (RefundChoosing, Refused)),
        Trigger.DIGIT: Row(refunding.type_digit, ()),
        Trigger.CORRECT: Row(refunding.correct, ()),
        Trigger.CONFIRM: Row(refunding.confirm, (Committing, Refused)),
        Trigger.CANCEL: Row(refunding.back_to_choice, (RefundChoosing,)),
    },
    Voiding: {
        **_WHILE_REFUNDING,
        Trigger.CONFIRM: Row(refunding.confirm_void, (Committing, Refused)),
        Trigger.CANCEL: Row(refunding.back_to_menu, (InMenu,)),
    },
    CloseAsked: {
        **_IN_MENU,
        Trigger.CONFIRM: Row(closing.close, (ClosingDay,)),
        Trigger.CANCEL: Row(refunding.back_to_menu, (InMenu,)),
    },
    ClosingDay: {
        Trigger.CLOSED: Row(closing.closed, (DayDone, Refused)),
        Trigger.PASS: _BEGIN,
        Trigger.OTHER_CODE: _MISREAD,
        Trigger.LOCK: _END,
        Trigger.TIME: Row(menu.expire_menu, (Ready,)),
    },
    DayDone: _DONE,
    Learning: {
        Trigger.ASKED: Row(menu.ask, ()),
        Trigger.SAID: Row(menu.say, ()),
        Trigger.FOUND: Row(menu.offer, (Learnt,)),
        Trigger.CANCEL: Row(menu.stop, (Finishing,)),
        Trigger.ENDED: Row(menu.finish, (LessonOver,)),
        Trigger.LOCK: Row(menu.abandon, (Ready,)),
    },
    Learnt: {
        Trigger.CONFIRM: Row(menu.keep, (Finishing,)),
        Trigger.CANCEL: Row(menu.stop, (Finishing,)),
        Trigger.ENDED: Row(menu.finish, (LessonOver,)),
        Trigger.LOCK: Row(menu.abandon, (Ready,)),
        Trigger.TIME: Row(menu.expire_offer, (Finishing,)),
    },
    Finishing: {
        Trigger.ENDED: Row(menu.finish, (LessonOver,)),
        Trigger.LOCK: _END,
    },
    LessonOver: {
        Trigger.CORRECT: _END,
        Trigger.CANCEL: _END,
        Trigger.CONFIRM: _END,
        Trigger.MENU: _END,
        Trigger.PASS: _BEGIN,
        Trigger.OTHER_CODE: _MISREAD,
        Trigger.LOCK: _END,
        Trigger.TIME: Row(menu.expire_menu, (Ready,)),
    },
}
