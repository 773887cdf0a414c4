"""From the amount to approved: typing, confirming, the part, "again?", and what the commit answers."""

from dataclasses import replace

import pytest

from contracts.wire.entry import Payment
from contracts.wire.reasons import Reason
from contracts.wire.units import Cents
from terminal.core import events
from terminal.core.effects import Commit, Effect, Forget, HandOut, Signal, Tone
from terminal.core.events import Key
from terminal.core.facts import JournalFacts, OpenEntry
from terminal.core.screen import Stage
from tests.core.shop import CLOTHES, FAMILY_01, FAMILY_02, NOON, OURS, SPORTS, TODAY, Shop, budget, slices


def approved(sequence: int = 1, rest: int = 0) -> tuple[Effect, ...]:
    """What follows a commit that was stored."""
    return Forget(), Signal(Tone.APPROVED), HandOut(sequence, Cents(rest))


# Typing


@pytest.mark.parametrize(
    ("keys", "amount"),
    [
        ("1", 1),
        ("12", 12),
        ("1250", 1250),
        ("0", 0),
        ("005", 5),
        ("99999999", 99_999_999),
        ("999999991", 99_999_999),
    ],
)
def test_digits_shift_in_from_the_right(shop, keys, amount):
    shop.scan()
    shop.type(keys)
    assert shop.screen.amount == amount


def test_double_zero_shifts_two(shop):
    shop.scan()
    shop.press(Key.DOUBLE_ZERO, Key.D1, Key.D2, Key.DOUBLE_ZERO)
    assert shop.screen.amount == 1200


def test_double_zero_beyond_the_largest_amount_is_ignored_whole(shop):
    shop.scan()
    shop.type("1234567")
    shop.press(Key.DOUBLE_ZERO)
    assert shop.screen.amount == 1_234_567
    shop.press(Key.D0)
    assert shop.screen.amount == 12_345_670


def test_correct_takes_the_last_digit_and_nothing_from_nothing(shop):
    shop.scan()
    shop.type("12")
    amounts = []
    for _ in range(3):
        shop.press(Key.CORRECT)
        amounts.append((shop.screen.stage, shop.screen.amount))
    assert amounts == [(Stage.AMOUNT, 1), (Stage.AMOUNT, 0), (Stage.AMOUNT, 0)]


def test_cancel_ends_the_sale_and_forgets_the_key(shop):
    shop.scan()
    shop.type("12")
    assert shop.press(Key.CANCEL) == (Forget(),)
    assert (shop.screen.stage, shop.screen.amount) == (Stage.READY, 0)


def test_confirm_without_an_amount_does_nothing_and_stays(shop):
    shop.scan()
    assert shop.confirm() == ()
    assert (shop.screen.stage, shop.state.knowledge.sequence) == (Stage.AMOUNT, 0)


def test_what_is_left_is_shown_only_on_request(shop):
    shop.pay(1000)
    shop.wait(5)
    shop.scan()
    shown = [shop.screen.left]
    for key in (Key.MENU, Key.D5, Key.MENU):
        shop.press(key)
        shown.append(shop.screen.left)
    assert shown == [None, 29_000, 29_000, None]


@pytest.mark.parametrize("key", [key for key in Key if key is not Key.MENU])
def test_keys_without_a_sale_do_nothing(shop, key):
    before = shop.screen
    assert shop.press(key) == ()
    assert shop.screen == before


# Confirming


def test_every_picture_of_a_sale_names_its_programme_and_what_is_paid_otherwise(shop):
    def sell(sequence):
        """EUR 99 with EUR 60 on the pass, as far as the contract's yes."""
        shop.wait(5)
        shop.scan(FAMILY_01, budget(6_000))
        shop.type("9900")
        while shop.screen.stage not in {Stage.APPROVED, Stage.REFUSED}:
            pictures.append((shop.screen.stage, shop.screen.programme, shop.screen.amount, shop.screen.rest))
            if shop.shows(Stage.WORKING):
                shop.step(events.Committed(shop.now, sequence))
            elif shop.shows(Stage.ASKING):
                shop.checkpoint(10 + sequence, sequence, ask=(sequence, 0))
            else:
                shop.confirm()
        shop.snapshot(CLOTHES, SPORTS, sequence=sequence)
        pictures.append((shop.screen.stage, shop.screen.programme, shop.screen.amount, shop.screen.rest))

    pictures: list[object] = []
    shop.online()
    shop.storing = False
    sell(1)
    sell(2)
    first = [(Stage.AMOUNT, "Kleding", 9_900, 0), (Stage.PART, "Kleding", 6_000, 3_900)]
    asked = [(stage, "Kleding", 6_000, 3_900) for stage in (Stage.WORKING, Stage.ASKING, Stage.APPROVED)]
    assert pictures == [*first, *asked, *first, (Stage.AGAIN, "Kleding", 6_000, 3_900), *asked]


