"""Giving back: finding the sale, the amount, the void of the last one, and never more than what is left."""

from dataclasses import replace

import pytest

from contracts.wire.entry import Refund
from contracts.wire.reasons import Reason
from contracts.wire.units import Cents, Timestamp
from terminal.core import events
from terminal.core.effects import Commit, FindSales, Forget, HandOut, Signal, Tone
from terminal.core.events import Key
from terminal.core.facts import GivenBack, JournalFacts, Outcome
from terminal.core.screen import Booked, EntryState, Item, Line, SaleChoice, Stage
from tests.core.shop import CHECKPOINT, CLOTHES, FAMILY_01, FAMILY_02, NOON, OURS, THEIRS, Shop, budget, sale


def look(shop, *sales, last=True, who=FAMILY_01):
    """The menu, the pass, and what was found."""
    shop.tick(9)
    shop.press(Key.MENU, Key.D2)
    shop.scan(who)
    shop.found(*sales, last=last, who=who)


def give_back(shop, of, amount=""):
    look(shop, of)
    shop.press(Key.D1)
    shop.type(amount)
    shop.confirm()


def void(shop):
    shop.tick(9)
    shop.press(Key.MENU, Key.D5)
    return shop.confirm()


def refunded(shop):
    return [commit.content.amount for commit in shop.commits if isinstance(commit.content, Refund)]


# The way to it


def test_a_refund_takes_the_pass_the_sale_and_the_whole_of_it(shop):
    shop.storing = False
    shop.press(Key.MENU, Key.D2)
    assert shop.shows(Stage.REFUND_SCAN)
    assert shop.scan() == (Forget(), FindSales(FAMILY_01, 0), Signal(Tone.SCANNED))
    assert (shop.screen.stage, shop.screen.searching) == (Stage.REFUND_CHOOSE, True)
    shop.found(sale(7, 1_250), sale(3, 800, refunded=300, terminal=OURS, age=60))
    assert shop.screen.sales == (
        SaleChoice("1", 7, False, Cents(1_250), "Kleding", NOON),
        SaleChoice("2", 3, True, Cents(500), "Kleding", Timestamp(NOON - 60)),
    )
    assert (shop.screen.searching, shop.screen.older) == (False, False)
    shop.press(Key.D2)
    screen = shop.screen
    assert (screen.stage, screen.amount, screen.whole, screen.sequence) == (Stage.REFUND_AMOUNT, 500, 500, 3)
    assert screen.time == NOON - 60
    refund = Refund(1, Cents(500), NOON, FAMILY_01, OURS, 3)
    assert shop.confirm() == (Commit(1, FAMILY_01, refund, NOON),)
    assert (shop.screen.stage, shop.screen.amount) == (Stage.WORKING, 500)
    assert shop.step(events.Committed(shop.now, 1)) == (Signal(Tone.APPROVED), HandOut(1, Cents(0)))
    screen = shop.screen
    assert (screen.stage, screen.amount, screen.sequence) == (Stage.REFUNDED, 500, 1)
    assert screen.programme == "Kleding"


def test_f18_a_refund_that_was_not_stored_gives_nothing_back(shop):
    shop.storing = False
    give_back(shop, sale(7, 1_250))
    shop.step(events.CommitFailed(shop.now, Reason.STORAGE_FAULT))
    assert (shop.refusal, shop.state.refunds, shop.state.knowledge.sequence) == (Reason.STORAGE_FAULT, (), 0)


@pytest.mark.parametrize(
    ("keys", "amount"), [("", 1_250), ("5", 5), ("500", 500), ("1250", 1_250), ("1251", 1_250), ("99900", 1_250)]
)
def test_the_amount_is_the_whole_unless_a_lower_one_is_typed(shop, keys, amount):
    give_back(shop, sale(7, 1_250), keys)
    assert refunded(shop) == [amount]


def test_correct_leads_back_to_the_whole(shop):
    look(shop, sale(7, 1_250))
    shop.press(Key.D1, Key.D5, Key.D0)
    seen = []
    for _ in range(3):
        shop.press(Key.CORRECT)
        seen.append(shop.screen.amount)
    assert seen == [5, 1_250, 1_250]


def test_cancel_goes_back_step_by_step(shop):
    look(shop, sale(7))
    shop.press(Key.D1)
    seen = []
    for _ in range(4):
        shop.press(Key.CANCEL)
        seen.append(shop.screen.stage)
    assert seen == [Stage.REFUND_CHOOSE, Stage.REFUND_SCAN, Stage.MENU, Stage.READY]


