"""The table itself: complete, typed, drawn, and telling the truth about where each row leads."""

import typing
from dataclasses import replace

import pytest

from contracts.wire.entry import EntryKind
from contracts.wire.reasons import Reason
from contracts.wire.units import Cents, Timestamp
from terminal.core import counter, events, state
from terminal.core.care import Trouble
from terminal.core.counter import Committing, Refused, Sale
from terminal.core.effects import Commit
from terminal.core.events import Event, Key
from terminal.core.facts import ClosedDay, JournalFacts, Lost, OpenEntry, Outcome
from terminal.core.lesson import Question, Said, Saying
from terminal.core.menu import items
from terminal.core.moment import Moment
from terminal.core.sale import start, step
from terminal.core.screen import Item
from terminal.core.state import State
from terminal.core.table import TABLE
from terminal.core.triggers import Trigger, trigger_of
from terminal.core.view import view
from tests.core import diagram
from tests.core.shop import BICYCLE, CHECKPOINT, CLOTHES, EMPTY, FAMILY_01, FAMILY_02, NOON, OURS, SPORTS, budget, sale

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
    Trigger.ORDERS: events.OrdersTold,
    Trigger.SALES: events.SalesFound,
    Trigger.PIN: events.PinChecked,
    Trigger.CLOSED: events.DayClosed,
    Trigger.HELPED: events.HelpGathered,
    Trigger.CHECKPOINT: events.CheckpointRead,
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
ANSWERS = events.Committed | events.CommitFailed
STEPS = (0, 9_000, 130_000)
FOUND = (), (sale(1, 30, terminal=OURS),), (sale(2, 30),), (sale(2, 30, refunded=30),)
ORDER = replace(BICYCLE, amount=Cents(60))
PAID_ASK = OpenEntry(1, FAMILY_02, 1, Cents(30), NOON, NOON, EntryKind.ASK)
STARTS = (
    start(EMPTY, CHECKPOINT, RULES, 0, has_pin=True),
    start(JournalFacts(1, 1, (), OURS, paid_asks=(PAID_ASK,)), CHECKPOINT, RULES, 1),
)
"""A terminal with a PIN, and one without that was off when an ask was paid."""


def happenings(now: Moment, sequence: int) -> list[Event]:
    read = replace(CHECKPOINT, block=11, sequence=sequence)
    return [
        *(events.KeyPressed(now, key) for key in (Key.D1, Key.D2, Key.D3, Key.D4, Key.D5, Key.DOUBLE_ZERO)),
        *(events.KeyPressed(now, key) for key in (Key.CORRECT, Key.CANCEL, Key.CONFIRM, Key.MENU)),
        events.PassScanned(now, FAMILY_01, (budget(30),)),
        events.PassScanned(now, FAMILY_01, (budget(60),)),
        events.PassScanned(now, FAMILY_02, (budget(100), budget(100, programme=2))),
        events.PassScanned(now, FAMILY_02, ()),
        events.PassScanned(now, FAMILY_01, (budget(30),), orders=(ORDER,)),
        events.PassScanned(now, FAMILY_01, (budget(0),), orders=(ORDER,)),
        events.PassScanned(now, FAMILY_02, (budget(100), budget(100, programme=2)), orders=(ORDER, ORDER)),
        *(events.OrdersTold(now, told) for told in ((), ((FAMILY_01, ORDER),))),
        events.ScanRefused(now, Reason.SCAN_LINK),
        events.Committed(now, sequence + 1),
        events.CommitFailed(now, Reason.STORAGE_FAULT),
        events.Locked(now, Reason.FORK),
        events.Ticked(now),
        events.SnapshotTaken(now, tuple(replace(rules, paused=True) for rules in RULES), 0),
        *(events.CheckpointRead(now, replace(read, ask_sequence=sequence, ask_reason=n)) for n in (0, 48)),
        *(events.SalesFound(now, FAMILY_01, sales, last=True) for sales in FOUND),
        *(events.PinChecked(now, right=right) for right in (True, False)),
        *(events.DayClosed(now, day) for day in (None, ClosedDay(1, 30, 0))),
        events.LostKnown(now, (Lost(1, Cents(30), Reason.SLICE_SHORT, is_refund=False),)),
        events.Forwarded(now, sequence),
        *(events.OutcomesKnown(now, (Outcome(sequence, reason),)) for reason in (Reason.PAID, Reason.SIGNATURE)),
        events.ContactChanged(now, gateway=True, chain=True),
        events.DeviceChanged(now, "scanner", "ready", ""),
        events.AttentionChanged(now, Reason.REQUEST_FORM),
        events.TroublesKnown(now, (Trouble.HOT,)),
        events.HelpGathered(now, "well"),
        events.LessonAsked(now, Question.SCAN),
        events.LessonSaid(now, Said(Saying.KEYPAD, ("pad",))),
        events.LessonDone(now),
        events.LessonEnded(now, Said(Saying.STOPPED)),
    ]


