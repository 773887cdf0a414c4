"""What waits for a pass: offered at its scan, asked for by one key, and never a hindrance to a usual sale."""

from dataclasses import replace

import pytest

from contracts.wire.entry import Ask, EntryKind, PhoneAsk
from contracts.wire.reasons import Reason
from contracts.wire.units import Cents, Timestamp
from terminal.core import events
from terminal.core.effects import AskEnd, Commit, Forget, HandOut, Resolve, Signal, Tone
from terminal.core.events import Key
from terminal.core.facts import JournalFacts
from terminal.core.screen import Stage
from tests.core.shop import (
    BICYCLE,
    CHECKPOINT,
    CLOTHES,
    CODE,
    FAMILY_01,
    FAMILY_02,
    NOON,
    OURS,
    SPORTS,
    Shop,
    budget,
    restarted,
    slices,
)

ASKED = Ask(1, Cents(8_900), NOON, Timestamp(NOON + 120))
ENOUGH = replace(CODE, ceiling=Cents(8_900))
BALL = replace(BICYCLE, programme=2, amount=Cents(1_250), name="bal")


@pytest.fixture
def shop():
    shop = Shop()
    shop.online()
    return shop


# The offer


def test_what_waits_for_a_pass_is_offered_by_its_name_and_nothing_of_what_is_left(shop):
    assert shop.fetch() == (Signal(Tone.SCANNED),)
    screen = shop.screen
    assert (screen.stage, screen.order, screen.amount, screen.programme) == (Stage.ORDER, "fiets", 8_900, "Kleding")
    assert (screen.left, screen.more_orders) == (None, 0)
    assert shop.press(Key.MENU) == ()
    assert shop.screen.left is None


def test_without_one_a_scan_is_a_usual_sale(shop):
    shop.scan()
    assert shop.shows(Stage.AMOUNT)


def test_cancel_goes_on_to_a_usual_sale(shop):
    shop.fetch()
    assert shop.press(Key.CANCEL) == ()
    assert shop.shows(Stage.AMOUNT)
    shop.type("500")
    shop.confirm()
    assert (shop.screen.stage, shop.screen.amount) == (Stage.APPROVED, 500)


def test_where_the_pass_has_several_programmes_cancel_leads_to_their_choice(shop):
    shop.fetch(budgets=(budget(), budget(programme=2)))
    shop.press(Key.CANCEL)
    assert shop.shows(Stage.CHOOSE)


def test_several_are_offered_one_after_the_other_and_a_usual_sale_behind_the_last(shop):
    shop.fetch(BICYCLE, BALL)
    assert (shop.screen.order, shop.screen.more_orders) == ("fiets", 1)
    assert shop.press(Key.CANCEL) == ()
    assert (shop.screen.order, shop.screen.more_orders, shop.screen.programme) == ("bal", 0, "Sport")
    shop.press(Key.CANCEL)
    assert shop.shows(Stage.AMOUNT)


def test_the_second_is_asked_for_in_its_own_programme(shop):
    shop.fetch(BICYCLE, BALL, budgets=(budget(), budget(programme=2)))
    shop.press(Key.CANCEL, Key.CONFIRM)
    assert [(each.content.programme, each.content.amount) for each in shop.commits] == [(2, 1_250)]


def test_a_price_that_is_typed_over_the_offer_hands_nothing_over(shop):
    """A shopkeeper who did not look types a price and confirms it: that is what is paid."""
    shop.fetch()
    shop.type("1250")
    shop.confirm()
    assert (shop.screen.stage, shop.screen.amount) == (Stage.APPROVED, 1_250)


def test_a_digit_typed_over_it_chooses_no_programme_that_was_not_shown(shop):
    shop.fetch(BICYCLE, BALL, budgets=(budget(), budget(programme=2)))
    shop.type("1")
    assert shop.shows(Stage.CHOOSE)


def test_another_pass_ends_the_offer(shop):
    shop.fetch()
    shop.scan(FAMILY_02)
    assert shop.shows(Stage.AMOUNT)


