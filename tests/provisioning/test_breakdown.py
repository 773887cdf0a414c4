"""No sum of what is shown, and no difference of such sums, points at one family."""

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.wire.units import Address
from provisioning.breakdown import CROWD, Breakdown, Sum, broken_down, may_stand

SHOES, BOOKS = 2, 5


def family(number: int) -> Address:
    return Address(number.to_bytes(20))


def crowd(cents: int, first: int = 1, count: int = CROWD) -> dict[Address, int]:
    return {family(number): cents for number in range(first, first + count)}


def test_what_many_spent_is_shown_as_it_is():
    purchases = {(1, 40): crowd(100), (1, 41): crowd(50), (2, 40): crowd(200), (2, 41): crowd(10)}
    found = broken_down(purchases, {1: SHOES, 2: BOOKS, 3: BOOKS})
    assert found.categories == [Sum((BOOKS,), 2_100), Sum((SHOES,), 1_500)]
    assert sorted(found.shops, key=lambda one: one.of) == [Sum((1,), 1_500), Sum((2,), 2_100), Sum((3,), 0)]
    assert found.weeks == [Sum((40, 40), 3_000), Sum((41, 41), 600)]


def test_a_programme_where_few_bought_has_no_sums():
    assert broken_down({(1, 40): crowd(100, count=CROWD - 1)}, {1: SHOES}) == Breakdown()
    assert broken_down({(1, 40): {**crowd(1), family(99): 1_000}}, {1: SHOES}) == Breakdown()


def test_where_nothing_was_bought_nothing_was_spent():
    assert broken_down({}, {1: SHOES}) == Breakdown([Sum((SHOES,), 0)], [Sum((1,), 0)], [])


def test_a_shop_of_few_is_joined_within_its_category():
    purchases = {(1, 40): crowd(100), (2, 40): {family(1): 70}, (3, 40): crowd(100)}
    found = broken_down(purchases, {1: SHOES, 2: SHOES, 3: BOOKS})
    assert sorted(found.shops, key=lambda one: one.of) == [Sum((1, 2), 1_070), Sum((3,), 1_000)]
    assert sorted(found.categories, key=lambda one: one.of) == [Sum((SHOES,), 1_070), Sum((BOOKS,), 1_000)]


def test_a_category_of_few_is_joined_with_another_and_so_are_its_shops():
    purchases = {(1, 40): crowd(100), (2, 40): {family(1): 70}}
    found = broken_down(purchases, {1: SHOES, 2: BOOKS})
    assert (found.categories, found.shops) == ([Sum((SHOES, BOOKS), 1_070)], [Sum((1, 2), 1_070)])


def test_weeks_of_few_are_joined_with_their_neighbours_and_an_empty_week_is_a_week():
    purchases = {(1, 40): crowd(100, count=6), (1, 41): crowd(100, first=7, count=6), (1, 43): crowd(100)}
    assert broken_down(purchases, {1: SHOES}).weeks == [Sum((40, 41), 1_200), Sum((42, 42), 0), Sum((43, 43), 1_000)]
    assert broken_down({(1, 40): crowd(100), (1, 41): {family(1): 7}}, {1: SHOES}).weeks == [Sum((40, 41), 1_007)]


def test_a_week_less_a_shop_that_sold_in_it_alone_leaves_no_few():
    """Shop 1 sold in week 40 alone: that week less shop 1 would be what one family spent at shop 2."""
    purchases = {(1, 40): crowd(100), (2, 40): {family(1): 70}, (2, 41): crowd(100)}
    found = broken_down(purchases, {1: SHOES, 2: BOOKS})
    assert len(found.shops) == 2
    assert found.weeks == [Sum((40, 41), 2_070)]
    purchases[2, 40] = crowd(70)
    assert len(broken_down(purchases, {1: SHOES, 2: BOOKS}).weeks) == 2


cells = st.tuples(st.integers(1, 4), st.integers(1, 4))
few, many = st.integers(1, 3), st.integers(10, 15)
buyers = st.tuples(st.integers(0, 12), few | many, st.integers(1, 60)).map(lambda one: crowd(one[2], one[0], one[1]))


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(cells, buyers, max_size=12), st.lists(st.integers(1, 3), min_size=4, max_size=4))
def test_whatever_is_added_and_subtracted_a_crowd_is_left(purchases, of_category):
    """Every sum of weeks and shops, each once, less any others, that leaves some of the purchases once."""
    found = broken_down(purchases, dict(enumerate(of_category, 1)))
    whole = sum(sum(each.values()) for each in purchases.values())
    for parts in (found.categories, found.shops, found.weeks):
        assert not parts or sum(part.cents for part in parts) == whole
    parts = found.categories
    assert all(any(categories_of(shop, of_category) <= set(part.of) for part in parts) for shop in found.shops)
    for factors in product((-1, 0, 1), repeat=len(found.shops) + len(found.weeks)):
        assert may_stand(left_by(factors, found, purchases))


def categories_of(bar: Sum, of_category) -> set[int]:
    return {of_category[shop - 1] for shop in bar.of}


def left_by(factors, found: Breakdown, purchases) -> dict[Address, int]:
    """What the factors leave of the purchases; nothing when they do not leave each of them once or not at all."""
    of_shop, of_week = factors[: len(found.shops)], factors[len(found.shops) :]
    left: dict[Address, int] = {}
    for (shop, week), there in purchases.items():
        if not there:
            continue
        times = sum(f for f, part in zip(of_shop, found.shops, strict=False) if shop in part.of)
        times += sum(f for f, part in zip(of_week, found.weeks, strict=False) if part.of[0] <= week <= part.of[1])
        if times not in {0, 1}:
            return {}
        if times:
            for address, cents in there.items():
                left[address] = left.get(address, 0) + cents
    return left