def test_confirm_asks_for_the_commit_and_only_its_answer_approves(shop):
    shop.storing = False
    shop.scan()
    shop.type("1250")
    payment = Payment(1, Cents(1250), NOON)
    assert shop.confirm() == (Commit(1, FAMILY_01, payment, NOON),)
    assert (shop.screen.stage, shop.state.knowledge.sequence) == (Stage.WORKING, 0)
    assert shop.step(events.Committed(shop.now, 1)) == approved()
    assert (shop.screen.stage, shop.screen.amount, shop.screen.sequence) == (Stage.APPROVED, 1250, 1)
    assert (shop.state.knowledge.sequence, len(shop.state.knowledge.entries)) == (1, 1)


def test_f18_a_failed_commit_is_a_refusal_that_consumes_nothing(shop):
    shop.storing = False
    shop.scan()
    shop.type("1250")
    before = shop.state.knowledge
    shop.confirm()
    assert shop.step(events.CommitFailed(shop.now, Reason.STORAGE_FAULT)) == (Forget(), Signal(Tone.REFUSED))
    assert (shop.screen.stage, shop.refusal) == (Stage.REFUSED, Reason.STORAGE_FAULT)
    assert shop.state.knowledge == before


def test_while_the_commit_is_in_flight_nothing_else_is_taken(shop):
    shop.storing = False
    shop.scan()
    shop.type("1250")
    shop.confirm()
    working = shop.state.sale
    shop.press(*Key)
    shop.misread()
    shop.scan(FAMILY_02)
    shop.tick(500)
    shop.lock()
    shop.step(events.Committed(shop.now, 2))
    assert shop.state.sale == working
    assert shop.step(events.Committed(shop.now, 1)) == approved()


@pytest.mark.parametrize(
    "answer", [lambda at: events.Committed(at, 1), lambda at: events.CommitFailed(at, Reason.FORM)]
)
def test_an_answer_that_nobody_waits_for_is_ignored(shop, answer):
    shop.scan()
    shop.type("5")
    before = shop.state
    assert shop.step(answer(shop.now)) == ()
    assert shop.state == before


def test_a_rule_that_changed_while_typing_is_judged_at_confirm(shop):
    shop.scan()
    shop.type("1250")
    shop.snapshot(replace(CLOTHES, paused=True))
    assert shop.confirm() == (Forget(), Signal(Tone.REFUSED))
    assert shop.refusal is Reason.PROGRAMME_PAUSED


def test_an_amount_above_the_floor_limit_leaves_the_sale_open_for_a_lower_one(shop):
    shop.scan()
    shop.type("5001")
    assert shop.confirm() == (Signal(Tone.REFUSED),)
    assert shop.refusal is Reason.ASK_OFFLINE
    shop.type("5000")
    shop.confirm()
    assert (shop.screen.stage, shop.screen.amount) == (Stage.APPROVED, 5000)


def test_after_a_refused_amount_another_key_leads_to_an_empty_one(shop):
    shop.scan()
    shop.type("5001")
    shop.confirm()
    shop.wait(1)
    shop.confirm()
    assert (shop.screen.stage, shop.screen.amount) == (Stage.AMOUNT, 0)


# The part that is left


def test_f39_a_price_above_what_is_left_is_offered_in_part(shop):
    shop.scan(FAMILY_01, budget(800))
    shop.type("2000")
    assert shop.confirm() == ()
    assert (shop.screen.stage, shop.screen.amount, shop.screen.rest) == (Stage.PART, 800, 1200)
    shop.confirm()
    assert (shop.screen.stage, shop.screen.amount, shop.screen.rest) == (Stage.APPROVED, 800, 1200)


