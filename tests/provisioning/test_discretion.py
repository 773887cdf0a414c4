"""No figure of a report points at one family, whatever a town did, and whatever is subtracted from what."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.chain import Block
from contracts.wire.units import Address, Timestamp
from provisioning.breakdown import CROWD
from provisioning.discretion import Bar, Count, shown
from provisioning.programme import Programme
from provisioning.report_reading import Seen

PROGRAMME = Programme(1, "Regeling", 1, "0x", 1, 0, 1, 1, 1, 1, 0, paused=False, closed=False, held=0, reserve=0)


def family(number: int) -> Address:
    return Address(number.to_bytes(20))


def crowd(cents: int, first: int = 1, count: int = CROWD) -> dict[Address, int]:
    return {family(number): cents for number in range(first, first + count)}


def seen(buyers: Mapping[int, Mapping[Address, int]], passes: int = 80, activated: int = 40, **more) -> Seen:
    taken = {shop: sum(there.values()) for shop, there in buyers.items()}
    return Seen(
        PROGRAMME, Block(5, Timestamp(0)), passes, activated, 1_000_000, **{"taken": taken, "buyers": buyers, **more}
    )


def test_shops_of_many_are_shown_alone_and_add_up():
    found = shown(seen({1: crowd(100), 2: crowd(300), 3: {}}))
    assert found.shops == [Bar([2], 3_000), Bar([1], 1_000), Bar([3], 0)]
    assert (found.spent, found.granted) == (4_000, 1_000_000)


def test_a_shop_of_few_is_added_to_the_next_so_that_nobody_can_subtract():
    found = shown(seen({1: crowd(100), 2: crowd(300), 3: {family(1): 50}}))
    assert found.shops == [Bar([2], 3_000), Bar([1, 3], 1_050)]


def test_shops_are_added_together_within_their_category():
    """So that who also knows the sums of categories cannot subtract."""
    buyers = {1: crowd(500), 2: {family(1): 50}, 3: crowd(100)}
    assert shown(seen(buyers, categories={1: 2, 2: 2, 3: 5})).shops == [Bar([1, 2], 5_050), Bar([3], 1_000)]


def test_a_shop_where_one_bought_most_is_not_alone():
    dear = {**crowd(10), family(99): 60_000}
    assert shown(seen({1: crowd(8_000), 2: dear})).shops == [Bar([1, 2], 140_100)]
    assert shown(seen({1: crowd(10), 2: dear})).shops == []


def test_two_shops_of_few_are_a_crowd_together():
    found = shown(seen({1: crowd(100, count=20), 2: crowd(10, 1, 6), 3: crowd(10, 7, 6)}))
    assert found.shops == [Bar([1], 2_000), Bar([2, 3], 120)]


def test_where_all_are_few_nothing_is_shown_of_what_they_spent():
    found = shown(seen({1: crowd(100, count=CROWD - 1)}, activated=CROWD - 1))
    assert (found.shops, found.spent, found.activated) == ([], None, Count(1, CROWD - 1))


def test_a_shop_whose_buyers_no_node_shows_is_never_alone():
    found = shown(seen({1: crowd(100), 2: {}}, taken={1: 1_000, 2: 70}))
    assert found.shops == [Bar([1, 2], 1_070)]


def test_a_programme_for_few_has_no_figures():
    found = shown(seen({1: crowd(100)}, passes=CROWD - 1, activated=CROWD - 1))
    assert (found.passes, found.granted, found.activated, found.spent) == (Count(1, CROWD - 1), None, None, None)
    assert found.shops == []


@pytest.mark.parametrize(
    ("activated", "count"),
    [
        (0, Count(0, 0)),
        (1, Count(1, 9)),
        (9, Count(1, 9)),
        (10, Count(10, 10)),
        (70, Count(70, 70)),
        (71, Count(71, 79)),
        (79, Count(71, 79)),
        (80, Count(80, 80)),
    ],
)
def test_a_few_in_or_out_are_not_told_from_each_other(activated, count):
    assert shown(seen({1: crowd(100)}, activated=activated)).activated == count


purchases = st.dictionaries(st.integers(1, 40).map(family), st.integers(1, 30_000), max_size=25)


@given(st.dictionaries(st.integers(1, 8), purchases, max_size=8))
def test_every_sum_is_of_a_crowd_and_all_shops_are_in_one(buyers):
    found = shown(seen(buyers))
    if found.shops:
        assert sorted(shop for bar in found.shops for shop in bar.shops) == sorted(buyers)
        assert found.spent == sum(bar.cents for bar in found.shops)
    for bar in found.shops:
        there: dict[Address, int] = {}
        for shop in bar.shops:
            for address, cents in buyers[shop].items():
                there[address] = there.get(address, 0) + cents
        assert bar.cents == sum(there.values())
        assert not there or (len(there) >= CROWD and max(there.values()) * 2 <= bar.cents)