def test_no_sale_is_made_on_the_way(shop):
    look(shop, sale(7))
    shop.press(Key.D1)
    shop.wait(5)
    assert shop.scan(FAMILY_02) == (Forget(),)
    shop.misread()
    assert shop.shows(Stage.REFUND_AMOUNT)


def test_another_pass_is_looked_for_instead(shop):
    look(shop, sale(7))
    assert FindSales(FAMILY_02, 0) in shop.scan(FAMILY_02)
    assert (shop.screen.stage, shop.screen.sales) == (Stage.REFUND_CHOOSE, ())
    shop.found(sale(7))  # a late answer about the first one
    assert shop.screen.sales == ()


def test_f27_a_receipt_instead_of_the_pass_is_named_and_the_pass_can_still_be_scanned(shop):
    shop.press(Key.MENU, Key.D2)
    assert shop.misread(Reason.SCAN_RECEIPT) == (Signal(Tone.REFUSED),)
    assert shop.refusal is Reason.SCAN_RECEIPT
    shop.tick(8)
    assert shop.shows(Stage.REFUND_SCAN)
    shop.scan()
    assert shop.shows(Stage.REFUND_CHOOSE)


@pytest.mark.parametrize("keys", [(), (Key.D1,)])
def test_a_refund_left_alone_for_two_minutes_ends(shop, keys):
    look(shop, sale(7))
    shop.press(*keys)
    before = shop.state.sale
    shop.tick(119)
    assert shop.state.sale == before
    shop.tick(1)
    assert shop.shows(Stage.READY)


def test_f16_a_lock_ends_a_refund(shop):
    look(shop, sale(7))
    shop.press(Key.D1)
    shop.lock()
    assert (shop.confirm(), shop.screen.stage) == ((), Stage.LOCKED)


def test_refunded_is_shown_as_long_as_approved(shop):
    give_back(shop, sale(7))
    shop.press(Key.CONFIRM)
    shop.tick(7)
    assert shop.shows(Stage.REFUNDED)
    shop.tick(1)
    assert shop.shows(Stage.READY)


def test_the_list_tells_refunds_by_their_kind(shop):
    shop.pay(500)
    give_back(shop, sale(7, 300))
    assert [(line.amount, line.kind) for line in shop.screen.recent] == [(300, Booked.REFUND), (500, Booked.PAYMENT)]
    shop.checkpoint(11, 2)
    shop.outcomes(Outcome(2, Reason.PAID))
    assert shop.screen.recent[0] == Line(2, Cents(300), EntryState.PAID, 0, Booked.REFUND)


# Finding


def test_more_than_nine_sales_are_shown_page_by_page(shop):
    look(shop, *(sale(number, age=-number) for number in range(1, 12)))
    first = [choice.sequence for choice in shop.screen.sales]
    assert shop.screen.older
    shop.press(Key.D0)
    second = [(choice.key, choice.sequence) for choice in shop.screen.sales]
    shop.press(Key.D5)
    assert shop.shows(Stage.REFUND_CHOOSE)
    shop.press(Key.D2)
    assert (first, second, shop.screen.sequence) == (list(range(11, 2, -1)), [("1", 2), ("2", 1)], 1)
    shop.press(Key.CANCEL, Key.D0)
    assert [choice.sequence for choice in shop.screen.sales] == first


def test_with_nine_sales_there_is_no_other_page(shop):
    look(shop, *(sale(number) for number in range(9)))
    assert not shop.screen.older
    shop.press(Key.D0)
    assert len(shop.screen.sales) == 9


def test_what_the_gateway_finds_joins_what_the_journal_has(shop):
    look(shop, sale(2, 500, terminal=OURS, age=10), last=False)
    assert shop.screen.searching
    shop.found(sale(2, 500, terminal=OURS, age=10), sale(2, 900))
    assert [(choice.here, choice.amount) for choice in shop.screen.sales] == [(False, 900), (True, 500)]
    assert not shop.screen.searching


@pytest.mark.parametrize("sales", [(), (sale(7, 500, refunded=500),)])
def test_f40_a_pass_to_which_nothing_can_be_given_back_is_told_so(shop, sales):
    look(shop, *sales)
    assert (shop.screen.stage, shop.refusal) == (Stage.REFUSED, Reason.REFUND_NOTHING)
    shop.tick(8)
    assert shop.shows(Stage.REFUND_SCAN)