def told(shop, *orders, who=FAMILY_01):
    """The gateway's newest list has these for the pass."""
    return shop.step(events.OrdersTold(shop.now, tuple((who, order) for order in orders)))


@pytest.mark.parametrize("orders", [(), (BALL,), (replace(BICYCLE, amount=Cents(8_800)),)])
def test_an_offer_that_the_list_has_no_more_ends_and_the_confirm_key_hands_nothing_over(shop, orders):
    shop.fetch(BICYCLE)
    assert told(shop, *orders) == (Forget(),)
    assert (shop.screen.stage, shop.press(Key.CONFIRM), shop.commits) == (Stage.READY, (), [])


def test_one_that_waits_for_another_pass_is_not_this_passes(shop):
    shop.fetch(BICYCLE)
    told(shop, BICYCLE, who=FAMILY_02)
    assert shop.screen.stage is Stage.READY


def test_the_next_order_does_not_take_the_place_of_the_one_that_is_shown(shop):
    shop.fetch(BICYCLE, BALL)
    told(shop, BALL)
    assert shop.screen.stage is Stage.READY


def test_an_offer_that_the_list_still_has_stays_and_one_behind_it_may_go(shop):
    shop.fetch(BICYCLE, BALL)
    assert told(shop, BALL, BICYCLE) == ()
    assert (shop.screen.order, shop.screen.more_orders) == ("fiets", 1)
    told(shop, BICYCLE)
    assert (shop.screen.order, shop.screen.more_orders) == ("fiets", 0)


def test_behind_a_refusal_too(shop):
    shop.online(gateway=False)
    for still, stage in (((BICYCLE,), Stage.ORDER), ((), Stage.READY)):
        shop.wait(10)
        shop.fetch(BICYCLE)
        shop.press(Key.CONFIRM)
        assert told(shop, *still) == (() if still else (Forget(),))
        assert shop.screen.stage is Stage.REFUSED
        shop.wait(2)
        shop.press(Key.CANCEL)
        assert shop.screen.stage is stage


def test_a_list_that_comes_while_it_is_asked_for_changes_nothing(shop):
    shop.fetch(BICYCLE)
    shop.press(Key.CONFIRM)
    assert (told(shop), shop.screen.stage) == ((), Stage.ASKING)


def test_what_else_is_read_leaves_the_offer_as_it_was(shop):
    shop.fetch()
    shop.misread()
    assert shop.refusal is Reason.SCAN_PRODUCT
    shop.wait(1)
    shop.press(Key.CONFIRM)
    assert shop.shows(Stage.ORDER)
    shop.misread()
    shop.type("50")
    assert (shop.screen.stage, shop.screen.amount) == (Stage.AMOUNT, 50)


def test_an_offer_that_is_left_alone_ends_and_its_key_is_dropped(shop):
    shop.fetch()
    assert Forget() in shop.tick(120)
    assert shop.shows(Stage.READY)


# Handing over


def test_one_key_asks_for_exactly_its_amount(shop):
    shop.storing = False
    shop.fetch()
    assert shop.confirm() == (Commit(1, FAMILY_01, ASKED, NOON),)
    assert (shop.screen.stage, shop.screen.amount) == (Stage.WORKING, 8_900)
    assert shop.step(events.Committed(shop.now, 1)) == (Forget(),)
    assert shop.shows(Stage.ASKING)


def test_it_is_approved_when_the_chain_says_that_it_is_paid(shop):
    shop.fetch()
    shop.confirm()
    effects = shop.checkpoint(11, 1, ask=(1, 0))
    assert (Resolve(1, AskEnd.PAID), HandOut(1, Cents(0))) == (effects[0], effects[-1])
    assert (shop.screen.stage, shop.screen.amount) == (Stage.APPROVED, 8_900)


def test_one_that_was_freed_meanwhile_is_refused_as_the_chain_says(shop):
    shop.fetch()
    shop.confirm()
    shop.checkpoint(11, 1, ask=(1, int(Reason.ASK_BUDGET_SHORT)))
    assert shop.refusal is Reason.ASK_BUDGET_SHORT
    assert shop.notes == [Resolve(1, AskEnd.REFUSED)]


