"""What a pass may spend in a day (UTC): days only go on, and old ones are no limits that nobody used."""

import pytest

from contracts.wire.reasons import Reason
from tests.contract.books import RESERVE, SLICE, books, verdict
from tests.contract.journals import NOW, address
from tests.contract.machines import on_each
from tests.contract.world import DAY, World

pytestmark = on_each
LIMIT = 2_000
TODAY = NOW // DAY


@pytest.fixture
def limited(world: World) -> World:
    """Twenty euros a day."""
    world.set_rules(day_limit=LIMIT)
    return world


def day_of(world: World) -> tuple[int, int]:
    """The last day on which family-01 spent, from today, and how much."""
    budget = world.contract.view("budget", 1, address("family-01"))
    return budget.day - TODAY, budget.today


def test_the_limit_is_inclusive_and_what_is_beyond_it_is_drawn(limited):
    world = limited
    for amount in (1_500, 500, 1):
        world.till.pay("family-01", amount)
    receipt = world.settle_new()
    assert verdict(receipt) == [(3, Reason.DAY_LIMIT)]
    drawn = receipt.named("Drawn")[0]
    assert (drawn.from_slice, drawn.from_budget) == (1, 1)
    assert books(world) == (7_999, 2_001, 0, 2_001, SLICE - 1, RESERVE + 1)
    assert day_of(world) == (0, 2_001)


def test_one_payment_may_be_beyond_it(limited):
    limited.till.pay("family-01", LIMIT + 1)
    assert verdict(limited.settle_new()) == [(1, Reason.DAY_LIMIT)]


def test_the_next_day_begins_at_midnight_utc(limited):
    world = limited
    midnight = (TODAY + 1) * DAY
    world.evm.time = midnight
    for time in (midnight - 1, midnight, midnight):
        world.till.pay("family-01", LIMIT, time=time)
    assert verdict(world.settle_new()) == [(3, Reason.DAY_LIMIT)]
    assert day_of(world) == (1, 2 * LIMIT)


def test_an_entry_that_is_handed_in_late_counts_for_its_own_day(limited):
    world = limited
    world.evm.time = NOW + 3 * DAY
    for day in (0, 1, 2, 3):
        world.till.pay("family-01", LIMIT, time=NOW + day * DAY)
    assert verdict(world.settle_new()) == []
    assert day_of(world) == (3, LIMIT)


def test_days_never_go_back(limited):
    """What comes after a newer day counts for that day: order is in the journals, not in the clocks."""
    world = limited
    world.till.pay("family-01", 1_000)
    world.till.pay("family-01", 1_000, time=NOW - DAY)
    world.till.pay("family-01", 1, time=NOW - 2 * DAY)
    assert verdict(world.settle_new()) == [(3, Reason.DAY_LIMIT)]
    assert day_of(world) == (0, 2_001)


@pytest.mark.parametrize(("back", "day"), [(6, -6), (7, -7), (8, -7), (29, -7)])
def test_no_day_is_more_than_a_week_old(limited, back, day):
    world = limited
    world.till.pay("family-01", 1_000, time=NOW - back * DAY)
    world.settle_new()
    assert day_of(world) == (day, 1_000)


def test_a_draw_counts_for_no_older_day_either(limited):
    """Or what it took would be forgotten by the day for which the next one counts."""
    world = limited
    for reason, back in ((Reason.DAY_LIMIT, 29), (Reason.DAY_LIMIT, 7)):
        world.till.pay("family-01", LIMIT + 1, time=NOW - back * DAY)
        assert verdict(world.settle_new()) == [(world.till.sequence, reason)]
    assert day_of(world) == (-7, 2 * LIMIT + 2)


def test_a_week_of_days_is_the_most_that_a_wrong_clock_finds(limited):
    """Eight limits, of today and the seven days before, from a pass that was not used meanwhile."""
    world = limited
    world.grant("family-01", 90_000)
    till = world.new_till("till-02", 1)
    for back in range(29, -1, -1):
        till.pay("family-01", LIMIT, time=NOW - back * DAY)
    assert len(verdict(world.settle(till.segment()))) == 30 - 8
    assert world.contract.view("credit", 1, 1) == 8 * LIMIT