def test_as_long_as_the_gateway_searches_nothing_is_refused(shop):
    look(shop, last=False)
    assert (shop.screen.stage, shop.screen.searching) == (Stage.REFUND_CHOOSE, True)
    shop.found(last=True)
    assert shop.refusal is Reason.REFUND_NOTHING


# Never more than what is left


def test_f40_what_another_terminal_gave_back_counts_when_the_gateway_tells(shop):
    look(shop, sale(2, 500, terminal=OURS), last=False)
    shop.press(Key.D1)
    shop.type("450")
    shop.found(sale(2, 500, refunded=100, terminal=OURS))
    assert (shop.screen.stage, shop.screen.amount, shop.screen.whole) == (Stage.REFUND_AMOUNT, 400, 400)
    shop.confirm()
    assert refunded(shop) == [400]


def test_f40_a_sale_that_turns_out_to_be_given_back_is_offered_no_more(shop):
    look(shop, sale(2, 500, terminal=OURS), sale(1, 700, terminal=OURS), last=False)
    shop.press(Key.D1)
    shop.found(sale(2, 500, refunded=500, terminal=OURS))
    assert [choice.sequence for choice in shop.screen.sales] == [1]


def test_f40_the_one_that_says_more_was_given_back_is_believed(shop):
    look(shop, sale(2, 500, refunded=200, terminal=OURS), last=False)
    shop.found(sale(2, 500, terminal=OURS))
    assert [choice.amount for choice in shop.screen.sales] == [300]


def test_f40_two_refunds_of_one_sale_are_never_more_than_it_was(shop):
    give_back(shop, sale(7, 1_250), "1000")
    give_back(shop, sale(7, 1_250), "1000")
    assert refunded(shop) == [1_000, 250]
    look(shop, sale(7, 1_250))
    assert shop.refusal is Reason.REFUND_NOTHING


def test_f40_another_terminals_sale_with_that_number_is_another_sale(shop):
    give_back(shop, sale(7, 1_250))
    give_back(shop, sale(7, 1_250, terminal=OURS))
    assert refunded(shop) == [1_250, 1_250]


def test_f40_a_refund_that_the_chain_has_is_counted_by_who_answers_and_not_twice(shop):
    give_back(shop, sale(7, 1_250), "1000")
    shop.checkpoint(11, 1)
    give_back(shop, sale(7, 1_250, refunded=1_000))
    assert refunded(shop) == [1_000, 250]
    assert [search.settled for search in shop.searches] == [0, 1]


def test_f40_a_checkpoint_while_choosing_forgets_no_refund(shop):
    """The answers were asked for when the chain did not have it yet."""
    give_back(shop, sale(7, 1_250), "1000")
    shop.tick(9)
    shop.press(Key.MENU, Key.D2)
    shop.scan()
    shop.checkpoint(11, 1)
    shop.found(sale(7, 1_250))
    assert [choice.amount for choice in shop.screen.sales] == [250]


@pytest.mark.parametrize(("settled", "left"), [(1, 250), (2, 1_250)])
def test_f40_refunds_of_before_a_restart_count(settled, left):
    """Those after the checkpoint; the answers know the others."""
    given = GivenBack(2, THEIRS, 7, 1, FAMILY_01, Cents(1_000))
    shop = Shop(JournalFacts(2, 2, (), OURS, refunds=(given,)), replace(CHECKPOINT, sequence=settled))
    look(shop, sale(7, 1_250))
    assert [choice.amount for choice in shop.screen.sales] == [left]


def test_f40_a_refund_frees_no_slice_and_no_budget(shop):
    shop.pay(5_000, FAMILY_01, budget(8_000))
    before = shop.screen.status.waiting
    void(shop)
    shop.wait(9)
    shop.scan(FAMILY_01, budget(8_000))
    shop.press(Key.MENU)
    assert (before, shop.screen.status.waiting, shop.screen.left) == (1, 2, 3_000)


# The last sale


