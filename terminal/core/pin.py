"""The shop's PIN, if it set one: it stands before the menu, and so before refunds.

After three wrong ones in a row none is taken for a while, twice as long at each further one. That is forgotten at a
restart, which takes longer than the first pause.
"""

from dataclasses import replace

from terminal.core.counter import CheckingPin, EnteringPin, InMenu
from terminal.core.effects import CheckPin
from terminal.core.events import KeyPressed, PinChecked
from terminal.core.state import State
from terminal.core.steps import Step

PIN_MAX = 8
"""Digits; more are not taken."""


def type_digit(state: State, sale: EnteringPin, event: KeyPressed) -> Step:
    """One digit more, or two zeros, unless none is taken now."""
    digits = sale.digits + event.key
    if len(digits) > PIN_MAX or event.at.uptime_ms < state.pin_again_ms:
        return state, ()
    return replace(state, sale=EnteringPin(digits)), ()


def correct(state: State, sale: EnteringPin, _: KeyPressed) -> Step:
    """Take the last digit back."""
    return replace(state, sale=EnteringPin(sale.digits[:-1])), ()


def confirm(state: State, sale: EnteringPin, event: KeyPressed) -> Step:
    """Have it compared, unless none is taken now."""
    if not sale.digits or event.at.uptime_ms < state.pin_again_ms:
        return state, ()
    return replace(state, sale=CheckingPin()), (CheckPin(sale.digits),)


def checked(state: State, _: CheckingPin, event: PinChecked) -> Step:
    """The right one opens the menu."""
    return replace(state, sale=InMenu() if event.right else EnteringPin()), ()
