"""What becomes of an order on a contract: set aside, handed over, cancelled, and begun again wherever a worker died."""

import pytest

from contracts.chain import Reverted
from contracts.wire.errors import TryAgain
from provisioning import holdings, orders
from provisioning.portal.orders import ending, following
from provisioning.portal.orders.models import Order, Read
from provisioning.portal.tasks import doing
from provisioning.portal.tasks.models import Task
from provisioning.town import Town
from tests.portal.orders.conftest import GRANTED, a_family
from tests.portal.orders.ordering import DAY, cancelled, error, now, state, stock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("from_here")]
STATE = Order.State


def test_the_contract_keeps_the_money_for_the_shop(family, order, here):
    assert (state(order), following.stands(here, order)) == (STATE.SET_ASIDE, True)
    assert family.left() == GRANTED - 89_00
    assert family.phone.state()["budgets"] == []  # nothing was read into the tables of figures here
    assert family.phone.state()["orders"][0]["said"] == "The shop gets your order ready."


def test_what_the_contract_refuses_is_refused_in_words_and_its_stock_comes_back(family, bicycle, here, work):
    order = family.ordered((bicycle, 1))
    holdings.set_blocked(here, family.phone.address, blocked=True)
    work()
    assert (state(order), order.reason) == (STATE.REFUSED, Order.Reason.PASS)
    assert (stock(bicycle), order.ended_at is not None) == (3, True)
    assert family.left() == GRANTED


def test_two_orders_that_are_more_together_than_is_left_are_one(here, family, bicycle, work, monkeypatch):
    monkeypatch.setattr("provisioning.portal.orders.ordering._check_money", lambda *_: None)
    order = family.ordered((bicycle, 3))
    work()
    assert (state(order), order.reason, stock(bicycle)) == (STATE.REFUSED, Order.Reason.MONEY, 3)
    assert family.phone.ask("order-cancel", order=order.code).status_code == 409


@pytest.mark.parametrize("dies", ["before", "after"])
def test_a_worker_that_dies_at_an_effect_goes_on(family, bicycle, here, work, monkeypatch, dies):
    order = family.ordered((bicycle, 1))
    _dying(monkeypatch, order.task, dies, here, "set_aside")
    work()
    assert (state(order), following.stands(here, order), family.left()) == (STATE.SET_ASIDE, True, GRANTED - 89_00)

    cancelled(family, order)
    order.refresh_from_db()
    _dying(monkeypatch, order.task, dies, here, "free_order")
    work()
    assert (state(order), following.stands(here, order), family.left()) == (STATE.CANCELLED, False, GRANTED)
    assert stock(bicycle) == 3


class Killed(BaseException):
    """The worker is no more."""


def _dying(monkeypatch, task, where, town, effect):
    """Do the task once by a worker that dies just before or just after this effect on the contract."""
    act = Town.act

    def die(self, name, *arguments):
        if name != effect:
            return act(self, name, *arguments)
        if where == "after":
            act(self, name, *arguments)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(Town, "act", die)
        with pytest.raises(Killed):
            doing.do(town, task)
    task.refresh_from_db()
    assert task.state == Task.State.WAITING


def test_a_cancelled_order_gives_money_and_stock_back_at_once(family, bicycle, order, here, work):
    told = cancelled(family, order)
    assert told["said"] == "You cancelled this order. The money is being given back."
    assert (stock(bicycle), following.stands(here, order)) == (3, True)
    work()
    assert (following.stands(here, order), family.left()) == (False, GRANTED)
    assert family.phone.state()["orders"][0]["said"] == "You cancelled this order. The money is back with your budget."


OVER = "The money went back to the town. This budget is over."
BEFORE = "went to the town. More was bought with this pass than was left on it."


@pytest.mark.parametrize(
    ("freed", "is_over", "said"),
    [
        ((89_00, 0), False, "The money is back with your budget."),
        ((89_00, 0), True, "The money is back with your budget."),
        ((0, 89_00), True, OVER),
        ((0, 89_00), False, f"€\N{NO-BREAK SPACE}89.00 {BEFORE}"),
        (
            (40_00, 49_00),
            False,
            f"€\N{NO-BREAK SPACE}40.00 is back with your budget. €\N{NO-BREAK SPACE}49.00 {BEFORE}",
        ),
    ],
)
def test_the_family_is_told_where_its_money_went(family, order, programme, work, monkeypatch, freed, is_over, said):
    cancelled(family, order)
    monkeypatch.setattr(orders, "free", lambda *_: orders.Freed(*freed))
    work()
    if is_over:
        programme.closed = True
        programme.save()
    assert family.phone.state()["orders"][0]["said"] == f"You cancelled this order. {said}"
    order.refresh_from_db()
    assert (order.to_budget, order.to_reserve) == freed


def test_what_was_never_set_aside_is_not_said_to_be_back(family, bicycle, here, work, monkeypatch):
    order = family.ordered((bicycle, 1))
    cancelled(family, order)

    def refuse(*_):
        raise Reverted("order: shop not admitted")

    monkeypatch.setattr(orders, "set_aside", refuse)
    work()
    told = family.phone.state()["orders"][0]
    assert told["said"] == "You cancelled this order. No money is set aside for it any more."


def test_it_is_cancelled_once(family, bicycle, order, work):
    cancelled(family, order)
    answer = family.phone.ask("order-cancel", order=order.code)
    assert (answer.status_code, error(answer), stock(bicycle)) == (409, "ended", 3)
    assert len(work()) == 1


