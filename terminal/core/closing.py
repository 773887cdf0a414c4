"""Closing the day from the menu: asked once, done by the daemon, and shown. No sale waits for it."""

from dataclasses import replace

from contracts.wire.reasons import Reason
from terminal.core.counter import CloseAsked, ClosingDay, DayDone, Ready
from terminal.core.effects import CloseDay
from terminal.core.events import DayClosed, KeyPressed
from terminal.core.state import State
from terminal.core.steps import Step, refuse


def close(state: State, _: CloseAsked, __: KeyPressed) -> Step:
    """It is meant."""
    return replace(state, sale=ClosingDay()), (CloseDay(),)


def closed(state: State, _: ClosingDay | Ready, event: DayClosed) -> Step:
    """Say which day it was, or that nothing was closed: also when it took so long that the counter waited no more."""
    if event.day is None:
        return refuse(state, Reason.DAY_NOT_CLOSED, event.at)
    return replace(state, sale=DayDone(event.day, event.at)), ()