def test_a_clock_ahead_within_the_tolerance_may_reach_tomorrow(limited):
    world = limited
    world.evm.time = (TODAY + 1) * DAY - 900
    world.till.pay("family-01", LIMIT, time=world.evm.time + 899)
    world.till.pay("family-01", LIMIT, time=world.evm.time + 900)
    world.till.pay("family-01", 1, time=world.evm.time)
    assert verdict(world.settle_new()) == [(3, Reason.DAY_LIMIT)]
    assert day_of(world) == (1, LIMIT + 1)


@pytest.mark.parametrize("ahead", [901, DAY, 10 * 365 * DAY])
def test_a_clock_far_ahead_uses_up_no_later_day(limited, ahead):
    """It is drawn, and counts for the newest day that there can be."""
    world = limited
    world.set_rules(day_limit=LIMIT, ends=2**40 - 1)
    world.till.pay("family-01", 1_000, time=NOW + ahead)
    assert verdict(world.settle_new()) == [(1, Reason.CLOCK_AHEAD)]
    assert day_of(world) == (0, 1_000)
    world.evm.time += DAY
    world.till.pay("family-01", LIMIT, time=NOW + DAY)
    assert verdict(world.settle_new()) == []


def test_a_draw_counts_what_it_took_from_the_budget(limited):
    world = limited
    world.set_rules(day_limit=12_000)
    for _ in range(3):
        world.till.pay("family-01", 4_000)
    assert verdict(world.settle_new()) == [(3, Reason.BUDGET_SHORT)]
    assert day_of(world) == (0, 10_000)
    assert books(world) == (0, 10_000, 2_000, 12_000, SLICE - 2_000, RESERVE)


def test_an_unknown_pass_has_days_too_once_it_is_granted(limited):
    world = limited
    world.till.pay("family-05", 1_500)
    world.settle_new()
    world.grant("family-05", 2_000)
    world.till.pay("family-05", LIMIT)
    assert verdict(world.settle_new()) == []


def test_passes_and_programmes_have_days_of_their_own(limited):
    world = limited
    second = world.create_programme("sponsor-01", funds=10_000, day_limit=LIMIT)
    world.place(programme=second)
    for programme in (1, second):
        world.grant("family-02", 3_000, programme)
    world.till.pay("family-01", LIMIT)
    world.till.pay("family-02", LIMIT)
    world.till.pay("family-02", LIMIT, programme=second)
    assert verdict(world.settle_new()) == []


def test_a_limit_of_nothing_lets_nothing_through(world):
    world.set_rules(day_limit=0)
    world.till.pay("family-01", 1)
    assert verdict(world.settle_new()) == [(1, Reason.DAY_LIMIT)]


def test_a_limit_that_is_lowered_holds_for_what_was_spent(limited):
    world = limited
    world.till.pay("family-01", 1_500)
    world.settle_new()
    world.set_rules(day_limit=1_500)
    world.till.pay("family-01", 1)
    assert verdict(world.settle_new()) == [(2, Reason.DAY_LIMIT)]


def test_what_is_spent_in_a_day_stops_at_its_largest_number(machine):
    """What is owed comes back to no day, so a day can see more than a budget holds; the day itself must not change."""
    most = 2**32 - 1
    world = World(funds=2**34, slice_cents=2**33)
    world.set_rules(floor_limit=most, day_limit=most)
    world.grant("family-01", most)
    world.till.pay("family-01", most)
    world.settle_new()
    world("pay_out", 1, 1)
    world.till.refund("family-01", most, sale=1)
    world.settle_new()
    world.grant("family-01", most)
    world.till.pay("family-01", most)
    assert verdict(world.settle_new()) == [(3, Reason.DAY_LIMIT)]
    budget = world.contract.view("budget", 1, address("family-01"))
    assert (budget.today, budget.day, budget.known, budget.blocked) == (most, TODAY, True, False)
