"""A refund gives a shop's credit back, draws first, and never more than its pass spent or the shop took."""

import pytest

from contracts.wire.entry import Refund
from contracts.wire.reasons import Reason
from contracts.wire.units import Cents
from tests.contract.books import RESERVE, SLICE, books, moves, verdict
from tests.contract.journals import NOW, address
from tests.contract.machines import on_each
from tests.contract.world import DAY, ENDS, EXCLUDED

pytestmark = on_each


def test_a_refund_of_a_settled_sale_moves_credit_to_the_budget(world):
    world.till.pay("family-01", 3_000)
    world.settle_new()
    world.till.refund("family-01", 1_000, sale=1)
    receipt = world.settle_new()
    assert [event.kind for event in receipt.events] == ["Repaid", "Refunded", "Settled"]
    refunded = receipt.named("Refunded")[0]
    assert (refunded.programme, refunded.sequence, refunded.amount) == (1, 2, 1_000)
    assert (refunded.drawn, refunded.owed) == (0, 0)
    assert refunded.terminal == "0x" + world.till.address.hex()
    repaid = receipt.named("Repaid")[0]
    assert (repaid.programme, repaid.shop, repaid.to_reserve, repaid.to_budget) == (1, 1, 0, 1_000)
    assert repaid.pass_address == refunded.pass_address == "0x" + address("family-01").hex()
    assert books(world) == (8_000, 2_000, 0, 2_000, SLICE, RESERVE)
    assert world.contract.view("taken", 1, 1) == 2_000


def test_a_void_stands_in_the_same_journal_and_the_same_batch(world):
    world.till.pay("family-01", 3_000)
    world.till.refund("family-01", 3_000, sale=1)
    assert verdict(world.settle_new()) == []
    assert books(world) == (10_000, 0, 0, 0, SLICE, RESERVE)


def test_the_day_gets_back_what_reached_the_budget(world):
    world.till.pay("family-01", 3_000)
    world.till.refund("family-01", 1_000, sale=1)
    world.settle_new()
    assert world.contract.view("budget", 1, address("family-01")).today == 2_000


def test_what_was_drawn_is_repaid_first_and_goes_to_the_reserve(world):
    for _ in range(3):
        world.till.pay("family-01", 4_000)
    world.settle_new()
    assert books(world) == (0, 10_000, 2_000, 12_000, SLICE - 2_000, RESERVE)
    world.till.refund("family-01", 1_500, sale=1)
    assert moves(world.settle_new()) == [(1_500, 0)]
    world.till.refund("family-01", 1_500, sale=1)
    receipt = world.settle_new()
    assert moves(receipt) == [(500, 1_000)]
    assert receipt.named("Refunded")[0].drawn == 500
    assert books(world) == (1_000, 9_000, 0, 9_000, SLICE - 2_000, RESERVE + 2_000)


def test_a_pass_that_nobody_granted_can_be_given_back_what_slices_paid(world):
    world.till.pay("family-09", 1_000)
    world.till.refund("family-09", 1_000, sale=1)
    assert moves(world.settle_new()) == [(1_000, 0)]
    budget = world.contract.view("budget", 1, address("family-09"))
    assert (budget.left, budget.spent, budget.drawn, budget.known) == (0, 0, 0, False)


@pytest.mark.parametrize(("step", "fine"), [(1, True), (0, False), (2, False), (3, False), (2**32 - 1, False)])
def test_the_sale_stands_earlier_in_the_same_journal(world, step, fine):
    world.till.pay("family-01", 1_000)
    world.till.refund("family-01", 1_000, sale=step)
    assert verdict(world.settle_new()) == ([] if fine else [(2, Reason.REFUND_SALE)])


def test_the_sale_of_another_till_of_the_shop_must_be_settled(world):
    other = world.new_till("till-02", 1)
    other.pay("family-01", 1_000)
    world.till.pay("family-01", 1_000)
    world.till.refund("family-01", 500, sale=1, terminal=other.address)
    assert verdict(world.settle_new()) == [(2, Reason.REFUND_SALE)]
    world.settle(other.segment())
    world.till.refund("family-01", 500, sale=1, terminal=other.address)
    world.till.refund("family-01", 500, sale=2, terminal=other.address)
    world.till.refund("family-01", 500, sale=0, terminal=other.address)
    assert verdict(world.settle_new()) == [(4, Reason.REFUND_SALE), (5, Reason.REFUND_SALE)]


@pytest.mark.parametrize("who", ["another shop's", "nobody's"])
def test_the_sale_is_of_this_shop(world, who):
    world.till.pay("family-01", 1_000)
    terminal = address("till-09")
    if who == "another shop's":
        other = world.new_till("till-02", world.new_shop("shop-02"))
        other.pay("family-01", 1_000)
        world.settle(other.segment())
        terminal = other.address
    world.till.refund("family-01", 500, sale=1, terminal=terminal)
    assert verdict(world.settle_new()) == [(2, Reason.REFUND_SALE)]


def test_never_more_is_given_back_than_the_pass_spent(world):
    world.grant("family-02", 1_000)
    world.till.pay("family-01", 1_000)
    world.till.pay("family-02", 1_000)
    world.till.refund("family-01", 1_001, sale=1)
    world.till.refund("family-01", 400, sale=1)
    world.till.refund("family-01", 601, sale=1)
    world.till.refund("family-01", 600, sale=1)
    world.till.refund("family-01", 1, sale=1)
    expected = [(sequence, Reason.REFUND_TOO_MUCH) for sequence in (3, 5, 7)]
    assert verdict(world.settle_new()) == expected
    assert books(world, "family-01", "family-02") == (10_000, 0, 0, 1_000, SLICE, RESERVE - 1_000)


