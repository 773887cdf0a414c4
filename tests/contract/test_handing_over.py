"""An ask of exactly what is set aside is paid from it; every other ask, and every payment, is judged as ever."""

from collections.abc import Callable

import pytest

from contracts.wire.reasons import ASK, Reason
from tests.contract.books import RESERVE, SLICE, books, last_ask, moves, set_aside, verdict
from tests.contract.called import Receipt
from tests.contract.journals import NOW, address, code
from tests.contract.machines import on_each
from tests.contract.ordered import UNTIL, budget, freed, ordered
from tests.contract.world import DAY, ENDS, EXCLUDED, World

pytestmark = on_each
BICYCLE = 8_900


@pytest.fixture
def waiting(world: World) -> World:
    """A bicycle waits for family-01, whose budget has EUR 11 left."""
    ordered(world, BICYCLE)
    return world


def paid(receipt: Receipt) -> list[tuple[int, int]]:
    """What asks were paid, and what of it was set aside."""
    return [(event.amount, event.set_aside) for event in receipt.named("AskPaid")]


def test_an_ask_of_that_amount_is_paid_from_what_is_set_aside(waiting):
    world = waiting
    world.till.ask("family-01", BICYCLE)
    receipt = world.settle_new()
    assert verdict(receipt) == []
    assert paid(receipt) == [(BICYCLE, BICYCLE)]
    assert last_ask(world) == (1, 0)
    assert set_aside(world, "family-01") == (0, 0)
    assert budget(world) == (1_100, BICYCLE, BICYCLE, NOW // DAY)
    assert books(world) == (1_100, BICYCLE, 0, BICYCLE, SLICE, RESERVE)
    assert world.contract.view("taken", 1, 1) == BICYCLE


def test_any_till_of_the_shop_hands_it_over(waiting):
    other = waiting.new_till("till-02", 1)
    other.ask("family-01", BICYCLE)
    assert paid(waiting.settle_new(other)) == [(BICYCLE, BICYCLE)]


def test_it_is_handed_over_once(waiting):
    waiting.till.ask("family-01", BICYCLE)
    waiting.till.ask("family-01", BICYCLE)
    assert verdict(waiting.settle_new()) == [(2, Reason.ASK_BUDGET_SHORT)]


def test_what_is_handed_over_is_not_freed(waiting):
    waiting.till.ask("family-01", BICYCLE)
    waiting.settle_new()
    waiting.evm.time = UNTIL + 1
    assert waiting.refusal("free_order", 1, 1, address("family-01")) == "order: none"


def test_what_is_freed_is_not_handed_over(waiting):
    """The ask is judged as any, and the budget has it again."""
    freed(waiting, "sponsor-01")
    waiting.till.ask("family-01", BICYCLE)
    assert paid(waiting.settle_new()) == [(BICYCLE, 0)]


def test_nothing_of_what_is_set_aside_was_left(waiting):
    waiting.till.ask("family-01", 1_101)
    waiting.till.ask("family-01", BICYCLE - 1)
    waiting.till.ask("family-01", BICYCLE + 1)
    assert verdict(waiting.settle_new()) == [
        (1, Reason.ASK_BUDGET_SHORT),
        (2, Reason.ASK_BUDGET_SHORT),
        (3, Reason.ASK_BUDGET_SHORT),
    ]
    assert set_aside(waiting, "family-01") == (BICYCLE, UNTIL)


def test_another_amount_is_paid_from_the_budget(waiting):
    waiting.till.ask("family-01", 1_100)
    assert paid(waiting.settle_new()) == [(1_100, 0)]
    assert set_aside(waiting, "family-01") == (BICYCLE, UNTIL)


def test_a_payment_is_never_paid_from_it(world):
    ordered(world, 2_000)
    world.till.pay("family-01", 2_000)
    world.till.phone("family-01", 2_000, code(2_000, 1))
    assert verdict(world.settle_new()) == []
    assert budget(world)[:2] == (4_000, 4_000)
    assert set_aside(world, "family-01") == (2_000, UNTIL)


def test_without_an_order_the_same_amount_comes_out_of_the_budget(world):
    world.till.ask("family-01", BICYCLE)
    assert paid(world.settle_new()) == [(BICYCLE, 0)]
    assert budget(world)[:2] == (1_100, BICYCLE)


def test_an_ask_at_another_shop_in_another_programme_or_of_another_pass_is_any_ask(waiting):
    world = waiting
    till = world.new_till("till-02", world.new_shop("shop-02"))
    till.ask("family-01", BICYCLE)
    assert verdict(world.settle_new(till)) == [(1, Reason.ASK_BUDGET_SHORT)]
    second = world.create_programme("sponsor-01", funds=10_000)
    world.place(programme=second)
    world.grant("family-01", 1_000, second)
    world.grant("family-02", 1_000)
    world.till.ask("family-01", BICYCLE, programme=second)
    world.till.ask("family-02", BICYCLE)
    assert verdict(world.settle_new()) == [(1, Reason.ASK_BUDGET_SHORT), (2, Reason.ASK_BUDGET_SHORT)]


def test_two_orders_are_handed_over_each_at_its_shop(world):
    other = world.new_shop("shop-02")
    till = world.new_till("till-02", other)
    ordered(world, 4_000)
    ordered(world, 4_000, shop=other)
    for each in (world.till, till):
        each.ask("family-01", 4_000)
        assert paid(world.settle_new(each)) == [(4_000, 4_000)]
    assert budget(world)[:2] == (2_000, 8_000)


@pytest.mark.parametrize(("late", "from_order"), [(0, True), (1, False)])
def test_it_is_handed_over_until_its_last_second(world, late, from_order):
    """Later an ask of that amount is any ask, and what is set aside waits to be freed."""
    ordered(world, 4_000)
    world.evm.time = UNTIL + late
    world.till.ask("family-01", 4_000, deadline=2**40 - 1)
    assert paid(world.settle_new()) == [(4_000, 4_000 if from_order else 0)]
    assert set_aside(world, "family-01") == ((0, 0) if from_order else (4_000, UNTIL))


def test_the_day_on_which_it_is_handed_over_is_not_touched(waiting):
    """It counted when it was set aside, and the limit of this day is as free as before."""
    world = waiting
    world.evm.time = NOW + DAY
    world.set_rules(day_limit=1_100)
    world.till.pay("family-01", 600, time=NOW + DAY)
    world.till.ask("family-01", BICYCLE, deadline=2**40 - 1)
    world.till.pay("family-01", 500, time=NOW + DAY)
    assert verdict(world.settle_new()) == []
    assert budget(world) == (0, 10_000, 1_100, NOW // DAY + 1)


def end(world: World) -> None:
    """The programme's end comes sooner, and is over."""
    world.set_rules(ends=NOW)
    world.evm.time = NOW + 1


KEPT: dict[Reason, Callable[[World], object]] = {
    Reason.PASS_BLOCKED: lambda world: world("set_pass_blocked", 1, address("family-01"), True),
    Reason.PROGRAMME_PAUSED: lambda world: world("set_paused", 1, True),
    Reason.PERIOD_NOT_BEGUN: lambda world: world.set_rules(begins=NOW + 1),
    Reason.PERIOD_OVER: end,
    Reason.SHOP_NOT_ADMITTED: lambda world: world.place(standing=EXCLUDED),
}


@pytest.mark.parametrize("reason", KEPT, ids=lambda reason: reason.name)
def test_a_broken_rule_rejects_it_and_it_goes_on_waiting(waiting, reason):
    world = waiting
    KEPT[reason](world)
    before = books(world)
    world.till.ask("family-01", BICYCLE)
    assert verdict(world.settle_new()) == [(1, Reason(ASK + reason))]
    assert last_ask(world) == (1, ASK + reason)
    assert books(world) == before
    assert set_aside(world, "family-01") == (BICYCLE, UNTIL)


def test_a_pass_that_was_replaced_fetches_nothing_and_neither_does_its_successor(waiting):
    world = waiting
    world("reissue", 1, address("family-01"), address("family-51"))
    world.till.ask("family-01", BICYCLE)
    world.till.ask("family-51", BICYCLE)
    assert verdict(world.settle_new()) == [(1, Reason.ASK_PASS_BLOCKED), (2, Reason.ASK_BUDGET_SHORT)]


def test_a_late_ask_and_a_revoked_till_hand_nothing_over(waiting):
    world = waiting
    world.till.ask("family-01", BICYCLE, deadline=NOW - 1)
    assert verdict(world.settle_new()) == [(1, Reason.ASK_TOO_LATE)]
    world("revoke_terminal", 1, world.till.address)
    world.till.ask("family-01", BICYCLE)
    assert verdict(world.settle_new()) == [(2, Reason.TERMINAL_REVOKED)]
    assert set_aside(world, "family-01") == (BICYCLE, UNTIL)


CODES = {
    Reason.ASK_PHONE_CODE_EXPIRED: code(BICYCLE, 1, expiry=NOW - 1),
    Reason.ASK_PHONE_CODE_CEILING: code(BICYCLE - 1, 1),
    Reason.ASK_PHONE_CODE_USED: code(BICYCLE, 3),
}


@pytest.mark.parametrize("reason", CODES, ids=lambda reason: reason.name)
def test_a_phones_code_keeps_to_its_terms(waiting, reason):
    world = waiting
    world.till.phone("family-01", 1, code(1, 3))
    world.till.phone_ask("family-01", BICYCLE, CODES[reason])
    assert verdict(world.settle_new()) == [(2, reason)]
    assert set_aside(world, "family-01") == (BICYCLE, UNTIL)


def test_a_phones_code_fetches_it_and_is_used_by_that(waiting):
    world = waiting
    world.till.phone_ask("family-01", BICYCLE, code(BICYCLE, 7))
    assert paid(world.settle_new()) == [(BICYCLE, BICYCLE)]
    assert world.contract.view("budget", 1, address("family-01")).counter == 7
    ordered(world, 100, number=2)
    world.till.phone_ask("family-01", 100, code(100, 7))
    assert verdict(world.settle_new()) == [(2, Reason.ASK_PHONE_CODE_USED)]


def test_a_sale_that_was_handed_over_is_given_back_as_any(waiting):
    world = waiting
    world.till.ask("family-01", BICYCLE)
    world.till.refund("family-01", BICYCLE, sale=1)
    receipt = world.settle_new()
    assert verdict(receipt) == []
    assert moves(receipt) == [(0, BICYCLE)]
    assert budget(world) == (10_000, 0, 0, NOW // DAY)
    world.till.refund("family-01", 1, sale=1)
    assert verdict(world.settle_new()) == [(3, Reason.REFUND_TOO_MUCH)]


def test_nothing_is_given_back_of_what_only_waits(waiting):
    """What is set aside is not spent."""
    world = waiting
    world.grant("family-02", 1_000)
    world.till.pay("family-02", 1_000)
    world.till.refund("family-01", 1, sale=1)
    assert verdict(world.settle_new()) == [(2, Reason.REFUND_TOO_MUCH)]


def test_what_slices_pay_is_not_what_is_set_aside(waiting):
    """A payment that the budget does not cover is drawn as ever; the order waits on."""
    world = waiting
    world.till.pay("family-01", 2_000)
    assert verdict(world.settle_new()) == [(1, Reason.BUDGET_SHORT)]
    assert books(world) == (0, 1_100, 900, 2_000, SLICE - 900, RESERVE)
    world.till.ask("family-01", BICYCLE)
    assert paid(world.settle_new()) == [(BICYCLE, BICYCLE)]


def test_a_budget_that_grants_filled_keeps_the_mark_short(waiting):
    """left and spent together have 32 bits, and the money is paid whatever the mark says."""
    world = waiting
    world.fund(1, 2**32)
    world.grant("family-01", 2**32 - 1 - 1_100 - 900)
    world.till.ask("family-01", BICYCLE)
    assert paid(world.settle_new()) == [(BICYCLE, BICYCLE)]
    assert budget(world)[:2] == (2**32 - 1 - 900, 900)
    assert world.contract.view("budget", 1, address("family-01")).drawn == 0
    assert world.contract.view("credit", 1, 1) == BICYCLE
    books(world)


def test_in_the_last_second_of_the_programme_it_is_handed_over(world):
    ordered(world, 4_000, until=ENDS)
    world.evm.time = ENDS
    world.till.ask("family-01", 4_000, deadline=2**40 - 1)
    assert paid(world.settle_new()) == [(4_000, 4_000)]
