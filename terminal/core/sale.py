"""The sale: one pass, one payment. Sans-I/O: events come in, effects go out, and this file decides.

Theory of operation
    A state is one sale and what the terminal knows. `step` first lets the terminal learn from the event (learn.py),
    then looks up the class of the sale and the trigger in TABLE and makes that move (moves.py). Whatever the table
    does not have is ignored: it means nothing there. Every move is judged by approve.py and shown by view.py.

Rules
    1. Approved comes from Committed alone, Committed answers Commit alone, and Commit is asked for only when
       approve.judge finds nothing against the payment at the moment of the confirm key. One Commit is in flight at
       most, and while it is, nothing else is taken.
    2. The signer holds the key of the newest scan, put there before PassScanned is stepped. So another pass takes over
       without a Forget, and Forget goes out exactly when a step leaves no sale that needs the key.
    3. The same pass within three seconds of its last read has not left the scanner: whatever the sale is, that changes
       nothing but the time of the read. So a pass kept under a camera pays once.
    4. Another pass ends an open sale and starts its own. Anything else that is read is refused by name and leaves the
       open sale as it was; digits typed over that refusal go into the price.
    5. What no amount could cure is refused at the scan; a refused amount leaves the sale open for a lower one.
    6. Nothing but a key, a pass and time takes Approved away: a refusal there would be read as a refusal of the sale.
    7. A lock ends whatever is open. A commit in flight is not recalled, and what is approved stays approved.
    8. Nobody there for two minutes: the sale ends. Approved and refused stay for eight seconds.
    9. The menu opens where no sale is, so devices are never learnt in one; and from BeginLesson to LessonEnded nothing
       that is read begins one. One lesson is on at most: the next can begin only where LessonEnded was heard, or never
       will be, as a closed terminal has no menu.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Protocol

from terminal.core import events, menu, moves
from terminal.core.effects import Forget
from terminal.core.events import Key
from terminal.core.facts import Checkpoint, JournalFacts, Programme
from terminal.core.learn import learn, listed, trust
from terminal.core.moves import SAME_SCAN_MS, Step
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
    Read,
    Ready,
    Refused,
    Sale,
    State,
    holds_key,
)


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
    LOCK = "lock"
    TIME = "time"
    NEWS = "news"
    """Something to learn, which moves no sale: no row has it."""


class Move(Protocol):
    """A function of the state, its sale and the event; sale and event are of the classes of its row."""

    def __call__(self, state: State, sale: Any, event: Any, /) -> Step:
        """The next state and the effects."""


@dataclass(frozen=True, slots=True)
class Row:
    """What happens, and where it can lead; staying is always possible."""

    move: Move
    to: tuple[type[Sale], ...]


_BEGIN = Row(moves.begin, (Choosing, EnteringAmount, Refused))
_MISREAD = Row(moves.misread, (Refused,))
_END = Row(moves.end, (Ready,))
_BACK = Row(moves.back_to_amount, (EnteringAmount,))
_SEEN = Row(moves.dismiss, (Ready,))
_GO_ON = Row(moves.dismiss, (Ready, Choosing, EnteringAmount, OfferingPart, AskingAgain))
_WHILE_OPEN = {
    Trigger.PASS: _BEGIN,
    Trigger.OTHER_CODE: _MISREAD,
    Trigger.LOCK: _END,
    Trigger.TIME: Row(moves.expire, (Ready,)),
}

TABLE: Mapping[type[Sale], Mapping[Trigger, Row]] = {
    Ready: {
        Trigger.PASS: _BEGIN,
        Trigger.OTHER_CODE: _MISREAD,
        Trigger.MENU: Row(menu.open_menu, (InMenu,)),
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
        Trigger.CONFIRM: Row(moves.confirm_price, (Committing, OfferingPart, AskingAgain, Refused)),
        Trigger.CANCEL: _END,
    },
    OfferingPart: {
        **_WHILE_OPEN,
        Trigger.CONFIRM: Row(moves.confirm_part, (Committing, AskingAgain, Refused)),
        Trigger.CANCEL: _BACK,
    },
    AskingAgain: {
        **_WHILE_OPEN,
        Trigger.CONFIRM: Row(moves.confirm_again, (Committing, Refused)),
        Trigger.CANCEL: _BACK,
    },
    Committing: {
        Trigger.STORED: Row(moves.approved, (Approved,)),
        Trigger.NOT_STORED: Row(moves.failed, (Refused,)),
    },
    Approved: {
        Trigger.DIGIT: _SEEN,
        Trigger.CORRECT: _SEEN,
        Trigger.MENU: _SEEN,
        Trigger.CONFIRM: _SEEN,
        Trigger.CANCEL: _SEEN,
        Trigger.PASS: _BEGIN,
        Trigger.TIME: Row(moves.expire, (Ready,)),
    },
    Refused: {
        **_WHILE_OPEN,
        Trigger.DIGIT: Row(moves.type_on, _GO_ON.to),
        Trigger.CORRECT: _GO_ON,
        Trigger.MENU: _GO_ON,
        Trigger.CONFIRM: _GO_ON,
        Trigger.CANCEL: _GO_ON,
        Trigger.TIME: Row(moves.expire, _GO_ON.to),
    },
    InMenu: {
        Trigger.DIGIT: Row(menu.choose_item, (Learning,)),
        Trigger.MENU: _END,
        Trigger.CANCEL: _END,
        Trigger.PASS: _BEGIN,
        Trigger.OTHER_CODE: _MISREAD,
        Trigger.LOCK: _END,
        Trigger.TIME: Row(menu.expire_menu, (Ready,)),
    },
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
    events.Ticked: Trigger.TIME,
}
"""All others are news, unless what they teach locks the terminal."""


def start(
    facts: JournalFacts, checkpoint: Checkpoint | None, programmes: tuple[Programme, ...], snapshot_sequence: int
) -> State:
    """The state after a start: no sale, and what journal, chain and snapshot last said."""
    knowledge = Knowledge(
        sequence=facts.sequence,
        forwarded=facts.forwarded,
        entries=facts.entries,
        programmes=programmes,
        snapshot_sequence=snapshot_sequence,
    )
    outcomes = listed(facts.outcomes, facts.recent)
    return State(Ready(), trust(knowledge, checkpoint), recent=facts.recent, outcomes=outcomes)


def step(state: State, event: events.Event) -> Step:
    """The state after the event, and what is to be done about it, in order. Total: any state takes any event."""
    moved, effects = _move(state, event)
    key_was_held = holds_key(state.sale) or isinstance(event, events.PassScanned)
    return moved, (Forget(), *effects) if key_was_held and not holds_key(moved.sale) else effects


def _move(state: State, event: events.Event) -> Step:
    if isinstance(event, events.PassScanned) and _is_same_scan(state, event):
        return replace(state, last_read=Read(event.pass_address, event.at.uptime_ms)), ()
    known = learn(state, event)
    just_locked = known.knowledge.locked is not None and state.knowledge.locked is None
    row = TABLE[type(state.sale)].get(Trigger.LOCK if just_locked else trigger_of(event))
    return row.move(known, known.sale, event) if row else (known, ())


def _is_same_scan(state: State, event: events.PassScanned) -> bool:
    last = state.last_read
    if last is None or last.pass_address != event.pass_address:
        return False
    return event.at.uptime_ms - last.uptime_ms < SAME_SCAN_MS


def trigger_of(event: events.Event) -> Trigger:
    """What the event is to a sale."""
    if isinstance(event, events.KeyPressed):
        return _BY_KEY.get(event.key, Trigger.DIGIT)
    return _BY_EVENT.get(type(event), Trigger.NEWS)