def test_void_gives_the_last_sale_back_by_one_key(shop):
    shop.pay(500)
    shop.pay(700, FAMILY_02)
    shop.tick(9)
    shop.press(Key.MENU)
    assert shop.screen.items == (Item.LEARN, Item.REFUND, Item.CLOSE_DAY, Item.HELP, Item.VOID)
    shop.press(Key.D5)
    screen = shop.screen
    assert (screen.stage, screen.amount, screen.sequence, screen.programme) == (Stage.VOID, 700, 2, "Kleding")
    shop.storing = False
    (commit,) = shop.confirm()
    assert commit == Commit(3, FAMILY_02, Refund(1, Cents(700), shop.now.bound, FAMILY_02, OURS, 2), shop.now.bound)


def test_void_of_nothing_is_not_offered(shop):
    shop.press(Key.MENU)
    assert Item.VOID not in shop.screen.items
    shop.press(Key.D5)
    assert shop.shows(Stage.MENU)


def test_f40_the_last_sale_is_given_back_once_and_the_one_before_it_is_not_meant(shop):
    shop.pay(500)
    shop.pay(700, FAMILY_02)
    void(shop)
    void(shop)
    assert refunded(shop) == [700]
    shop.pay(900)
    void(shop)
    assert refunded(shop) == [700, 900]


def test_f40_void_takes_what_a_refund_left(shop):
    shop.pay(500)
    give_back(shop, sale(1, 500, terminal=OURS), "100")
    void(shop)
    assert refunded(shop) == [100, 400]


@pytest.mark.parametrize("given", [0, 200])
def test_f03_the_last_sale_is_known_after_a_restart(given):
    refunds = (GivenBack(2, OURS, 1, 1, FAMILY_01, Cents(given)),) if given else ()
    last = sale(1, 500, terminal=OURS)
    shop = Shop(JournalFacts(2, 2, (), OURS, refunds=refunds, last_sale=last))
    void(shop)
    assert refunded(shop) == [500 - given]


@pytest.mark.parametrize("key", [Key.CANCEL, Key.D1, Key.MENU, Key.CORRECT])
def test_no_other_key_gives_it_back(shop, key):
    shop.pay(500)
    shop.tick(9)
    shop.press(Key.MENU, Key.D5, key)
    assert refunded(shop) == []


def test_f40_a_rejected_sale_is_not_given_back(shop):
    shop.pay(500)
    shop.outcomes(Outcome(1, Reason.SLICE_SHORT))
    shop.tick(9)
    shop.press(Key.MENU)
    assert (shop.screen.stage, Item.VOID in shop.screen.items) == (Stage.MENU, False)
    shop.press(Key.CANCEL)
    give_back(shop, sale(1, 500, terminal=OURS))
    assert (refunded(shop), shop.refusal) == ([], Reason.REFUND_NOTHING)


@pytest.mark.parametrize("other", [sale(1, 500), sale(2, 500, terminal=OURS)])
def test_f40_that_one_was_rejected_says_nothing_of_another(shop, other):
    shop.pay(500)
    shop.outcomes(Outcome(1, Reason.SLICE_SHORT))
    give_back(shop, other)
    assert refunded(shop) == [500]


def test_f40_nor_one_that_is_rejected_while_its_void_is_asked_about(shop):
    shop.pay(500)
    shop.tick(9)
    shop.press(Key.MENU, Key.D5)
    shop.outcomes(Outcome(1, Reason.SLICE_SHORT))
    shop.confirm()
    assert (refunded(shop), shop.refusal) == ([], Reason.REFUND_NOTHING)


@pytest.mark.parametrize("reason", [Reason.PAID, Reason.BUDGET_SHORT])
def test_f40_a_sale_that_was_paid_or_drawn_is(shop, reason):
    shop.pay(500)
    shop.checkpoint(11, 1)
    shop.outcomes(Outcome(1, reason))
    void(shop)
    assert refunded(shop) == [500]


def test_an_ask_is_a_sale_once_it_is_paid(shop):
    shop.online()
    shop.ask()
    shop.press(Key.CANCEL, Key.MENU)
    assert Item.VOID not in shop.screen.items
    shop.press(Key.CANCEL)
    shop.checkpoint(11, 1, ask=(1, 0))
    shop.answer(Key.D1)
    void(shop)
    assert refunded(shop) == [6_000]


def test_a_programme_that_is_over_still_takes_back(shop):
    shop.pay(500)
    shop.snapshot()
    void(shop)
    assert (refunded(shop), shop.screen.programme) == ([500], "")
    assert CLOTHES not in shop.state.knowledge.programmes
