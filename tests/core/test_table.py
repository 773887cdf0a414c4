"""The table itself: complete, typed, drawn, and telling the truth about where each row leads."""

import typing
from dataclasses import replace

import pytest

from contracts.wire.reasons import Reason
from contracts.wire.units import Cents, Timestamp
from terminal.core import events, state
from terminal.core.effects import Commit
from terminal.core.events import Event, Key
from terminal.core.facts import Outcome
from terminal.core.lesson import Question, Said, Saying
from terminal.core.moment import Moment
from terminal.core.sale import TABLE, Trigger, start, step, trigger_of
from terminal.core.state import Committing, Refused, Sale, State
from terminal.core.view import view
from tests.core import diagram
from tests.core.shop import CHECKPOINT, CLOTHES, EMPTY, FAMILY_01, FAMILY_02, NOON, SPORTS, budget

SALES = typing.get_args(Sale)
EVENT_OF = {
    Trigger.PASS: events.PassScanned,
    Trigger.OTHER_CODE: events.ScanRefused,
    Trigger.STORED: events.Committed,
    Trigger.NOT_STORED: events.CommitFailed,
    Trigger.ASKED: events.LessonAsked,
    Trigger.SAID: events.LessonSaid,
    Trigger.FOUND: events.LessonDone,
    Trigger.ENDED: events.LessonEnded,
    Trigger.TIME: events.Ticked,
}
KEYS = {Trigger.DIGIT, Trigger.CORRECT, Trigger.CANCEL, Trigger.CONFIRM, Trigger.MENU}
ROWS = [(sale, trigger) for sale, rows in TABLE.items() for trigger in rows]


def test_the_drawing_is_the_table():
    assert diagram.PICTURE.read_text() == diagram.draw(), "run `python -m tests.core.diagram`"


def test_every_class_of_sale_has_its_rows():
    assert set(TABLE) == set(SALES)


def test_every_key_and_event_has_its_trigger():
    moment = Moment(0, NOON, Timestamp(0), synchronised=False)
    by_key = {trigger_of(events.KeyPressed(moment, key)) for key in Key}
    assert by_key == KEYS
    assert by_key | EVENT_OF.keys() | {Trigger.LOCK, Trigger.NEWS} == set(Trigger)


@pytest.mark.parametrize(("sale", "trigger"), ROWS, ids=lambda part: getattr(part, "__name__", part))
def test_a_move_takes_the_sale_and_the_event_of_its_row(sale, trigger):
    """The table's type cannot say this, so it is read from the annotations of the moves."""
    _, takes_sale, takes_event = list(typing.get_type_hints(TABLE[sale][trigger].move).values())[:3]
    assert sale in accepted(takes_sale)
    event = events.KeyPressed if trigger in KEYS else EVENT_OF.get(trigger)
    assert accepted(takes_event) >= ({event} if event else set(typing.get_args(Event)))


def accepted(annotation) -> set[type]:
    return set(typing.get_args(annotation)) or {annotation}


# Walking through everything that a small shop can come to

LIMIT = Cents(40)
RULES = (replace(CLOTHES, floor_limit=LIMIT), replace(SPORTS, floor_limit=LIMIT))
STEPS = (0, 9_000, 130_000)


