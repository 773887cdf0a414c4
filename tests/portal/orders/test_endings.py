"""Orders that end without anybody asking: late, of a lost pass, freed by others, and forgotten."""

from datetime import timedelta

import pytest
from django.utils import timezone

from contracts.chain import checksum
from contracts.wire.units import Address
from provisioning import holdings, orders
from provisioning.passes import new_pass
from provisioning.portal.orders import ending, following, tidying
from provisioning.portal.orders.models import Order
from provisioning.portal.passes.models import Pass
from provisioning.portal.tasks.models import Task
from provisioning.town import Town
from tests.portal.orders.conftest import GRANTED
from tests.portal.orders.ordering import cancelled, now, state, stock
from tests.provisioning.conftest import NETWORK

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("from_here")]
STATE = Order.State


def late(order: Order) -> None:
    Order.objects.filter(pk=order.pk).update(until=now() - 3600)


def test_what_is_not_fetched_in_time_is_freed_and_over(family, bicycle, order, here, work, monkeypatch):
    monkeypatch.setattr("time.time", lambda: order.until + 61)
    tidying.tidy()
    tidying.tidy()
    assert [task.kind for task in work()] == ["orders.free"]
    assert (state(order), stock(bicycle), family.left()) == (STATE.EXPIRED, 3, GRANTED)
    tidying.tidy()
    assert work() == []


def test_until_then_it_stays(order, here, work, monkeypatch):
    monkeypatch.setattr("time.time", lambda: order.until)
    tidying.tidy()
    assert (work(), state(order)) == ([], STATE.SET_ASIDE)


def test_one_that_was_fetched_in_its_last_second_is_not_said_to_be_late(
    family, bicycle, order, here, till, work, monkeypatch
):
    family.fetch(till, 89_00)
    monkeypatch.setattr("time.time", lambda: order.until + 61)
    tidying.tidy()
    work()
    assert state(order) == STATE.SET_ASIDE
    following.follow(here)
    assert (state(order), stock(bicycle)) == (STATE.HANDED_OVER, 2)


def test_what_could_not_be_set_aside_at_all_is_over_in_its_time(family, bicycle, here, monkeypatch):
    order = family.ordered((bicycle, 1))
    Task.objects.update(state=Task.State.BROKEN)
    late(order)
    tidying.tidy()
    assert (state(order), stock(bicycle)) == (STATE.EXPIRED, 3)


@pytest.mark.parametrize("is_cancelled", [False, True])
def test_what_was_given_up_and_set_aside_all_the_same_is_freed_after_its_time(
    family, bicycle, here, work, monkeypatch, is_cancelled
):
    """The node answered with an error, and had the transaction."""
    order = family.ordered((bicycle, 1))
    orders.set_aside(here, following.signed(order))
    Task.objects.update(state=Task.State.BROKEN)
    if is_cancelled:
        cancelled(family, order)
    monkeypatch.setattr("time.time", lambda: order.until + 61)
    tidying.tidy()
    tidying.tidy()
    assert [task.kind for task in work()] == ["orders.set_aside", "orders.free"]
    assert (following.stands(here, order), family.left(), stock(bicycle)) == (False, GRANTED, 3)
    tidying.tidy()
    assert work() == []


def test_what_somebody_else_freed_is_over(family, bicycle, order, here):
    orders.free(here, 1, 1, family.phone.address)
    following.follow(here)
    assert (state(order), stock(bicycle)) == (STATE.EXPIRED, 3)


@pytest.mark.parametrize("how", [Pass.State.BLOCKED, Pass.State.REPLACED])
def test_the_orders_of_a_lost_pass_are_cancelled(family, bicycle, order, here, work, how):
    Pass.objects.filter(address=family.phone.address).update(state=how)
    tidying.tidy()
    tidying.tidy()
    assert (state(order), order.reason, stock(bicycle)) == (STATE.CANCELLED, Order.Reason.PASS, 3)
    assert len(work()) == 1


def test_the_money_of_a_replaced_passes_order_goes_to_the_new_pass(family, order, here, work):
    new = new_pass(NETWORK).address
    old = Pass.objects.get(address=family.phone.address)
    Task.objects.create(kind="passes.reissue", arguments={"old": old.pk, "new": Pass.objects.create(address=new).pk})
    work()
    assert _left(here, new) == GRANTED - 89_00
    tidying.tidy()
    work()
    assert (_left(here, new), following.stands(here, order)) == (GRANTED, False)


def test_an_order_of_a_pass_that_is_replaced_before_it_was_set_aside_is_not_left_behind(family, bicycle, here, work):
    order = family.ordered((bicycle, 1))
    new = new_pass(NETWORK).address
    holdings.reissue(here, holdings.to_move(here, family.phone.address, new), family.phone.address, new)
    Pass.objects.filter(address=family.phone.address).update(state=Pass.State.REPLACED)
    tidying.tidy()
    work()
    assert (state(order), stock(bicycle), _left(here, new)) == (STATE.CANCELLED, 3, GRANTED)


def _left(town: Town, address: Address) -> int:
    return int(town.look("budget", 1, checksum(address))["left"])


def test_what_could_not_be_freed_before_its_time_is_freed_after_it_once_more(family, order, here, work, monkeypatch):
    cancelled(family, order)
    Task.objects.filter(kind="orders.free").update(state=Task.State.REFUSED)
    tidying.tidy()
    assert work() == []
    monkeypatch.setattr("time.time", lambda: order.until + 61)
    tidying.tidy()
    tidying.tidy()
    assert len(work()) == 1
    assert (following.stands(here, order), family.left()) == (False, GRANTED)


def test_it_is_forgotten_a_year_after_its_end(family, order, here, work):
    cancelled(family, order)
    work()
    ended = timezone.now() - timedelta(days=tidying.KEPT_DAYS - 1)
    Order.objects.update(ended_at=ended)
    tidying.tidy()
    assert Order.objects.exists()
    Order.objects.update(ended_at=ended - timedelta(days=2))
    tidying.tidy()
    assert not Order.objects.exists()


def test_what_is_over_stays_as_it_is(family, bicycle, order, here, work):
    cancelled(family, order)
    work()
    assert not ending.end(order, STATE.EXPIRED)
    assert (state(order), stock(bicycle)) == (STATE.CANCELLED, 3)
