from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.wire.units import CENTS_MAX
from provisioning.portal.programmes import exposure
from provisioning.portal.programmes.exposure import Rules

RULES = Rules(floor_limit=50_00, day_limit=150_00, offline_window=24 * 3600)
SLICES = st.lists(st.integers(0, 10**9), max_size=20)


def test_the_most_that_can_be_lost_is_what_lies_apart():
    found = exposure.of(RULES, 1_000_00, [250_00, 100_00])
    assert (found.slices, found.terminals, found.largest) == (350_00, 2, 250_00)
    assert (found.copied_a_day, found.hours, found.free) == (150_00, 24, 1_000_00)


def test_a_till_without_network_stops_at_75_sales_or_its_slice():
    few = exposure.of(Rules(1_00, CENTS_MAX, 3600), 0, [250_00, 50_00])
    assert (few.one_offline, few.all_offline) == (75_00, 125_00)
    many = exposure.of(RULES, 0, [250_00, 50_00])
    assert (many.one_offline, many.all_offline) == (250_00, 300_00)


def test_without_tills_nothing_can_be_lost_and_without_a_day_limit_a_copy_costs_its_budget():
    found = exposure.of(Rules(50_00, CENTS_MAX, 3600), 5, [])
    assert (found.slices, found.largest, found.all_offline, found.copied_a_day) == (0, 0, 0, None)


def test_it_is_said_when_the_money_does_not_cover_the_tills():
    with translation.override("en"):
        short, enough = (" ".join(exposure.told(exposure.of(RULES, free, [1]))) for free in (-1, 0))
    assert "too small" in short
    assert "too small" not in enough
    assert "for 1 till." in enough


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no fault of the arithmetic
@given(SLICES, st.integers(1, CENTS_MAX), st.integers(0, 10**6))
def test_no_number_is_above_what_lies_apart_and_one_more_till_never_lowers_any(slices, floor_limit, more):
    rules = Rules(floor_limit, CENTS_MAX, 3600)
    before, after = exposure.of(rules, 0, slices), exposure.of(rules, 0, [*slices, more])
    assert before.all_offline <= before.slices
    assert before.one_offline <= before.largest <= before.slices
    assert after.slices - before.slices == more
    assert after.largest >= before.largest
    assert after.all_offline >= before.all_offline
