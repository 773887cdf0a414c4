"""An order ends by itself, also where a task of it was given up, or found nothing to free."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from provisioning import orders
from provisioning.portal.access import Role
from provisioning.portal.orders import following, tidying
from provisioning.portal.orders.models import Order
from provisioning.portal.staff.models import Line
from provisioning.portal.tasks.models import Task
from tests.portal.orders.conftest import GRANTED
from tests.portal.orders.ordering import cancelled, error, state, stock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("from_here")]
STATE, MONEY = Order.State, Order.Money
HOUR = timedelta(hours=1)


@pytest.fixture
def late(order, monkeypatch):
    """The order, after its time; the task that frees it is asked for."""
    monkeypatch.setattr("time.time", lambda: order.until + 61)
    tidying.tidy()
    order.refresh_from_db()
    assert order.task.kind == "orders.free"
    return order


@pytest.fixture
def browser(staff):
    found = staff(Role.SHOPS)
    found.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return found


def give_up(order: Order, how: str = Task.State.BROKEN, ago: timedelta = HOUR, tried: timedelta = HOUR) -> None:
    """As if it was given up so long before the time of the test, after so long of trying."""
    order.refresh_from_db()
    assert order.task is not None
    ended = datetime.fromtimestamp(time.time(), UTC) - ago
    more = {"ended_at": ended, "asked_at": ended - tried, "said": "the key cannot be read"}
    Task.objects.filter(pk=order.task.pk).update(state=how, **more)


@pytest.mark.parametrize("how", [Task.State.BROKEN, Task.State.REFUSED])
def test_a_free_that_was_given_up_is_tried_again_after_an_hour(family, bicycle, late, here, work, how):
    give_up(late, how, ago=HOUR - timedelta(minutes=1))
    tidying.tidy()
    assert (work(), state(late)) == ([], STATE.SET_ASIDE)
    give_up(late, how)
    tidying.tidy()
    tidying.tidy()
    assert [task.kind for task in work()] == ["orders.free"]
    assert (state(late), stock(bicycle), family.left()) == (STATE.EXPIRED, 3, GRANTED)
    assert Line.objects.get(action="task.again").by is None
    tidying.tidy()
    assert work() == []


@pytest.mark.parametrize(("tried", "pause"), [(1, 1), (5, 5), (24, 24), (100, 24)])
def test_each_time_it_waits_as_long_as_it_was_tried_and_a_day_at_most(late, tried, pause):
    give_up(late, ago=timedelta(hours=pause, minutes=-1), tried=timedelta(hours=tried))
    tidying.tidy()
    assert Task.objects.get(pk=late.task_id).state == Task.State.BROKEN
    give_up(late, ago=timedelta(hours=pause), tried=timedelta(hours=tried))
    tidying.tidy()
    assert Task.objects.get(pk=late.task_id).state == Task.State.WAITING


def test_a_cancelled_orders_money_comes_back_before_its_time_when_freeing_was_given_up(family, order, here, work):
    cancelled(family, order)
    give_up(order)
    tidying.tidy()
    work()
    assert (following.stands(here, order), family.left()) == (False, GRANTED)


def test_setting_aside_that_was_given_up_is_tried_again(family, bicycle, here, work):
    order = family.ordered((bicycle, 1))
    give_up(order)
    tidying.tidy()
    work()
    assert (state(order), following.stands(here, order)) == (STATE.SET_ASIDE, True)


def test_what_was_done_is_not_tried_again(order, here, work):
    give_up(order, Task.State.DONE)
    tidying.tidy()
    assert (work(), state(order)) == ([], STATE.SET_ASIDE)


def test_one_of_which_the_contract_never_kept_anything_is_over_once_that_is_final(
    family, bicycle, here, work, monkeypatch
):
    order = family.ordered((bicycle, 1))
    Task.objects.update(state=Task.State.DONE)
    Order.objects.update(state=STATE.READY)
    monkeypatch.setattr("time.time", lambda: order.until + 61)
    tidying.tidy()
    (task,) = work()
    assert not task.result["freed"]
    Task.objects.filter(pk=task.pk).update(result={"freed": False, "looked": task.result["looked"] + 1})
    following.follow(here)
    tidying.tidy()
    assert (state(order), stock(bicycle)) == (STATE.READY, 2)
    Task.objects.filter(pk=task.pk).update(result=task.result)
    tidying.tidy()
    assert (state(order), stock(bicycle), family.left()) == (STATE.EXPIRED, 3, GRANTED)


def test_one_that_was_handed_over_is_not_over_for_want_of_anything_to_free(family, bicycle, late, here, till, work):
    family.fetch(till, 89_00)
    work()
    tidying.tidy()
    assert state(late) == STATE.SET_ASIDE
    following.follow(here)
    tidying.tidy()
    assert (state(late), stock(bicycle)) == (STATE.HANDED_OVER, 2)


def test_what_an_earlier_attempt_freed_is_over_once_that_is_final(family, bicycle, late, here, work):
    orders.free(here, 1, 1, family.phone.address)
    (task,) = work()
    assert not task.result["freed"]
    following.follow(here)
    assert (state(late), late.money, late.to_budget, late.to_reserve) == (STATE.EXPIRED, MONEY.OVER, 89_00, 0)
    assert stock(bicycle) == 3


def test_money_that_is_kept_for_a_refused_order_goes_back(family, bicycle, here, work):
    order = family.ordered((bicycle, 1))
    orders.set_aside(here, following.signed(order))
    Order.objects.update(state=STATE.REFUSED)
    Task.objects.update(state=Task.State.DONE)
    tidying.tidy()
    assert work() == []
    following.follow(here)
    assert error(family.order((bicycle, 1))) == "open"  # the contract has no room for another
    tidying.tidy()
    tidying.tidy()
    assert [task.kind for task in work()] == ["orders.free"]
    assert (state(order), family.left()) == (STATE.REFUSED, GRANTED)


def test_money_that_is_kept_for_an_order_that_counts_stays(family, order, here, work):
    following.follow(here)
    tidying.tidy()
    assert (work(), state(order), order.money) == ([], STATE.SET_ASIDE, MONEY.KEPT)


def test_the_desk_sees_what_was_given_up_and_has_it_tried_again(browser, family, order, work):
    page = f"/desk/orders/{order.code}"
    cancelled(family, order)
    assert "Try again" not in browser.get(page).content.decode()
    give_up(order, ago=timedelta(0))
    assert "1 order needs a look" in browser.get("/desk/orders").content.decode()
    assert order.code in browser.get("/desk/orders?state=stuck").content.decode()
    shown = browser.get(page).content.decode()
    assert "the key cannot be read" in shown
    assert "Try again" in shown
    assert browser.post(f"{page}/again").status_code == 302
    work()
    assert family.left() == GRANTED
    assert Line.objects.get(action="task.again").by is not None
    for shown in (browser.get(page), browser.get("/desk/orders?state=stuck")):
        assert "Try again" not in shown.content.decode()
        assert "needs a look" not in shown.content.decode()


def test_the_desk_has_nothing_tried_again_that_was_not_given_up(browser, family, order):
    cancelled(family, order)
    answer = browser.post(f"/desk/orders/{order.code}/again", follow=True)
    assert "This cannot be done now." in answer.content.decode()
    assert not Line.objects.filter(action="task.again").exists()