def test_the_walk_meets_every_kind_of_event():
    now = Moment(0, NOON, Timestamp(0), synchronised=False)
    assert {type(event) for event in happenings(now, 0)} == set(typing.get_args(Event))


def kind_of(known: State) -> tuple[object, ...]:
    """States that differ in nothing that this walk asks about are one. A closed terminal has little to ask about."""
    at = known.sale
    shown = at.resume if isinstance(at, Refused) else at
    if known.knowledge.locked:
        return type(at), type(shown)
    names = ("amount", "price", "programme", "scanned", "commit", "choosing", "sales", "sale", "orders")
    numbers = [getattr(shown, name, None) for name in names]
    paused = any(rules.paused for rules in known.knowledge.programmes)
    spent = tuple(entry.amount for entry in known.knowledge.entries)
    asks = len(known.knowledge.open_asks), len(known.paid_asks), Item.VOID in items(known), known.gateway
    return type(at), type(shown), *numbers, paused, spent, asks, len(getattr(at, "digits", ""))


def worth_walking_on(known: State) -> bool:
    typed, digits = getattr(known.sale, "amount", 0), getattr(known.sale, "digits", "")
    return typed in {0, 5, 30, 55} and len(digits) <= 1 and known.knowledge.sequence <= 1


def ways(first: State) -> set[tuple[type[Sale], Trigger, type[Sale]]]:
    gone, met, ahead = set(), {kind_of(first)}, [(first, 0)]
    viewed = set(met)
    while ahead:
        before, uptime = ahead.pop(0)
        for wait in STEPS:
            now = Moment(uptime + wait, Timestamp(NOON + 1), Timestamp(0), synchronised=False)
            for event in happenings(now, before.knowledge.sequence):
                after, effects = step(before, event)
                in_flight = isinstance(before.sale, Committing) and not isinstance(event, ANSWERS)
                assert isinstance(after.sale, Committing) == (in_flight or any(isinstance(e, Commit) for e in effects))
                locks = after.knowledge.locked and not before.knowledge.locked
                gone.add((type(before.sale), Trigger.LOCK if locks else trigger_of(event), type(after.sale)))
                kind = kind_of(after)
                if kind not in viewed:
                    viewed.add(kind)
                    view(after, now)
                if kind not in met and worth_walking_on(after):
                    met.add(kind)
                    ahead.append((after, now.uptime_ms))
    return gone


def test_every_declared_way_is_gone_and_no_other():
    gone = set().union(*(ways(first) for first in STARTS))
    declared = {(sale, trigger, to) for sale, rows in TABLE.items() for trigger, row in rows.items() for to in row.to}
    leading_elsewhere = {(sale, trigger, to) for sale, trigger, to in gone if sale is not to}
    assert {(s.__name__, t.value, to.__name__) for s, t, to in leading_elsewhere - declared} == set()
    assert {(s.__name__, t.value, to.__name__) for s, t, to in declared - gone} == set()
    assert {(sale, trigger) for sale, trigger, _ in gone} == {(sale, trigger) for sale in SALES for trigger in Trigger}


def test_states_cannot_be_changed():
    for each in (*SALES, counter.Scanned, state.Read, state.Knowledge, State):
        assert each.__dataclass_params__.frozen, each
        assert "__slots__" in vars(each), each
