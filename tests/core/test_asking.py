"""Asks: when one is made, what it counts for, and what ends it."""

from dataclasses import replace

import pytest

from contracts.wire.entry import Ask, Payment
from contracts.wire.reasons import Reason
from contracts.wire.units import Cents, Timestamp
from terminal.core import events
from terminal.core.effects import AskEnd, Commit, Forget, HandOut, Resolve, Signal, Tone
from terminal.core.events import Key
from terminal.core.facts import JournalFacts, Outcome
from terminal.core.screen import Booked, EntryState, Line, Stage, Wait
from tests.core.shop import CHECKPOINT, CLOTHES, FAMILY_01, FAMILY_02, NOON, OURS, Shop, budget, slices

LATE = Timestamp(NOON + 120)
"""The deadline of an ask that is made at the first checkpoint."""
PAID = int(Reason.PAID)
SHORT = int(Reason.ASK_BUDGET_SHORT)


@pytest.fixture
def shop():
    shop = Shop()
    shop.online()
    return shop


# Making one


def test_what_only_the_floor_limit_forbids_is_asked_for(shop):
    shop.storing = False
    shop.scan()
    shop.type("6000")
    asked = Ask(1, Cents(6_000), NOON, LATE)
    assert shop.confirm() == (Commit(1, FAMILY_01, asked, NOON),)
    assert (shop.screen.stage, shop.screen.amount) == (Stage.WORKING, 6_000)
    assert shop.step(events.Committed(shop.now, 1)) == (Forget(),)
    assert (shop.screen.stage, shop.screen.amount, shop.screen.sequence) == (Stage.ASKING, 6_000, 1)


@pytest.mark.parametrize(
    ("free", "waiting", "amount"),
    [(25_000, 0, 5_001), (700, 0, 701), (0, 0, 1), (25_000, 75, 500)],
    ids=["above the floor limit", "beyond the slice", "no slice left", "too many waiting"],
)
def test_whatever_asking_cures_is_asked_for(free, waiting, amount):
    shop = Shop(JournalFacts(waiting, 0, (), OURS), replace(CHECKPOINT, slices=slices(free)))
    shop.online()
    shop.pay(amount)
    assert isinstance(shop.commits[-1].content, Ask)


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        ({"paused": True}, Reason.PROGRAMME_PAUSED),
        ({"admitted": False}, Reason.SHOP_NOT_ADMITTED),
        ({"ends": NOON}, Reason.PERIOD_OVER),
        ({"offline_window": 5}, Reason.OFFLINE_TOO_LONG),
        ({"day_limit": Cents(0)}, Reason.DAY_LIMIT),
    ],
)
def test_what_the_contract_would_refuse_too_is_not_asked_for(shop, trouble, reason):
    shop.snapshot(replace(CLOTHES, **trouble))
    shop.pay(6_000)
    assert (shop.commits, shop.refusal) == ([], reason)


def test_a_payment_that_needs_no_ask_is_none(shop):
    shop.pay(5_000)
    assert (shop.screen.stage, shop.commits[0].content) == (Stage.APPROVED, Payment(1, Cents(5_000), shop.now.bound))


@pytest.mark.parametrize(("gateway", "chain"), [(False, True), (True, False), (False, False)])
def test_without_gateway_or_chain_nothing_is_asked_and_a_lower_amount_will_do(shop, gateway, chain):
    shop.online(gateway, chain)
    shop.scan()
    shop.type("5001")
    assert shop.confirm() == (Signal(Tone.REFUSED),)
    assert (shop.commits, shop.refusal) == ([], Reason.ASK_OFFLINE)
    shop.type("5000")
    shop.confirm()
    assert shop.shows(Stage.APPROVED)


def test_where_no_amount_will_do_offline_the_limit_itself_is_named():
    shop = Shop(checkpoint=replace(CHECKPOINT, slices=slices(0)))
    shop.online()
    shop.scan()
    shop.online(gateway=False)
    shop.type("500")
    assert shop.confirm() == (Forget(), Signal(Tone.REFUSED))
    assert shop.refusal is Reason.SLICE_USED_UP


def test_one_ask_is_open_at_a_time_and_smaller_sales_go_on(shop):
    shop.ask()
    shop.press(Key.CANCEL)
    shop.pay(7_000, FAMILY_02)
    assert shop.refusal is Reason.ASK_OPEN
    shop.type("5000")
    shop.confirm()
    assert (shop.screen.stage, shop.screen.amount) == (Stage.APPROVED, 5_000)