def test_whoever_stops_waiting_is_asked_what_became_of_it(shop):
    shop.fetch()
    shop.confirm()
    shop.press(Key.CANCEL)
    shop.checkpoint(11, 1, ask=(1, 0))
    shop.tick(1)
    assert (shop.screen.stage, shop.screen.amount) == (Stage.ASK_PAID, 8_900)


def test_so_is_who_had_the_plug_pulled(shop):
    shop.fetch()
    shop.confirm()
    again = restarted(asks=(shop.state.sale.entry,))
    again.checkpoint(11, 1, ask=(1, 0))
    again.tick(1)
    assert again.shows(Stage.ASK_PAID)


@pytest.mark.parametrize(
    ("amount", "free", "waiting", "left", "a_day"),
    [
        (8_900, 25_000, 0, 30_000, 100_000),
        (50, 25_000, 0, 30_000, 100_000),
        (8_900, 0, 0, 30_000, 100_000),
        (8_900, 25_000, 75, 30_000, 100_000),
        (8_900, 25_000, 0, 0, 100_000),
        (8_900, 25_000, 0, 30_000, 0),
    ],
    ids=["above the floor limit", "below it", "no slice", "too many waiting", "nothing left", "nothing left today"],
)
def test_no_limit_of_a_sale_counts_and_it_is_always_asked_for(amount, free, waiting, left, a_day):
    checkpoint, rules = replace(CHECKPOINT, slices=slices(free)), replace(CLOTHES, day_limit=Cents(a_day))
    shop = Shop(JournalFacts(waiting, 0, (), OURS), checkpoint, (rules,))
    shop.online()
    shop.fetch(replace(BICYCLE, amount=Cents(amount)), budgets=(budget(left),))
    shop.confirm()
    assert [type(commit.content) for commit in shop.commits] == [Ask]
    assert shop.commits[0].content.amount == amount


def test_the_same_amount_bought_a_minute_ago_is_no_doubt_about_an_order(shop):
    shop.ask(8_900)
    shop.checkpoint(11, 1, ask=(1, 0))
    shop.wait(60)
    shop.fetch()
    shop.confirm()
    assert shop.shows(Stage.ASKING)


def test_a_phones_code_asks_by_its_delegation(shop):
    shop.storing = False
    shop.fetch(code=ENOUGH)
    asked = PhoneAsk(Cents(8_900), NOON, ASKED.deadline, ENOUGH)
    assert shop.confirm() == (Commit(1, FAMILY_01, asked, NOON),)
    entry = shop.commits[0].entry()
    assert (entry.kind, entry.counter) == (EntryKind.PHONE_ASK, 7)


# What hinders


@pytest.mark.parametrize(("gateway", "chain"), [(False, True), (True, False), (False, False)])
def test_offline_it_is_offered_and_refused_by_name_and_a_usual_sale_goes_on(shop, gateway, chain):
    shop.online(gateway, chain)
    shop.fetch()
    assert shop.shows(Stage.ORDER)
    assert shop.confirm() == (Signal(Tone.REFUSED),)
    assert (shop.refusal, shop.commits) == (Reason.ORDER_OFFLINE, [])
    shop.wait(1)
    shop.press(Key.CANCEL, Key.CANCEL)
    assert shop.shows(Stage.AMOUNT)
    shop.type("500")
    shop.confirm()
    assert shop.shows(Stage.APPROVED)


def test_digits_over_that_refusal_are_a_usual_sales_price(shop):
    shop.online(False, False)
    shop.fetch()
    shop.confirm()
    shop.type("500")
    assert (shop.screen.stage, shop.screen.amount) == (Stage.AMOUNT, 500)


def test_when_the_network_is_back_the_same_offer_is_handed_over(shop):
    shop.online(False, False)
    shop.fetch()
    shop.confirm()
    shop.online()
    shop.wait(8)
    shop.step(events.Ticked(shop.now))
    assert shop.shows(Stage.ORDER)
    shop.confirm()
    assert shop.shows(Stage.ASKING)


