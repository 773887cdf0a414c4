"""The Unix socket between the daemon and its screens: whole screens go out, key presses come in, one JSON line each.

What a screen shows and sends is named here, for the screen's process knows nothing else of the terminal.
"""

from terminal.core.care import Trouble
from terminal.core.keys import Key
from terminal.core.lesson import Question, Said, Saying
from terminal.core.screen import (
    Booked,
    Choice,
    Day,
    EntryState,
    Item,
    Lamp,
    Line,
    SaleChoice,
    Screen,
    Stage,
    Status,
    Wait,
)

__all__ = [
    "Booked",
    "Choice",
    "Day",
    "EntryState",
    "Item",
    "Key",
    "Lamp",
    "Line",
    "Question",
    "Said",
    "SaleChoice",
    "Saying",
    "Screen",
    "Stage",
    "Status",
    "Trouble",
    "Wait",
]