def test_never_more_is_given_back_than_the_shop_took(world):
    """A shop, whoever registered it, can do nothing to what others sold."""
    other = world.new_till("till-02", world.new_shop("shop-02"))
    world.till.pay("family-01", 3_000)
    other.pay("family-01", 500)
    world.settle(world.till.segment(), other.segment())
    other.refund("family-01", 501, sale=1)
    other.refund("family-01", 500, sale=1)
    other.refund("family-01", 1, sale=1)
    expected = [(2, Reason.REFUND_TOO_MUCH), (4, Reason.REFUND_TOO_MUCH)]
    assert verdict(world.settle(other.segment(2))) == expected
    assert world.contract.view("budget", 1, address("family-01")).spent == 3_000


def test_what_a_shop_was_compensated_for_is_not_what_it_took(world):
    other = world.new_till("till-02", world.new_shop("shop-02"))
    world.till.pay("family-01", 3_000)
    world.settle_new()
    world("compensate", 1, 2, b"\1" * 32, 500)
    other.append(b"\1?")
    other.refund("family-01", 500, sale=1)
    assert verdict(world.settle(other.segment()))[1] == (2, Reason.REFUND_TOO_MUCH)
    assert world.contract.view("taken", 1, 2) == 0


def test_other_rejections_of_a_refund(world):
    world.till.pay("family-01", 1_000)
    world.till.refund("family-01", 0, sale=1)
    world.till.refund("family-01", 100, sale=1, programme=2)
    world.settle_new()
    world("revoke_terminal", 1, world.till.address)
    world.till.refund("family-01", 0, sale=9)
    world.till.refund("family-01", 100, sale=9)
    expected = [(4, Reason.AMOUNT_ZERO), (5, Reason.TERMINAL_REVOKED)]
    assert verdict(world.settle_new()) == expected
    assert books(world) == (9_000, 1_000, 0, 1_000, 0, RESERVE + SLICE)


def test_an_unknown_programme_took_nothing(world):
    world.till.pay("family-01", 1_000)
    world.till.refund("family-01", 100, sale=1, programme=9)
    assert verdict(world.settle_new()) == [(2, Reason.REFUND_TOO_MUCH)]


def test_the_sale_is_looked_at_before_the_amount(world):
    world.till.refund("family-01", 100, sale=1)
    assert verdict(world.settle_new()) == [(1, Reason.REFUND_SALE)]


@pytest.mark.parametrize("later", [0, 1], ids=["the last second", "over"])
def test_after_the_programme_the_budgets_part_is_the_sponsors(world, later):
    world.till.pay("family-01", 1_000)
    world.settle_new()
    world.evm.time = ENDS + later
    world.till.refund("family-01", 1_000, sale=1)
    assert moves(world.settle_new()) == [(1_000, 0) if later else (0, 1_000)]
    assert books(world)[0] == (9_000 if later else 10_000)


def test_a_blocked_pass_an_excluded_shop_and_a_pause_change_nothing_of_a_refund(world):
    world.till.pay("family-01", 1_000)
    world.settle_new()
    world("set_pass_blocked", 1, address("family-01"), True)
    world("set_paused", 1, True)
    world.place(standing=EXCLUDED)
    world.till.refund("family-01", 1_000, sale=1)
    assert moves(world.settle_new()) == [(0, 1_000)]


def test_yesterdays_refund_frees_what_comes_back_today(world):
    world.set_rules(day_limit=3_000)
    world.till.pay("family-01", 3_000)
    world.settle_new()
    world.evm.time += DAY
    world.till.pay("family-01", 3_000, time=NOW + DAY)
    world.till.refund("family-01", 1_000, sale=1)
    world.till.pay("family-01", 1_000, time=NOW + DAY)
    world.till.pay("family-01", 1, time=NOW + DAY)
    assert verdict(world.settle_new()) == [(5, Reason.DAY_LIMIT)]


def test_refunds_and_payments_of_two_programmes_keep_their_accounts(world):
    second = world.create_programme("sponsor-01", funds=10_000)
    world.place(programme=second)
    world.grant("family-01", 5_000, second)
    world.till.pay("family-01", 1_000)
    world.till.pay("family-01", 2_000, programme=second)
    world.till.refund("family-01", 400, sale=1)
    world.till.refund("family-01", 500, sale=2, programme=second)
    world.till.pay("family-01", 7)
    assert verdict(world.settle_new()) == []
    assert world.contract.view("credit", 1, 1) == 607
    assert world.contract.view("credit", second, 1) == 1_500
    assert world.contract.view("taken", 1, 1) == 607


def test_a_refund_of_another_length_is_no_refund(world):
    world.till.pay("family-01", 1_000)
    entry = Refund(1, Cents(100), NOW, address("family-01"), world.till.address, 1).pack()
    world.till.append(bytes([entry[0] - 1]) + entry[1:-1])
    world.till.append(bytes([entry[0] + 1]) + entry[1:] + b"\0")
    assert verdict(world.settle_new()) == [(2, Reason.FORM), (3, Reason.FORM)]
