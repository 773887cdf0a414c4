"""What the menu's rows of the sale's table do. It opens where no sale is, behind the shop's PIN if there is one.

While devices are learnt the terminal has no scanner and no keypad of its own, and no pass begins a sale. The daemon
answers BeginLesson by what it asks, says and found, and ends every lesson by LessonEnded, however it went.
"""

from dataclasses import replace

from terminal.core.counter import (
    AskPaid,
    CheckingPin,
    CloseAsked,
    ClosingDay,
    EnteringPin,
    Finishing,
    Helping,
    InMenu,
    Learning,
    Learnt,
    LessonOver,
    Ready,
    RefundScanning,
    Voiding,
)
from terminal.core.effects import BeginLesson, EndLesson, GatherHelp, KeepLesson
from terminal.core.events import (
    Event,
    HelpGathered,
    KeyPressed,
    LessonAsked,
    LessonDone,
    LessonEnded,
    LessonSaid,
    Ticked,
)
from terminal.core.lesson import FINDINGS
from terminal.core.moves import ABANDONED_MS, CHOICE_KEYS, GLANCE_MS
from terminal.core.screen import Item
from terminal.core.state import State
from terminal.core.steps import Step

MENU_MS = 30_000
"""How long an open menu, or how a lesson ended, stays when nobody presses a key."""

SAID_MAX = 3
"""Lines of a lesson that are shown."""


def items(state: State) -> tuple[Item, ...]:
    """What is offered, by the digits from 1 on."""
    voids = state.last_sale is not None and state.last_sale.left > 0
    always = (Item.LEARN, Item.REFUND, Item.CLOSE_DAY, Item.HELP)
    return (*always, Item.VOID) if voids else always


def open_menu(state: State, _: Ready | AskPaid, __: KeyPressed) -> Step:
    """Offer the items, or ask for the PIN first. A closed terminal offers none."""
    if state.knowledge.locked is not None:
        return state, ()
    return replace(state, sale=EnteringPin() if state.has_pin else InMenu()), ()


def choose_item(state: State, _: InMenu, event: KeyPressed) -> Step:
    """Do what the digit stands for; another digit chooses nothing."""
    match dict(zip(CHOICE_KEYS, items(state), strict=False)).get(event.key):
        case Item.LEARN:
            return replace(state, sale=Learning()), (BeginLesson(),)
        case Item.REFUND:
            return replace(state, sale=RefundScanning()), ()
        case Item.CLOSE_DAY:
            return replace(state, sale=CloseAsked()), ()
        case Item.HELP:
            return replace(state, sale=Helping()), (GatherHelp(),)
        case Item.VOID if state.last_sale:
            return replace(state, sale=Voiding(state.last_sale)), ()
        case _:
            return state, ()


def show_help(state: State, _: Helping, event: HelpGathered) -> Step:
    """What there is to tell."""
    return replace(state, sale=Helping(event.text)), ()


def expire_help(state: State, _: Helping, event: Ticked) -> Step:
    """Back to ready; a telephone call takes longer than a look into the menu."""
    return (state, ()) if event.at.uptime_ms - state.touched_ms < ABANDONED_MS else (replace(state, sale=Ready()), ())


def ask(state: State, sale: Learning, event: LessonAsked) -> Step:
    """The next question."""
    return replace(state, sale=replace(sale, question=event.question)), ()


def say(state: State, sale: Learning, event: LessonSaid) -> Step:
    """One line more, and what it found is kept for the end."""
    said = (*sale.said, event.said)[-SAID_MAX:]
    found = (*sale.found, event.said) if event.said.what in FINDINGS else sale.found
    return replace(state, sale=replace(sale, said=said, found=found)), ()


def offer(state: State, sale: Learning, event: LessonDone) -> Step:
    """All is found: are these the devices from now on?"""
    return replace(state, sale=Learnt(sale.found, event.at), touched_ms=event.at.uptime_ms), ()


def keep(state: State, sale: Learnt, event: KeyPressed) -> Step:
    """They are; unless the key comes too soon to mean that, as what a scanner types that nobody holds does."""
    if event.at.uptime_ms - sale.at.uptime_ms < GLANCE_MS:
        return state, ()
    return replace(state, sale=Finishing()), (KeepLesson(),)


def stop(state: State, _: Learning | Learnt, __: Event) -> Step:
    """Let the old devices come back."""
    return replace(state, sale=Finishing()), (EndLesson(),)


def abandon(state: State, _: Learning | Learnt, __: Event) -> Step:
    """The terminal is closed: so is the lesson."""
    return replace(state, sale=Ready()), (EndLesson(),)


def finish(state: State, _: Learning | Learnt | Finishing, event: LessonEnded) -> Step:
    """Say how it ended."""
    return replace(state, sale=LessonOver(event.said, event.at)), ()


def expire_menu(
    state: State, sale: InMenu | EnteringPin | CheckingPin | CloseAsked | ClosingDay | LessonOver, event: Ticked
) -> Step:
    """Back to ready, as nobody is there."""
    since = sale.at.uptime_ms if isinstance(sale, LessonOver) else state.touched_ms
    return (state, ()) if event.at.uptime_ms - since < MENU_MS else (replace(state, sale=Ready()), ())


def expire_offer(state: State, sale: Learnt, event: Ticked) -> Step:
    """Nobody said yes: change nothing."""
    return stop(state, sale, event) if event.at.uptime_ms - state.touched_ms >= ABANDONED_MS else (state, ())
