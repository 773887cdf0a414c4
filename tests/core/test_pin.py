"""The shop's PIN: nothing of the menu without it, and a growing pause after wrong ones."""

import pytest

from contracts.wire.reasons import Reason
from terminal.core import events
from terminal.core.effects import CheckPin
from terminal.core.events import Key
from terminal.core.pin import PIN_MAX
from terminal.core.screen import Stage
from tests.core.shop import FAMILY_01, Shop, budget, open_ask, restarted


@pytest.fixture
def shop():
    return Shop(pin=True)


def enter(shop, digits="1234", right=False):
    shop.type(digits)
    effects = shop.confirm()
    if effects:
        shop.step(events.PinChecked(shop.now, right))
    return effects


def test_the_right_pin_opens_the_menu(shop):
    shop.press(Key.MENU)
    assert (shop.screen.stage, shop.screen.typed, shop.screen.reason) == (Stage.PIN, 0, 0)
    shop.type("1234")
    assert shop.screen.typed == 4
    assert shop.confirm() == (CheckPin("1234"),)
    assert shop.shows(Stage.WORKING)
    shop.step(events.PinChecked(shop.now, right=True))
    assert shop.shows(Stage.MENU)


def test_a_wrong_pin_opens_nothing_and_says_so_until_the_next_is_begun(shop):
    shop.press(Key.MENU)
    assert enter(shop) == (CheckPin("1234"),)
    assert (shop.screen.stage, shop.screen.typed, shop.refusal) == (Stage.PIN, 0, Reason.PIN_WRONG)
    shop.type("1")
    assert (shop.screen.typed, shop.screen.reason) == (1, 0)


def test_without_a_pin_the_menu_opens_at_once():
    shop = Shop()
    shop.press(Key.MENU)
    assert shop.shows(Stage.MENU)


@pytest.mark.parametrize("keys", [[Key.D1], [Key.D2], [Key.D3], [Key.CONFIRM]])
def test_nothing_of_the_menu_is_reached_without_it(shop, keys):
    shop.pay(500)
    shop.tick(8)
    shop.press(Key.MENU, *keys)
    assert shop.shows(Stage.PIN)


def test_digits_can_be_taken_back_and_are_never_too_many(shop):
    shop.press(Key.MENU)
    shop.type("12345678912")
    typed = shop.screen.typed
    shop.press(Key.CORRECT, Key.DOUBLE_ZERO)
    assert (PIN_MAX, typed, shop.screen.typed) == (8, 8, 7)
    shop.press(Key.CORRECT, Key.DOUBLE_ZERO)
    assert shop.confirm() == (CheckPin("12345600"),)


def test_the_digits_are_shown_to_nobody(shop):
    shop.press(Key.MENU)
    shop.type("8642")
    (check,) = shop.confirm()
    assert "8642" not in repr(check)
    shop.step(events.PinChecked(shop.now, right=False))
    shop.type("8642")
    assert "8642" not in repr(shop.state)
    assert "8642" not in repr(shop.screen)


def test_after_three_wrong_ones_none_is_taken_for_a_while_that_doubles(shop):
    shop.press(Key.MENU)
    pauses = []
    for _ in range(12):
        enter(shop)
        pauses.append(shop.screen.seconds)
        shop.wait(shop.screen.seconds)
    assert pauses == [0, 0, 30, 60, 120, 240, 480, 960, 1_920, 3_600, 3_600, 3_600]


@pytest.mark.parametrize("seconds", [0, 29.999])
def test_in_the_pause_no_digit_is_taken(shop, seconds):
    shop.press(Key.MENU)
    for _ in range(3):
        enter(shop)
    shop.wait(seconds)
    assert enter(shop, right=True) == ()
    assert (shop.screen.stage, shop.screen.typed) == (Stage.PIN, 0)
    shop.wait(30 - seconds)
    assert enter(shop, right=True) == (CheckPin("1234"),)
    assert shop.shows(Stage.MENU)


def test_digits_of_before_the_pause_are_not_taken_either(shop):
    """An answer that came late: the PIN was left, begun anew, and then the wrong one counted."""
    shop.press(Key.MENU)
    for _ in range(2):
        enter(shop)
    shop.type("12")
    shop.step(events.PinChecked(shop.now, right=False))
    assert shop.confirm() == ()


def test_leaving_the_pin_makes_no_wrong_one_unsaid(shop):
    for _ in range(3):
        shop.press(Key.MENU)
        enter(shop)
        shop.press(Key.CANCEL)
        assert shop.shows(Stage.READY)
    shop.press(Key.MENU)
    assert shop.screen.seconds == 30


def test_an_answer_that_comes_when_nobody_waits_counts_and_opens_nothing(shop):
    shop.press(Key.MENU)
    shop.type("1234")
    shop.confirm()
    shop.tick(31)
    assert shop.shows(Stage.READY)
    shop.step(events.PinChecked(shop.now, right=True))
    assert shop.shows(Stage.READY)
    for _ in range(3):
        shop.step(events.PinChecked(shop.now, right=False))
    shop.press(Key.MENU)
    assert shop.screen.seconds == 30


def test_the_right_one_ends_the_counting(shop):
    shop.press(Key.MENU)
    for right in (False, False, True):
        enter(shop, right=right)
    shop.press(Key.CANCEL, Key.MENU)
    for _ in range(2):
        enter(shop)
        assert shop.screen.seconds == 0


def test_while_it_is_compared_nothing_else_is_taken(shop):
    shop.press(Key.MENU)
    shop.type("1234")
    shop.confirm()
    checking = shop.state.sale
    shop.press(*Key)
    shop.scan()
    shop.misread()
    assert shop.state.sale == checking


def test_a_pass_begins_a_sale_over_the_pin(shop):
    shop.press(Key.MENU)
    shop.type("12")
    shop.scan(FAMILY_01, budget())
    assert shop.shows(Stage.AMOUNT)


def test_the_pin_is_left_alone(shop):
    shop.press(Key.MENU)
    shop.type("12")
    shop.tick(30)
    assert shop.shows(Stage.READY)
    shop.press(Key.MENU)
    assert shop.screen.typed == 0


@pytest.mark.parametrize("checking", [False, True])
def test_f16_a_lock_ends_it(shop, checking):
    shop.press(Key.MENU)
    shop.type("1234")
    if checking:
        shop.confirm()
    shop.lock()
    shop.step(events.PinChecked(shop.now, right=True))
    assert shop.shows(Stage.LOCKED)


def test_f39_giving_back_a_paid_ask_needs_no_pin_and_its_menu_does():
    shop = restarted(paid=(open_ask(),), pin=True)
    shop.tick(1)
    shop.press(Key.MENU)
    assert shop.shows(Stage.PIN)
    shop.press(Key.CANCEL)
    shop.answer(Key.D2)
    assert shop.shows(Stage.REFUNDED)
