"""What a shop's credit does not cover of its refunds waits in a queue, and comes out of its next credit."""

import pytest

from contracts.wire.reasons import Reason
from tests.contract.books import RESERVE, SLICE, books, moves, verdict
from tests.contract.journals import address
from tests.contract.machines import on_each
from tests.contract.world import World

pytestmark = on_each


def owed(world: World, shop: int = 1, programme: int = 1) -> int:
    """What a shop still owes."""
    return int(world.contract.view("owed", programme, shop))


@pytest.fixture
def paid_out(world: World) -> World:
    """A sale of EUR 30 of which the shop has the money already."""
    world.till.pay("family-01", 3_000)
    world.settle_new()
    world("pay_out", 1, 1)
    return world


def test_what_the_credit_does_not_cover_is_owed_and_comes_out_of_the_next_sale(paid_out):
    world = paid_out
    world.till.refund("family-01", 1_000, sale=1)
    receipt = world.settle_new()
    assert moves(receipt) == []
    assert receipt.named("Refunded")[0].owed == 1_000
    assert owed(world) == 1_000
    assert books(world) == (7_000, 2_000, 0, 0, SLICE, RESERVE)
    world.till.pay("family-01", 400)
    assert moves(world.settle_new()) == [(0, 400)]
    assert owed(world) == 600
    world.till.pay("family-01", 700)
    assert moves(world.settle_new()) == [(0, 600)]
    assert books(world) == (6_900, 3_100, 0, 100, SLICE, RESERVE)
    assert owed(world) == 0


def test_a_refund_moves_what_there_is_and_owes_the_rest(paid_out):
    world = paid_out
    world.till.pay("family-01", 200)
    world.till.refund("family-01", 1_000, sale=1)
    receipt = world.settle_new()
    assert moves(receipt) == [(0, 200)]
    assert receipt.named("Refunded")[0].owed == 800 == owed(world)


def test_draws_are_repaid_first_out_of_what_is_owed_too(world):
    world.till.pay("family-09", 500)
    world.till.pay("family-01", 500)
    world.settle_new()
    world("set_pass_blocked", 1, address("family-01"), True)
    world.grant("family-09", 500)
    world.till.pay("family-09", 500)
    world.settle_new()
    world("pay_out", 1, 1)
    world.till.refund("family-09", 800, sale=1)
    world.settle_new()
    for cents, moved in ((200, (200, 0)), (400, (300, 100)), (400, (0, 200))):
        world.till.pay("family-01", cents)
        assert moves(world.settle_new()) == [moved]


def test_who_waits_longer_is_repaid_first(paid_out):
    world = paid_out
    world.grant("family-02", 1_000)
    world.till.pay("family-02", 500)
    world.settle_new()
    world("pay_out", 1, 1)
    world.till.refund("family-01", 300, sale=1)
    world.till.refund("family-02", 300, sale=2)
    world.settle_new()
    world.till.pay("family-01", 400)
    receipt = world.settle_new()
    holders = [event.pass_address for event in receipt.named("Repaid")]
    assert holders == ["0x" + address(name).hex() for name in ("family-01", "family-02")]
    assert moves(receipt) == [(0, 300), (0, 100)]


def test_a_new_refund_does_not_jump_the_queue(paid_out):
    """Credit of the same batch is there, and still belongs to who waits."""
    world = paid_out
    world.till.refund("family-01", 300, sale=1)
    world.settle_new()
    world.till.pay("family-01", 500)
    world.till.refund("family-01", 100, sale=3)
    receipt = world.settle_new()
    assert receipt.named("Refunded")[0].owed == 100
    assert [event.kind for event in receipt.events] == ["Refunded", "Repaid", "Repaid", "Settled"]
    assert moves(receipt) == [(0, 300), (0, 100)]


def test_nothing_is_paid_out_while_refunds_are_owed(paid_out):
    world = paid_out
    world.till.refund("family-01", 300, sale=1)
    world.settle_new()
    assert world.refusal("pay_out", 1, 1) == "pay_out: refunds are owed"
    world.till.pay("family-01", 301)
    world.settle_new()
    assert world("pay_out", 1, 1).named("PaidOut")[0].amount == 1


def test_sixteen_refunds_are_repaid_at_a_time(paid_out):
    world = paid_out
    for _ in range(35):
        world.till.refund("family-01", 10, sale=1)
    world.settle_new()
    assert owed(world) == 350
    world.till.pay("family-01", 400)
    assert len(moves(world.settle_new())) == 16
    assert owed(world) == 190
    assert world.refusal("pay_out", 1, 1) == "pay_out: refunds are owed"
    assert len(moves(world("repay", 1, 1, sender="anybody"))) == 16
    assert len(moves(world("pay_out", 1, 1))) == 3
    assert world("repay", 1, 1, sender="anybody").events == ()


def test_a_compensation_serves_the_queue_before_the_shop(paid_out):
    world = paid_out
    world.till.refund("family-01", 300, sale=1)
    world.settle_new()
    receipt = world("compensate", 1, 1, b"\1" * 32, 500)
    assert moves(receipt) == [(0, 300)]
    assert world.contract.view("credit", 1, 1) == 200


def test_what_is_owed_frees_nothing_of_the_day(world):
    """Or two shops could take more than the day's limit from a copied pass, and owe each other's refunds for ever."""
    world.set_rules(day_limit=3_000)
    world.till.pay("family-01", 3_000)
    world.settle_new()
    world("pay_out", 1, 1)
    world.till.refund("family-01", 3_000, sale=1)
    world.settle_new()
    assert world.contract.view("budget", 1, address("family-01")).today == 3_000
    other = world.new_till("till-02", world.new_shop("shop-02"), SLICE)
    other.pay("family-01", 1)
    assert verdict(world.settle(other.segment())) == [(1, Reason.DAY_LIMIT)]


def test_a_budget_holds_a_u32_whatever_is_repaid_into_it(machine):
    """Between a refund and its repayment there may be a grant: what has no room is the sponsor's."""
    most = 2**32 - 1
    world = World(funds=2**34)
    world.set_rules(day_limit=most)
    world.grant("family-01", most)
    world.till.pay("family-01", 3_000)
    world.settle_new()
    world("pay_out", 1, 1)
    world.till.refund("family-01", 3_000, sale=1)
    world.settle_new()
    world.grant("family-01", 2_000)
    world.grant("family-02", 5_000)
    world.till.pay("family-02", 4_000)
    assert moves(world.settle_new()) == [(2_000, 1_000)]
    budget = world.contract.view("budget", 1, address("family-01"))
    assert (budget.left, budget.spent) == (most, 0)