def test_one_cancelled_before_it_was_set_aside_is_counted_and_freed(family, bicycle, here, work):
    """Or whoever finds its signature could set it aside much later."""
    order = family.ordered((bicycle, 1))
    cancelled(family, order)
    assert [task.kind for task in work()] == ["orders.set_aside", "orders.free"]
    assert (state(order), following.stands(here, order), family.left(), stock(bicycle)) == (
        STATE.CANCELLED,
        False,
        GRANTED,
        3,
    )
    assert orders.was_set_aside(here, following.signed(order))


def test_after_it_the_same_pass_orders_there_again(family, bicycle, order, work, here):
    cancelled(family, order)
    work()
    again = family.ordered((bicycle, 1))
    work()
    assert (state(again), following.stands(here, again)) == (STATE.SET_ASIDE, True)


def test_handed_over_at_the_till_it_is_over(family, bicycle, order, here, till):
    family.fetch(till, 89_00)
    following.follow(here)
    assert (state(order), order.ended_at is not None) == (STATE.HANDED_OVER, True)
    assert (stock(bicycle), family.left()) == (2, GRANTED - 89_00)
    assert family.phone.state()["orders"][0]["said"] == "You fetched this order."
    following.follow(here)
    assert state(order) == STATE.HANDED_OVER


def test_fetched_before_the_worker_noted_that_it_was_set_aside_it_is_over(family, bicycle, here, till, work):
    """It died in between, or its node did not answer; or the pass's other orders would wait behind this one."""
    order = family.ordered((bicycle, 1))
    orders.set_aside(here, following.signed(order))
    family.fetch(till, 89_00)
    following.follow(here)
    work()
    assert (state(order), stock(bicycle)) == (STATE.HANDED_OVER, 2)


def test_another_amount_is_a_usual_sale(family, order, here, till):
    family.fetch(till, 10_00)
    following.follow(here)
    assert (state(order), family.left()) == (STATE.SET_ASIDE, GRANTED - 99_00)


def test_another_familys_purchase_of_the_same_amount_hands_nothing_over(family, order, here, till):
    a_family(here).fetch(till, 89_00)
    following.follow(here)
    assert state(order) == STATE.SET_ASIDE


def test_cancelled_while_it_goes_over_the_counter_it_was_handed_over(family, bicycle, order, here, till, work):
    family.fetch(till, 89_00)
    cancelled(family, order)
    assert stock(bicycle) == 3
    (task,) = work()
    assert not task.result["freed"]
    following.follow(here)
    assert (state(order), stock(bicycle), order.reason) == (STATE.HANDED_OVER, 2, "")


def test_a_new_order_of_the_same_amount_is_not_taken_for_the_one_before(family, bicycle, order, here, till, work):
    family.fetch(till, 89_00)
    cancelled(family, order)
    work()
    again = family.ordered((bicycle, 1))
    work()
    following.follow(here)
    assert (state(order), state(again)) == (STATE.HANDED_OVER, STATE.SET_ASIDE)
    family.fetch(till, 89_00)
    following.follow(here)
    assert state(again) == STATE.HANDED_OVER


@pytest.mark.parametrize("apart", [0, 1])
def test_two_of_one_sum_that_went_over_the_counter_in_one_round_are_both_handed_over(
    family, bicycle, here, till, work, apart
):
    """Near a programme's end both are kept until the same second."""
    until = now() + DAY
    first = family.ordered((bicycle, 1), until=until)
    work()
    family.fetch(till, 89_00)
    cancelled(family, first)
    work()
    second = family.ordered((bicycle, 1), until=until + apart)
    work()
    family.fetch(till, 89_00)
    following.follow(here)
    assert (state(first), state(second), stock(bicycle)) == (STATE.HANDED_OVER, STATE.HANDED_OVER, 1)


def test_of_two_of_one_sum_in_one_round_each_gets_its_own_end(family, bicycle, here, till, work):
    until = now() + DAY
    first = family.ordered((bicycle, 1), until=until)
    work()
    cancelled(family, first)
    work()
    second = family.ordered((bicycle, 1), until=until)
    work()
    family.fetch(till, 89_00)
    following.follow(here)
    assert (state(first), state(second), stock(bicycle)) == (STATE.CANCELLED, STATE.HANDED_OVER, 2)


def test_freeing_one_again_leaves_a_later_one_of_the_same_sum_and_time_alone(family, bicycle, here, work):
    until = now() + DAY
    first = family.ordered((bicycle, 1), until=until)
    work()
    cancelled(family, first)
    work()
    second = family.ordered((bicycle, 1), until=until)
    work()
    ending.free(None, first)
    (task,) = work()
    assert (task.result["freed"], following.stands(here, second)) == (False, True)


def test_stock_that_was_sold_meanwhile_never_falls_below_none(family, bicycle, order, here, till, work):
    family.fetch(till, 89_00)
    cancelled(family, order)
    work()
    type(bicycle).objects.update(stock=0)
    following.follow(here)
    assert stock(bicycle) == 0


def test_a_node_that_is_away_leaves_all_as_it_is(family, bicycle, here, monkeypatch):
    order = family.ordered((bicycle, 1))

    def away(*_):
        raise TryAgain("the node is gone")

    with monkeypatch.context() as patched:
        patched.setattr(Town, "act", away)
        doing.do(here, order.task)
    order.task.refresh_from_db()
    assert (state(order), order.task.state, stock(bicycle)) == (STATE.ASKED, Task.State.WAITING, 2)


def test_reading_goes_on_where_it_was(family, order, here, till, monkeypatch):
    family.fetch(till, 89_00)
    before = Read.objects.get().block

    def fails(*_):
        raise TryAgain("cut off")

    with monkeypatch.context() as patched:
        patched.setattr(following, "_note_fetched", fails)
        with pytest.raises(TryAgain):
            following.follow(here)
    assert Read.objects.get().block == before
    following.follow(here)
    assert (state(order), Read.objects.get().block) == (STATE.HANDED_OVER, here.chain.block_number("finalized"))