def test_f39_the_price_itself_needs_no_part(shop):
    shop.scan(FAMILY_01, budget(800))
    shop.type("800")
    shop.confirm()
    assert shop.screen.stage is Stage.APPROVED


def test_f39_cancel_returns_to_the_price(shop):
    shop.scan(FAMILY_01, budget(800))
    shop.type("2000")
    shop.confirm()
    assert shop.press(Key.CANCEL) == ()
    assert (shop.screen.stage, shop.screen.amount) == (Stage.AMOUNT, 2000)


def test_f39_the_part_may_be_taken_of_a_price_above_the_floor_limit(shop):
    shop.scan(FAMILY_01, budget(800))
    shop.type("9900")
    shop.confirm()
    assert (shop.screen.stage, shop.screen.amount, shop.screen.rest) == (Stage.PART, 800, 9100)


@pytest.mark.parametrize(
    ("left", "free"),
    [(6000, 25_000), (800, 799)],
)
def test_f39_the_part_obeys_all_other_limits(left, free):
    shop = Shop()
    shop.checkpoint(11, 0, slices(free))
    shop.scan(FAMILY_01, budget(left))
    shop.type("9900")
    assert shop.confirm() == (Signal(Tone.REFUSED),)
    assert shop.refusal is Reason.ASK_OFFLINE


def test_f39_a_price_above_what_the_day_limit_leaves_is_offered_in_part():
    shop = Shop(programmes=(replace(CLOTHES, day_limit=Cents(2_000)),))
    shop.scan(FAMILY_01, budget(today=500))
    shop.type("2000")
    shop.confirm()
    assert (shop.screen.stage, shop.screen.amount, shop.screen.rest) == (Stage.PART, 1500, 500)
    shop.confirm()
    assert (shop.screen.stage, shop.screen.amount) == (Stage.APPROVED, 1500)
    shop.wait(5)
    assert shop.scan(FAMILY_01, budget(today=500)) == (Forget(), Signal(Tone.REFUSED))
    assert shop.refusal is Reason.DAY_LIMIT


def test_what_was_spent_here_on_a_new_day_counts_for_that_day():
    """The snapshot is of yesterday, when all was spent that a day allows."""
    shop = Shop(programmes=(replace(CLOTHES, day_limit=Cents(2_000)),))
    yesterday = replace(budget(today=2_000), day=TODAY - 1)
    for amount in (1_500, 500):
        shop.pay(amount, FAMILY_01, yesterday)
        assert (shop.screen.stage, shop.screen.amount) == (Stage.APPROVED, amount)
    shop.pay(1, FAMILY_01, yesterday)
    assert shop.refusal is Reason.DAY_LIMIT


def test_a_programme_that_vanishes_while_typing_pays_nothing(shop):
    shop.scan()
    shop.type("1250")
    shop.snapshot(SPORTS)
    assert shop.confirm() == (Forget(), Signal(Tone.REFUSED))
    assert (shop.refusal, shop.commits) == (Reason.SHOP_NOT_ADMITTED, [])


def test_a_day_limit_that_is_lowered_while_typing_leaves_no_part(shop):
    shop.scan()
    shop.type("1250")
    shop.snapshot(replace(CLOTHES, day_limit=Cents(0)))
    shop.confirm()
    assert shop.refusal is Reason.DAY_LIMIT


def test_f39_the_part_is_judged_again_when_it_is_taken(shop):
    shop.scan(FAMILY_01, budget(800))
    shop.type("2000")
    shop.confirm()
    shop.snapshot(replace(CLOTHES, paused=True))
    shop.confirm()
    assert shop.refusal is Reason.PROGRAMME_PAUSED


def test_own_payments_since_the_snapshot_are_off_what_is_left(shop):
    shop.pay(600, FAMILY_01, budget(1000))
    shop.pay(600, FAMILY_01, budget(1000))
    assert (shop.screen.stage, shop.screen.amount, shop.screen.rest) == (Stage.PART, 400, 200)


def test_an_own_payment_that_the_snapshot_has_is_not_taken_off_twice(shop):
    shop.pay(600, FAMILY_01, budget(1000))
    shop.snapshot(CLOTHES, sequence=1)
    shop.pay(400, FAMILY_01, budget(400))
    assert shop.screen.stage is Stage.APPROVED