def happenings(now: Moment, sequence: int) -> list[Event]:
    read = replace(CHECKPOINT, block=11, sequence=sequence)
    return [
        *(events.KeyPressed(now, key) for key in (Key.D1, Key.D5, Key.DOUBLE_ZERO)),
        *(events.KeyPressed(now, key) for key in (Key.CORRECT, Key.CANCEL, Key.CONFIRM, Key.MENU)),
        events.PassScanned(now, FAMILY_01, (budget(30),)),
        events.PassScanned(now, FAMILY_01, (budget(60),)),
        events.PassScanned(now, FAMILY_02, (budget(100), budget(100, programme=2))),
        events.PassScanned(now, FAMILY_02, ()),
        events.ScanRefused(now, Reason.SCAN_LINK),
        events.Committed(now, sequence + 1),
        events.CommitFailed(now, Reason.STORAGE_FAULT),
        events.Locked(now, Reason.FORK),
        events.Ticked(now),
        events.SnapshotTaken(now, tuple(replace(rules, paused=True) for rules in RULES), 0),
        events.CheckpointRead(now, read),
        events.Forwarded(now, sequence),
        events.OutcomesKnown(now, (Outcome(sequence, Reason.PAID),)),
        events.ContactChanged(now, gateway=True, chain=True),
        events.DeviceChanged(now, "scanner", "ready", ""),
        events.AttentionChanged(now, Reason.REQUEST_FORM),
        events.LessonAsked(now, Question.SCAN),
        events.LessonSaid(now, Said(Saying.KEYPAD, ("pad",))),
        events.LessonDone(now),
        events.LessonEnded(now, Said(Saying.STOPPED)),
    ]


def test_the_walk_meets_every_kind_of_event():
    now = Moment(0, NOON, Timestamp(0), synchronised=False)
    assert {type(event) for event in happenings(now, 0)} == set(typing.get_args(Event))


def kind_of(known: State) -> tuple[object, ...]:
    """States that differ in nothing that this walk asks about are one."""
    sale = known.sale
    shown = sale.resume if isinstance(sale, Refused) else sale
    numbers = [getattr(shown, name, None) for name in ("amount", "price", "programme", "scanned", "commit")]
    paused = any(rules.paused for rules in known.knowledge.programmes)
    spent = tuple(entry.amount for entry in known.knowledge.entries)
    reread = known.last_read.pass_address if known.last_read else None
    return type(sale), type(shown), *numbers, paused, spent, known.knowledge.locked, reread


def worth_walking_on(known: State) -> bool:
    typed = getattr(known.sale, "amount", 0)
    return typed <= 55 and known.knowledge.sequence <= 1


def ways(first: State) -> set[tuple[type[Sale], Trigger, type[Sale]]]:
    gone, met, ahead = set(), {kind_of(first)}, [(first, 0)]
    while ahead:
        before, uptime = ahead.pop(0)
        for wait in STEPS:
            now = Moment(uptime + wait, Timestamp(NOON + 1), Timestamp(0), synchronised=False)
            for event in happenings(now, before.knowledge.sequence):
                after, effects = step(before, event)
                view(after, now)
                assert isinstance(after.sale, Committing) == (
                    (isinstance(before.sale, Committing) and not effects) or any(isinstance(e, Commit) for e in effects)
                )
                locks = after.knowledge.locked and not before.knowledge.locked
                gone.add((type(before.sale), Trigger.LOCK if locks else trigger_of(event), type(after.sale)))
                if kind_of(after) not in met and worth_walking_on(after):
                    met.add(kind_of(after))
                    ahead.append((after, now.uptime_ms))
    return gone


def test_every_declared_way_is_gone_and_no_other():
    gone = ways(start(EMPTY, CHECKPOINT, RULES, 0))
    declared = {(sale, trigger, to) for sale, rows in TABLE.items() for trigger, row in rows.items() for to in row.to}
    leading_elsewhere = {(sale, trigger, to) for sale, trigger, to in gone if sale is not to}
    assert {(s.__name__, t.value, to.__name__) for s, t, to in leading_elsewhere - declared} == set()
    assert {(s.__name__, t.value, to.__name__) for s, t, to in declared - gone} == set()
    assert {(sale, trigger) for sale, trigger, _ in gone} == {(sale, trigger) for sale in SALES for trigger in Trigger}


def test_states_cannot_be_changed():
    for each in (*SALES, state.Scanned, state.Read, state.Knowledge, State):
        assert each.__dataclass_params__.frozen, each
        assert "__slots__" in vars(each), each