def test_when_the_ask_has_ended_the_next_one_is_made(shop):
    shop.ask()
    shop.press(Key.CANCEL)
    shop.checkpoint(11, 1, ask=(1, SHORT))
    assert shop.ask(7_000, FAMILY_02).sequence == 2


def test_f23_the_same_ask_within_five_minutes_asks_whether_it_is_meant(shop):
    shop.ask()
    shop.checkpoint(11, 1, ask=(1, PAID))
    shop.pay(6_000)
    assert (shop.screen.stage, shop.state.knowledge.sequence) == (Stage.AGAIN, 1)
    shop.confirm()
    assert (shop.screen.stage, shop.state.knowledge.sequence) == (Stage.ASKING, 2)


def test_f39_a_part_above_the_floor_limit_is_asked_for_and_the_rest_paid_otherwise(shop):
    shop.scan(FAMILY_01, budget(6_000))
    shop.type("9900")
    shop.confirm()
    assert (shop.screen.stage, shop.screen.amount, shop.screen.rest) == (Stage.PART, 6_000, 3_900)
    shop.confirm()
    assert (shop.screen.stage, shop.screen.amount, shop.screen.rest) == (Stage.ASKING, 6_000, 3_900)
    effects = shop.checkpoint(11, 1, ask=(1, PAID))
    assert HandOut(1, Cents(3_900)) in effects
    assert (shop.screen.stage, shop.screen.rest) == (Stage.APPROVED, 3_900)


def test_f18_an_ask_that_was_not_stored_is_none(shop):
    shop.storing = False
    shop.scan()
    shop.type("6000")
    shop.confirm()
    shop.step(events.CommitFailed(shop.now, Reason.STORAGE_FAULT))
    assert (shop.refusal, shop.state.knowledge.open_asks) == (Reason.STORAGE_FAULT, ())


# Counting


def test_an_open_ask_takes_from_the_budget_and_waits_and_leaves_the_slice_alone(shop):
    before = shop.screen.status.waiting
    shop.ask()
    shop.press(Key.CANCEL)
    shop.checkpoint(11, 0, slices(5_000))
    shop.wait(5)
    shop.scan(FAMILY_01, budget(7_000))
    shop.press(Key.MENU)
    assert shop.screen.left == 1_000
    assert (before, shop.screen.status.waiting) == (0, 1)
    shop.pay(5_000, FAMILY_02)
    assert shop.shows(Stage.APPROVED)


@pytest.mark.parametrize(("ended", "left"), [((1, SHORT), 7_000), ((1, PAID), 1_000)])
def test_a_refused_ask_gives_back_what_it_took_and_a_paid_one_does_not(shop, ended, left):
    shop.ask()
    shop.checkpoint(11, 1, ask=ended)
    shop.wait(9)
    shop.scan(FAMILY_01, budget(7_000))
    shop.press(Key.MENU)
    assert shop.screen.left == left


# Waiting


def test_a_wait_says_what_it_waits_for_and_how_long(shop):
    shop.ask()
    seen = [(shop.screen.wait, shop.screen.seconds)]
    shop.wait(7)
    shop.step(events.Forwarded(shop.now, 1))
    seen.append((shop.screen.wait, shop.screen.seconds))
    shop.outcomes(Outcome(1, Reason.PAID))
    seen.append((shop.screen.wait, shop.screen.seconds))
    shop.tick(200)
    seen.append((shop.screen.wait, shop.screen.seconds))
    assert seen == [(Wait.GATEWAY, 115), (Wait.CONTRACT, 108), (Wait.FINALITY, 108), (Wait.FINALITY, 0)]


def test_f38_only_the_chain_ends_a_wait_whatever_the_gateway_says(shop):
    shop.ask()
    shop.step(events.Forwarded(shop.now, 1))
    shop.outcomes(Outcome(1, Reason.PAID))
    shop.tick(1_000)
    assert shop.shows(Stage.ASKING)
    shop.outcomes(Outcome(1, Reason.ASK_BUDGET_SHORT))
    assert shop.shows(Stage.ASKING)


def test_a_paid_ask_is_approved(shop):
    shop.ask()
    heard = shop.checkpoint(11, 1, ask=(1, PAID))
    notes = Resolve(1, AskEnd.PAID), Resolve(1, AskEnd.HANDED_OVER)
    assert heard == (*notes, Signal(Tone.APPROVED), HandOut(1, Cents(0)))
    assert (shop.screen.stage, shop.screen.amount, shop.screen.sequence) == (Stage.APPROVED, 6_000, 1)
    shop.tick(8)
    shop.tick(1)
    assert shop.shows(Stage.READY)  # nothing is left to ask about