def test_a_snapshot_in_the_middle_of_a_sale_gives_nothing_back(shop):
    shop.pay(600, FAMILY_01, budget(1000))
    shop.wait(5)
    shop.scan(FAMILY_01, budget(1000))
    shop.snapshot(CLOTHES, sequence=1)
    shop.type("900")
    shop.confirm()
    assert (shop.screen.stage, shop.screen.amount) == (Stage.PART, 400)


def test_another_pass_or_programme_takes_nothing_off(shop):
    shop.pay(600, FAMILY_01, budget(1000))
    shop.pay(1000, FAMILY_02, budget(1000))
    shop.pay(1000, FAMILY_01, budget(1000, programme=2))
    assert shop.state.knowledge.sequence == 3


# Again?


def test_f23_the_same_payment_within_five_minutes_asks_before_it_charges(shop):
    shop.pay(1250)
    shop.wait(294)
    shop.pay(1250)
    assert (shop.screen.stage, shop.screen.amount, shop.state.knowledge.sequence) == (Stage.AGAIN, 1250, 1)
    shop.confirm()
    assert (shop.screen.stage, shop.state.knowledge.sequence) == (Stage.APPROVED, 2)


def test_f23_cancel_returns_to_the_amount_and_charges_nothing(shop):
    shop.pay(1250)
    shop.pay(1250)
    assert shop.press(Key.CANCEL) == ()
    assert (shop.screen.stage, shop.screen.amount, shop.state.knowledge.sequence) == (Stage.AMOUNT, 1250, 1)


def test_f23_after_five_minutes_nothing_is_asked(shop):
    shop.pay(1250)
    shop.wait(295)
    shop.pay(1250)
    assert shop.screen.stage is Stage.APPROVED


@pytest.mark.parametrize(
    ("amount", "who", "programme"), [(1251, FAMILY_01, 1), (1250, FAMILY_02, 1), (1250, FAMILY_01, 2)]
)
def test_f23_another_payment_is_not_asked_about(shop, amount, who, programme):
    shop.pay(1250)
    shop.pay(amount, who, budget(programme=programme))
    assert shop.state.knowledge.sequence == 2


def test_f23_it_asks_across_a_restart():
    before = OpenEntry(7, FAMILY_01, 1, Cents(1250), NOON, NOON)
    shop = Shop(JournalFacts(sequence=7, forwarded=7, entries=(before,), terminal=OURS), seen=7)
    shop.pay(1250)
    assert shop.screen.stage is Stage.AGAIN


def test_f23_it_asks_although_chain_and_snapshot_have_the_first_one(shop):
    shop.pay(1250)
    shop.checkpoint(11, 1)
    shop.snapshot(CLOTHES, sequence=1)
    shop.pay(1250)
    assert shop.screen.stage is Stage.AGAIN


def test_f23_it_asks_about_a_part_too_and_returns_to_the_whole_price(shop):
    shop.pay(800, FAMILY_01, budget(800))
    shop.snapshot(CLOTHES, sequence=1)
    shop.pay(2000, FAMILY_01, budget(800))
    shop.confirm()
    assert (shop.screen.stage, shop.screen.amount, shop.screen.rest) == (Stage.AGAIN, 800, 1200)
    shop.press(Key.CANCEL)
    assert (shop.screen.stage, shop.screen.amount) == (Stage.AMOUNT, 2000)


def test_f23_again_is_judged_again(shop):
    shop.pay(1250)
    shop.pay(1250)
    shop.snapshot(replace(CLOTHES, admitted=False))
    shop.confirm()
    assert (shop.refusal, shop.state.knowledge.sequence) == (Reason.SHOP_NOT_ADMITTED, 1)


@pytest.mark.parametrize("key", [Key.D1, Key.DOUBLE_ZERO, Key.CORRECT, Key.MENU])
@pytest.mark.parametrize("price", ["1250", "9900"])
def test_a_question_takes_yes_and_no_alone(shop, key, price):
    shop.pay(1250, FAMILY_01, budget(2500))
    shop.wait(5)
    shop.scan(FAMILY_01, budget(2500))
    shop.type(price)
    shop.confirm()
    asked = shop.state.sale
    assert shop.press(key) == ()
    assert shop.state.sale == asked


