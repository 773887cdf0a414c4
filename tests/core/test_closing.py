"""Closing the day from the menu: asked once, done once, and never in the way of a sale."""

import pytest

from contracts.wire.reasons import Reason
from contracts.wire.units import Cents
from terminal.core import events
from terminal.core.effects import CloseDay
from terminal.core.events import Key
from terminal.core.facts import ClosedDay, Lost
from terminal.core.screen import Day, EntryState, Item, Stage
from tests.core.shop import FAMILY_02, Shop

CLOSED = ClosedDay(12, 45_50, 3)


def begin(shop):
    """To the question."""
    shop.press(Key.MENU, Key.D3)
    assert shop.screen.stage is Stage.CLOSE_DAY


def stage(shop):
    return shop.screen.stage


def closed(shop, day=CLOSED):
    shop.step(events.DayClosed(shop.now, day))


def test_the_day_is_closed_once_it_is_confirmed_and_its_number_shown(shop):
    begin(shop)
    assert shop.confirm() == (CloseDay(),)
    assert shop.screen.stage is Stage.WORKING
    assert shop.press(*Key) == ()
    closed(shop)
    assert (shop.screen.stage, shop.screen.day) == (
        Stage.DAY_CLOSED,
        Day(12, Cents(45_50), is_negative=False, carried=3),
    )
    shop.wait(1)
    shop.confirm()
    assert stage(shop) is Stage.READY


def test_a_day_on_which_more_was_given_back_than_sold(shop):
    begin(shop)
    shop.confirm()
    closed(shop, ClosedDay(1, -5_00, 0))
    assert shop.screen.day == Day(1, Cents(5_00), is_negative=True, carried=0)


def test_who_thinks_better_of_it_closes_nothing(shop):
    begin(shop)
    assert shop.press(Key.CANCEL) == ()
    assert shop.screen.stage is Stage.MENU
    begin_again = shop.press(Key.D3)
    assert begin_again == ()
    assert shop.tick(31) == ()
    assert stage(shop) is Stage.READY


def test_a_day_that_could_not_be_closed_is_said(shop):
    begin(shop)
    shop.confirm()
    closed(shop, None)
    assert (shop.screen.stage, shop.screen.reason) == (Stage.REFUSED, Reason.DAY_NOT_CLOSED)


@pytest.mark.parametrize(("day", "said"), [(CLOSED, Stage.DAY_CLOSED), (None, Stage.REFUSED)])
def test_what_took_so_long_that_nobody_waited_is_said_all_the_same(shop, day, said):
    begin(shop)
    shop.confirm()
    shop.tick(31)
    assert stage(shop) is Stage.READY
    closed(shop, day)
    assert stage(shop) is said


@pytest.mark.parametrize("confirmed", [False, True])
def test_a_pass_is_a_sale_also_while_the_day_is_closed(shop, confirmed):
    begin(shop)
    if confirmed:
        shop.confirm()
    shop.scan(FAMILY_02)
    assert shop.screen.stage is Stage.AMOUNT
    closed(shop)
    assert shop.screen.stage is Stage.AMOUNT


def test_where_the_shop_has_a_pin_it_goes_before():
    shop = Shop(pin=True)
    assert shop.press(Key.MENU, Key.D3, Key.CONFIRM) != (CloseDay(),)
    assert shop.screen.stage is not Stage.CLOSE_DAY


def test_its_digit_never_moves(shop):
    for _ in range(2):
        shop.press(Key.MENU)
        assert shop.screen.items[2] is Item.CLOSE_DAY
        shop.press(Key.CANCEL)
        shop.pay(500)
        shop.tick(9)


def test_what_was_rejected_stays_on_the_screen_however_many_sales_follow(shop):
    lost = tuple(Lost(n, Cents(n * 100), Reason.SLICE_SHORT, is_refund=n == 2) for n in (1, 2))
    shop.step(events.LostKnown(shop.now, lost))
    for _ in range(7):
        shop.pay(100, FAMILY_02)
        shop.tick(301)
    shown = shop.screen
    assert (shown.status.lost, shown.lost.sequence, shown.lost.state) == (2, 2, EntryState.REJECTED)
    shop.step(events.LostKnown(shop.now, ()))
    assert (shop.screen.status.lost, shop.screen.lost) == (0, None)