@pytest.mark.parametrize("reason", [Reason.ASK_BUDGET_SHORT, Reason.ASK_TOO_LATE, Reason.TERMINAL_REVOKED])
def test_a_refused_ask_says_why_and_nothing_was_paid(shop, reason):
    shop.ask()
    assert shop.checkpoint(11, 1, ask=(1, int(reason))) == (Resolve(1, AskEnd.REFUSED), Signal(Tone.REFUSED))
    assert (shop.screen.stage, shop.refusal) == (Stage.REFUSED, reason)
    assert shop.state.last_sale is None


def test_a_reason_that_a_newer_contract_gives_is_a_refusal(shop):
    shop.ask()
    shop.checkpoint(11, 1, ask=(1, 63))
    assert (shop.screen.stage, shop.refusal) == (Stage.REFUSED, Reason.FORM)


def test_an_ask_that_was_consumed_as_something_else_is_refused(shop):
    shop.ask()
    shop.checkpoint(11, 1, ask=(0, PAID))
    assert (shop.screen.stage, shop.refusal) == (Stage.REFUSED, Reason.FORM)


@pytest.mark.parametrize(("seconds", "late"), [(115, False), (116, True)])
def test_f39_after_its_deadline_an_unsettled_ask_can_never_be_paid(shop, seconds, late):
    """The deadline is NOON + 120, and the sale began at NOON + 5."""
    shop.ask()
    shop.wait(seconds)
    shop.checkpoint(11, 0)
    assert (shop.screen.stage is Stage.REFUSED) == late
    assert not late or (shop.refusal, shop.notes) == (Reason.ASK_TOO_LATE, [Resolve(1, AskEnd.REFUSED)])


def test_f14_a_checkpoint_of_before_does_not_end_it(shop):
    shop.checkpoint(20, 0)
    shop.ask()
    shop.wait(500)
    shop.checkpoint(19, 0, ask=(1, PAID))
    assert shop.shows(Stage.ASKING)


def test_the_end_of_an_earlier_ask_does_not_end_it(shop):
    shop.checkpoint(11, 0, ask=(0, PAID))
    shop.ask()
    shop.checkpoint(12, 0, ask=(0, SHORT))
    assert shop.shows(Stage.ASKING)


@pytest.mark.parametrize("key", [key for key in Key if key is not Key.CANCEL])
def test_only_cancel_stops_the_waiting(shop, key):
    shop.ask()
    shop.wait(60)
    shop.press(key)
    shop.misread()
    assert shop.scan(FAMILY_02) == (Forget(),)
    shop.tick(300)
    assert shop.shows(Stage.ASKING)
    assert shop.press(Key.CANCEL) == ()
    assert (shop.screen.stage, len(shop.state.knowledge.open_asks)) == (Stage.READY, 1)


def test_f16_a_lock_ends_the_waiting_and_what_is_paid_is_noted(shop):
    shop.ask()
    shop.lock()
    assert shop.shows(Stage.LOCKED)
    assert shop.checkpoint(11, 1, ask=(1, PAID)) == (Resolve(1, AskEnd.PAID),)
    shop.tick(1)
    assert shop.shows(Stage.LOCKED)


def test_lines_tell_asks_from_payments_and_believe_the_chain_alone(shop):
    shop.pay(100)
    shop.ask()
    shop.outcomes(Outcome(2, Reason.PAID))
    assert shop.screen.recent[0] == Line(2, Cents(6_000), EntryState.WAITING, 0, Booked.ASK)
    shop.checkpoint(11, 2, ask=(2, SHORT))
    assert shop.screen.recent == (
        Line(2, Cents(6_000), EntryState.REJECTED, SHORT, Booked.ASK),
        Line(1, Cents(100), EntryState.FORWARDED, 0, Booked.PAYMENT),
    )


def test_only_ends_of_listed_asks_are_kept(shop):
    shop.ask()
    shop.press(Key.CANCEL)
    for amount in range(100, 105):
        shop.pay(amount, FAMILY_02)
    shop.checkpoint(11, 1, ask=(1, SHORT))
    assert shop.state.ends == ()
    shop.ask()
    shop.checkpoint(12, 7, ask=(7, SHORT))
    assert shop.state.ends == (Outcome(7, Reason.ASK_BUDGET_SHORT),)
    for amount in range(100, 105):
        shop.pay(amount)
    assert shop.state.ends == ()


def test_a_line_says_rejected_as_soon_as_it_is_too_late(shop):
    shop.ask()
    shop.wait(116)
    shop.checkpoint(11, 0)
    assert shop.screen.recent == (Line(1, Cents(6_000), EntryState.REJECTED, Reason.ASK_TOO_LATE, Booked.ASK),)