# Afterwards


@pytest.mark.parametrize("key", list(Key))
def test_any_key_goes_on_from_approved_but_not_a_bounce(shop, key):
    shop.pay(1250)
    shop.wait(0.999)
    shop.press(key)
    assert (shop.screen.stage, shop.screen.amount) == (Stage.APPROVED, 1250)
    shop.wait(0.001)
    shop.press(key)
    assert (shop.screen.stage, shop.screen.amount) == (Stage.READY, 0)


@pytest.mark.parametrize("key", list(Key))
def test_any_key_goes_on_from_refused_but_not_a_bounce(shop, key):
    shop.scan(FAMILY_01, budget(0))
    shop.wait(0.999)
    shop.press(key)
    assert (shop.screen.stage, shop.refusal) == (Stage.REFUSED, Reason.BUDGET_SHORT)
    shop.wait(0.001)
    shop.press(key)
    assert (shop.screen.stage, shop.refusal) == (Stage.READY, Reason.PAID)


def test_approved_goes_by_itself(shop):
    shop.pay(1250)
    shop.tick(7.999)
    assert (shop.screen.stage, shop.screen.amount) == (Stage.APPROVED, 1250)
    assert shop.tick(0.001) == ()
    assert (shop.screen.stage, shop.screen.amount) == (Stage.READY, 0)


def test_a_wrong_code_does_not_take_approved_away(shop):
    shop.pay(1250)
    assert shop.misread(Reason.SCAN_DAMAGED) == ()
    assert shop.screen.stage is Stage.APPROVED


def test_the_next_pass_is_taken_at_once_over_approved(shop):
    shop.pay(1250)
    assert shop.scan(FAMILY_02) == (Signal(Tone.SCANNED),)
    assert shop.screen.stage is Stage.AMOUNT


PAUSES = {
    "choosing": (lambda shop: shop.scan(FAMILY_01, budget(), budget(programme=2))),
    "amount": (lambda shop: shop.scan()),
    "part": (lambda shop: shop.pay(2000, FAMILY_01, budget(800))),
    "again": (lambda shop: (shop.pay(5), shop.pay(5))),
}


@pytest.mark.parametrize("reach", PAUSES.values(), ids=PAUSES)
def test_a_sale_left_alone_for_two_minutes_ends_and_forgets_the_key(reach):
    shop = Shop(programmes=(CLOTHES, SPORTS))
    reach(shop)
    open_sale = shop.state.sale
    assert shop.tick(119.999) == ()
    assert shop.state.sale == open_sale
    assert shop.tick(0.001) == (Forget(),)
    assert shop.screen.stage is Stage.READY


def test_a_key_keeps_the_sale_open(shop):
    shop.scan()
    shop.wait(119)
    shop.type("5")
    assert shop.tick(119) == ()
    assert (shop.screen.stage, shop.screen.amount) == (Stage.AMOUNT, 5)


@pytest.mark.parametrize("reach", PAUSES.values(), ids=PAUSES)
def test_f16_a_lock_ends_an_open_sale(reach):
    shop = Shop(programmes=(CLOTHES, SPORTS))
    reach(shop)
    assert shop.lock(Reason.FORK) == (Forget(),)
    assert (shop.screen.stage, shop.refusal) == (Stage.LOCKED, Reason.FORK)
    shop.wait(5)
    assert shop.scan() == (Forget(), Signal(Tone.REFUSED))
    assert (shop.screen.stage, shop.refusal) == (Stage.LOCKED, Reason.FORK)


def test_f16_a_lock_does_not_recall_what_is_approved(shop):
    shop.pay(1250)
    assert shop.lock() == ()
    assert (shop.screen.stage, shop.screen.sequence) == (Stage.APPROVED, 1)
    shop.tick(8)
    assert (shop.screen.stage, shop.screen.sequence) == (Stage.LOCKED, 0)


def test_f16_the_first_reason_for_a_lock_stays(shop):
    shop.lock(Reason.FORK)
    shop.lock(Reason.TERMINAL_REVOKED)
    assert shop.refusal is Reason.FORK
