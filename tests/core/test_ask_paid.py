"""An ask that was paid while nobody waited, or before a power cut: it is asked about until somebody answers."""

from dataclasses import replace

import pytest

from contracts.wire.entry import Refund
from contracts.wire.reasons import Reason
from contracts.wire.units import Cents, Timestamp
from terminal.core import events
from terminal.core.effects import AskEnd, Commit, HandOut, Resolve, Signal, Tone
from terminal.core.events import Key
from terminal.core.facts import JournalFacts
from terminal.core.screen import Stage
from tests.core.shop import CHECKPOINT, FAMILY_01, FAMILY_02, NOON, OURS, Shop, open_ask, restarted, sale

PAID = int(Reason.PAID)
SHORT = int(Reason.ASK_BUDGET_SHORT)


@pytest.fixture
def shop():
    shop = Shop()
    shop.online()
    return shop


def test_f39_an_ask_that_is_paid_after_the_customer_left_is_asked_about(shop):
    shop.ask()
    shop.press(Key.CANCEL)
    assert shop.checkpoint(11, 1, ask=(1, PAID)) == (Resolve(1, AskEnd.PAID),)
    shop.tick(1)
    screen = shop.screen
    assert (screen.stage, screen.amount, screen.sequence, screen.programme) == (Stage.ASK_PAID, 6_000, 1, "Kleding")
    assert screen.time == NOON + 5


def test_f39_one_that_is_refused_after_the_customer_left_is_only_noted(shop):
    shop.ask()
    shop.press(Key.CANCEL)
    assert shop.checkpoint(11, 1, ask=(1, SHORT)) == (Resolve(1, AskEnd.REFUSED),)
    shop.tick(1)
    assert shop.shows(Stage.READY)


def test_f39_it_was_handed_over(shop):
    shop.ask()
    shop.press(Key.CANCEL)
    shop.checkpoint(11, 1, ask=(1, PAID))
    assert shop.answer(Key.D1) == (Resolve(1, AskEnd.HANDED_OVER),)
    shop.tick(1)
    assert shop.shows(Stage.READY)


def test_f39_give_back_is_a_refund_of_the_whole(shop):
    shop.ask()
    shop.press(Key.CANCEL)
    shop.checkpoint(11, 1, ask=(1, PAID))
    shop.storing = False
    refund = Refund(1, Cents(6_000), Timestamp(NOON + 7), FAMILY_01, OURS, 1)
    assert shop.answer(Key.D2) == (Commit(2, FAMILY_01, refund, Timestamp(NOON + 7)),)
    heard = shop.step(events.Committed(shop.now, 2))
    assert heard == (Resolve(1, AskEnd.GIVEN_BACK), Signal(Tone.APPROVED), HandOut(2, Cents(0)))
    assert (shop.screen.stage, shop.screen.amount, shop.screen.sequence) == (Stage.REFUNDED, 6_000, 2)
    shop.tick(8)
    shop.tick(1)
    assert shop.shows(Stage.READY)


def test_f18_when_the_refund_is_not_stored_the_question_comes_again(shop):
    shop = restarted(paid=(open_ask(),))
    shop.storing = False
    shop.answer(Key.D2)
    shop.step(events.CommitFailed(shop.now, Reason.STORAGE_FAULT))
    assert (shop.refusal, shop.notes) == (Reason.STORAGE_FAULT, [])
    shop.tick(8)
    shop.tick(1)
    assert shop.shows(Stage.ASK_PAID)


@pytest.mark.parametrize("key", [key for key in Key if key not in {Key.D1, Key.D2, Key.MENU}])
def test_f39_no_other_key_answers_the_question(key):
    shop = restarted(paid=(open_ask(),))
    assert shop.answer(key) == ()
    assert shop.shows(Stage.ASK_PAID)


@pytest.mark.parametrize("key", [Key.D1, Key.D2])
def test_f39_a_key_that_was_on_its_way_before_the_question_does_not_answer_it(key):
    shop = restarted(paid=(open_ask(),))
    shop.tick(1)
    shop.wait(0.9)
    assert shop.press(key) == ()
    assert shop.shows(Stage.ASK_PAID)


def test_f39_a_new_sale_comes_first_and_the_question_again_after_it():
    shop = restarted(paid=(open_ask(),))
    shop.tick(1)
    shop.pay(500, FAMILY_02)
    assert shop.shows(Stage.APPROVED)
    shop.tick(8)
    shop.tick(1)
    assert shop.shows(Stage.ASK_PAID)
    shop.press(Key.MENU)
    shop.press(Key.CANCEL)
    shop.misread()
    shop.tick(8)
    shop.tick(1)
    assert shop.shows(Stage.ASK_PAID)


def test_f39_the_question_never_cuts_a_sale_short(shop):
    shop.ask()
    shop.press(Key.CANCEL)
    shop.wait(5)
    shop.scan(FAMILY_02)
    shop.type("12")
    shop.checkpoint(11, 1, ask=(1, PAID))
    shop.tick(1)
    assert (shop.screen.stage, shop.screen.amount) == (Stage.AMOUNT, 12)
    shop.press(Key.CANCEL)
    shop.tick(1)
    assert shop.shows(Stage.ASK_PAID)


