"""A programme ends for good, 90 days after its period at the earliest; unspent money returns to its sponsor."""

import pytest

from contracts.wire.reasons import Reason
from tests.contract.books import books, verdict
from tests.contract.journals import address
from tests.contract.world import DAY, ENDS, RULES, World

HAND_IN = 90 * DAY


@pytest.fixture
def closed(world: World) -> World:
    """Programme 1, closed, with a shop's credit of EUR 10."""
    world.till.pay("family-01", 1_000)
    world.settle_new()
    world.evm.time = ENDS + HAND_IN + 1
    world("close_programme", 1)
    return world


def test_it_is_closed_after_90_days(world):
    world.evm.time = ENDS + HAND_IN
    assert world.refusal("close_programme", 1) == "programme: 90 days not over"
    world.evm.time += 1
    assert world("close_programme", 1).named("ProgrammeClosed")[0].arguments == {"programme": 1}
    assert world.contract.view("programme", 1).closed is True
    assert world.refusal("close_programme", 1) == "programme: closed"


def test_an_end_that_is_moved_gives_90_days_from_there(world):
    world.evm.time = ENDS + HAND_IN + 1
    world.set_rules(ends=world.evm.time)
    world.evm.time += HAND_IN
    assert world.refusal("close_programme", 1) == "programme: 90 days not over"


def test_a_closed_programme_begins_nothing_new(closed):
    world = closed
    assert world.refusal("set_programme", 1, *RULES.values()) == "programme: closed"
    assert world.refusal("grant", 1, b"\2" * 32, [address("family-02")], [1]) == "programme: closed"
    assert world.refusal("reissue", 1, address("family-01"), address("family-51")) == "programme: closed"
    assert world.refusal("raise_slice", 1, world.till.address, 1) == "programme: closed"


def test_in_a_closed_programme_the_period_is_over(closed):
    """What is handed in too late is drawn while its slice is there, and rejected after; an ask is rejected."""
    world = closed
    world.till.pay("family-01", 1_000)
    world.till.ask("family-01", 1_000, deadline=2**40 - 1)
    assert verdict(world.settle_new()) == [(2, Reason.PERIOD_OVER), (3, Reason.ASK_PERIOD_OVER)]
    world("sweep", 1, [], [world.till.address])
    world.till.pay("family-01", 1_000)
    assert verdict(world.settle_new()) == [(4, Reason.SLICE_SHORT)]


def test_budgets_and_slices_are_swept_into_the_reserve(closed):
    world = closed
    receipt = world("sweep", 1, [address("family-01"), address("family-09")], [world.till.address])
    swept = [(event.pass_address, event.amount) for event in receipt.named("BudgetSwept")]
    assert swept == [("0x" + address("family-01").hex(), 9_000), ("0x" + address("family-09").hex(), 0)]
    released = receipt.named("SliceReleased")[0]
    assert (released.terminal, released.amount) == ("0x" + world.till.address.hex(), 25_000)
    assert books(world) == (0, 1_000, 0, 1_000, 0, 999_000)


def test_nothing_is_swept_twice(closed):
    world = closed
    for expected in ([9_000, 0], [0, 0]):
        receipt = world("sweep", 1, [address("family-01")] * 2, [world.till.address] * 2)
        assert [event.amount for event in receipt.named("BudgetSwept")] == expected
    assert books(world)[-1] == 999_000


def test_what_shops_earned_is_never_swept(closed):
    world = closed
    world("sweep", 1, [address("family-01")], [world.till.address])
    world("withdraw", 1, 999_000)
    assert world("pay_out", 1, 1).named("PaidOut")[0].amount == 1_000
    assert world.contract.view("held", 1) == 0


def test_only_a_closed_programme_is_swept(world):
    world.evm.time = ENDS + HAND_IN + 1
    assert world.refusal("sweep", 1, [address("family-01")], []) == "programme: not closed"


def test_200_passes_and_terminals_are_swept_at_once(closed):
    world = closed
    many = [address(f"family-{number:03}") for number in range(200)]
    assert len(world("sweep", 1, many, many).events) == 400
    world.refusal("sweep", 1, [*many, address("family-201")], [])
    world.refusal("sweep", 1, [], [*many, address("family-201")])


def test_a_refund_in_a_closed_programme_goes_to_the_sponsor(closed):
    world = closed
    world.till.refund("family-01", 1_000, sale=1)
    repaid = world.settle_new().named("Repaid")[0]
    assert (repaid.to_reserve, repaid.to_budget) == (1_000, 0)


def test_a_shop_is_compensated_in_a_closed_programme_too(closed):
    """An entry that came too late can still be made good."""
    world = closed
    world("sweep", 1, [address("family-01")], [world.till.address])
    world("compensate", 1, 1, b"\1" * 32, 500)
    assert world("pay_out", 1, 1).named("PaidOut")[0].amount == 1_500


def test_another_programme_is_not_closed_with_it(closed):
    world = closed
    second = world.create_programme("sponsor-01", funds=5_000, ends=2**40 - 1)
    world.place(programme=second)
    world.grant("family-01", 5_000, second)
    world.till.pay("family-01", 100, programme=second, time=world.evm.time)
    assert verdict(world.settle_new()) == []
