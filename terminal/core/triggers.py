"""What each event is to a sale: the columns of the table."""

from collections.abc import Mapping
from enum import StrEnum

from terminal.core import events
from terminal.core.events import Key


class Trigger(StrEnum):
    """What moves a sale: a kind of event, or a group of keys."""

    DIGIT = "digit"
    CORRECT = "correct"
    CANCEL = "cancel"
    CONFIRM = "confirm"
    MENU = "menu"
    PASS = "pass"  # noqa: S105  the thing on the counter, not a password
    OTHER_CODE = "other code"
    STORED = "stored"
    NOT_STORED = "not stored"
    ASKED = "asked"
    SAID = "said"
    FOUND = "found"
    ENDED = "ended"
    ORDERS = "orders"
    SALES = "sales"
    PIN = "pin"
    CLOSED = "closed"
    HELPED = "helped"
    CHECKPOINT = "checkpoint"
    LOCK = "lock"
    TIME = "time"
    NEWS = "news"
    """Something to learn, which moves no sale: no row has it."""


_BY_KEY: Mapping[Key, Trigger] = {
    Key.CORRECT: Trigger.CORRECT,
    Key.CANCEL: Trigger.CANCEL,
    Key.CONFIRM: Trigger.CONFIRM,
    Key.MENU: Trigger.MENU,
}
"""All other keys are digits."""

_BY_EVENT: Mapping[type[events.Event], Trigger] = {
    events.PassScanned: Trigger.PASS,
    events.ScanRefused: Trigger.OTHER_CODE,
    events.Committed: Trigger.STORED,
    events.CommitFailed: Trigger.NOT_STORED,
    events.LessonAsked: Trigger.ASKED,
    events.LessonSaid: Trigger.SAID,
    events.LessonDone: Trigger.FOUND,
    events.LessonEnded: Trigger.ENDED,
    events.OrdersTold: Trigger.ORDERS,
    events.SalesFound: Trigger.SALES,
    events.PinChecked: Trigger.PIN,
    events.DayClosed: Trigger.CLOSED,
    events.HelpGathered: Trigger.HELPED,
    events.CheckpointRead: Trigger.CHECKPOINT,
    events.Ticked: Trigger.TIME,
}
"""All others are news, unless what they teach locks the terminal."""


def trigger_of(event: events.Event) -> Trigger:
    """What the event is to a sale."""
    if isinstance(event, events.KeyPressed):
        return _BY_KEY.get(event.key, Trigger.DIGIT)
    return _BY_EVENT.get(type(event), Trigger.NEWS)