def test_f39_after_a_cut_the_chain_says_how_the_ask_ended():
    shop = restarted(asks=(open_ask(),))
    shop.tick(1)
    assert shop.shows(Stage.READY)
    assert shop.checkpoint(11, 1, ask=(1, PAID)) == (Resolve(1, AskEnd.PAID),)
    shop.tick(1)
    assert shop.shows(Stage.ASK_PAID)


def test_f39_until_then_no_other_is_made():
    shop = restarted(asks=(open_ask(),), entries=(open_ask(),))
    shop.pay(7_000, FAMILY_02)
    assert shop.refusal is Reason.ASK_OPEN


def test_f39_what_is_known_already_at_the_start_is_noted_at_the_first_reading():
    checkpoint = replace(CHECKPOINT, sequence=1, ask_sequence=1, ask_reason=PAID)
    shop = Shop(JournalFacts(1, 1, (), OURS, open_asks=(open_ask(),)), checkpoint)
    assert shop.tick(1) == ()
    assert shop.checkpoint(10, 1, ask=(1, PAID)) == (Resolve(1, AskEnd.PAID),)


def test_f16_a_fork_at_the_first_reading_says_nothing_of_an_ask():
    shop = Shop(JournalFacts(1, 1, (), OURS, open_asks=(open_ask(),)), checkpoint=None)
    assert shop.checkpoint(10, 2, ask=(1, PAID)) == ()
    assert (shop.screen.stage, shop.refusal) == (Stage.LOCKED, Reason.FORK)


def test_f39_several_are_asked_about_one_by_one():
    shop = restarted(paid=(open_ask(1), open_ask(2, 7_000)), sequence=2)
    shop.tick(1)
    first = shop.screen.sequence
    shop.answer(Key.D1)
    shop.tick(1)
    assert (first, shop.screen.stage, shop.screen.sequence) == (1, Stage.ASK_PAID, 2)
    shop.answer(Key.D2)
    assert shop.commits[-1].content == Refund(1, Cents(7_000), shop.now.bound, FAMILY_01, OURS, 2)
    assert shop.notes == [Resolve(1, AskEnd.HANDED_OVER), Resolve(2, AskEnd.GIVEN_BACK)]
    shop.tick(8)
    shop.tick(1)
    assert shop.shows(Stage.READY)


def test_an_unanswered_question_does_not_stop_the_next_ask(shop):
    shop.ask()
    shop.press(Key.CANCEL)
    shop.checkpoint(11, 1, ask=(1, PAID))
    shop.ask(7_000, FAMILY_02)
    assert shop.checkpoint(12, 2, ask=(2, SHORT))[0] == Resolve(2, AskEnd.REFUSED)
    shop.tick(8)
    shop.tick(1)
    assert (shop.screen.stage, shop.screen.sequence) == (Stage.ASK_PAID, 1)


def test_one_whose_note_was_lost_and_that_a_later_one_passed_is_open_no_more():
    """The chain tells of the last ask alone, so nothing is made up about this one, and the next is made."""
    shop = restarted(asks=(open_ask(1),), sequence=2)
    assert shop.checkpoint(11, 2, ask=(2, PAID)) == ()
    shop.tick(1)
    assert shop.shows(Stage.READY)
    shop.ask(7_000, FAMILY_02)


def test_f16_a_locked_terminal_asks_nothing():
    shop = restarted(paid=(open_ask(),))
    shop.tick(1)
    shop.lock()
    shop.tick(1)
    shop.wait(1)
    assert (shop.screen.stage, shop.press(Key.D2)) == (Stage.LOCKED, ())


def test_f40_a_refund_from_the_menu_answers_the_question(shop):
    shop = restarted(paid=(open_ask(),))
    shop.press(Key.MENU, Key.D2)
    shop.scan()
    shop.found(sale(1, 6_000, terminal=OURS), last=True)
    shop.press(Key.D1, Key.CONFIRM)
    assert shop.notes == [Resolve(1, AskEnd.GIVEN_BACK)]
    shop.tick(8)
    shop.tick(1)
    assert shop.shows(Stage.READY)


def test_f40_a_refund_of_another_terminals_sale_with_that_number_answers_nothing():
    shop = restarted(paid=(open_ask(),))
    shop.press(Key.MENU, Key.D2)
    shop.scan()
    shop.found(sale(1, 6_000))
    shop.press(Key.D1, Key.CONFIRM)
    assert shop.notes == []
    shop.tick(8)
    shop.tick(1)
    assert shop.shows(Stage.ASK_PAID)


def test_the_question_counts_as_a_sale_once_it_is_answered(shop):
    shop.pay(500)
    shop.ask()
    shop.press(Key.CANCEL)
    shop.pay(700, FAMILY_02)
    shop.checkpoint(11, 2, ask=(2, PAID))
    shop.tick(8)
    shop.answer(Key.D1)
    assert shop.state.last_sale.sequence == 3  # the later one stays the last