def test_another_ask_that_is_open_is_named(shop):
    shop.ask(6_000, FAMILY_02)
    shop.press(Key.CANCEL)
    shop.fetch()
    shop.confirm()
    assert (shop.refusal, len(shop.commits)) == (Reason.ORDER_ASK_OPEN, 1)


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        ({"paused": True}, Reason.PROGRAMME_PAUSED),
        ({"admitted": False}, Reason.SHOP_NOT_ADMITTED),
        ({"begins": NOON + 1}, Reason.PERIOD_NOT_BEGUN),
        ({"ends": NOON - 1}, Reason.PERIOD_OVER),
        ({"offline_window": 0}, Reason.OFFLINE_TOO_LONG),
    ],
)
def test_a_programmes_trouble_is_named_when_it_is_confirmed(trouble, reason):
    shop = Shop(programmes=(replace(CLOTHES, **trouble), SPORTS))
    shop.online()
    shop.fetch(budgets=(budget(), budget(programme=2)))
    assert shop.shows(Stage.ORDER)
    shop.confirm()
    assert (shop.refusal, shop.commits) == (reason, [])


def test_what_neither_an_order_nor_a_usual_sale_could_cure_is_refused_at_the_scan(shop):
    assert shop.fetch(budgets=(budget(blocked=True),)) == (Forget(), Signal(Tone.REFUSED))
    assert shop.refusal is Reason.PASS_BLOCKED


def test_an_order_that_waits_for_the_network_is_why_a_pass_with_nothing_left_is_refused(shop):
    shop.online(False, False)
    shop.fetch(budgets=(budget(0),))
    assert shop.refusal is Reason.ORDER_OFFLINE


def test_a_pass_with_nothing_left_fetches_its_order_and_cannot_buy_more(shop):
    shop.fetch(budgets=(budget(0),))
    assert shop.shows(Stage.ORDER)
    assert shop.press(Key.CANCEL) == (Forget(), Signal(Tone.REFUSED))
    assert shop.refusal is Reason.BUDGET_SHORT


def test_a_pass_that_the_snapshot_does_not_know_there_is_named(shop):
    shop.fetch(BALL)
    shop.confirm()
    assert shop.refusal is Reason.PASS_UNKNOWN


@pytest.mark.parametrize(("seconds", "stage"), [(0, Stage.ASKING), (1, Stage.REFUSED)])
def test_its_last_moment_is_inclusive_and_judged_when_it_is_confirmed(shop, seconds, stage):
    shop.fetch(replace(BICYCLE, until=Timestamp(NOON + 5)))
    shop.wait(5 + seconds)
    shop.confirm()
    assert shop.screen.stage is stage
    assert stage is Stage.ASKING or shop.refusal is Reason.ORDER_OVER


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (replace(ENOUGH, ceiling=Cents(8_899)), Reason.PHONE_CODE_CEILING),
        (replace(ENOUGH, programme=2), Reason.ORDER_CODE),
    ],
)
def test_a_phones_code_that_does_not_fit_is_named_and_still_buys_what_it_may(shop, code, reason):
    shop.fetch(code=code, budgets=(budget(), budget(programme=2)))
    shop.confirm()
    assert (shop.refusal, shop.commits) == (reason, [])
    shop.type("500")
    shop.confirm()
    assert (shop.screen.stage, shop.commits[0].content.delegation) == (Stage.APPROVED, code)


@pytest.mark.parametrize(
    ("change", "reason"),
    [({"expiry": NOON - 1}, Reason.PHONE_CODE_EXPIRED), ({"counter": 0}, Reason.PHONE_CODE_USED)],
)
def test_a_phones_code_that_is_over_is_refused_at_the_scan(shop, change, reason):
    shop.fetch(code=replace(ENOUGH, **change), budgets=(replace(budget(), counter=1, window=3),))
    assert shop.refusal is reason


def test_a_locked_terminal_offers_nothing(shop):
    shop.lock()
    shop.fetch()
    assert shop.shows(Stage.LOCKED)
    assert shop.confirm() == ()
