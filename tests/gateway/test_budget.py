"""The day for which an entry counts, what a pass spends in it, and which codes of a phone were used."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.gateway.chain.budget import Budget, day_of
from contracts.gateway.chain.claims import Claim
from contracts.wire.units import Address, Cents, Timestamp
from tests.gateway.world import DAY

NOON = 20_000 * DAY + DAY // 2


def claim(time: int, asks: bool = False) -> Claim:
    return Claim(1, Address(bytes(20)), Cents(1), Timestamp(time), None, asks)


@pytest.mark.parametrize(
    ("time", "judged_at", "day"),
    [
        (NOON, NOON, 20_000),
        (NOON - 3 * DAY, NOON, 19_997),
        (NOON - 7 * DAY, NOON, 19_993),
        (NOON - 8 * DAY, NOON, 19_993),
        (0, NOON, 19_993),
        (NOON + 900, NOON, 20_000),
        (20_001 * DAY, 20_001 * DAY - 900, 20_001),
        (20_001 * DAY, 20_001 * DAY - 901, 20_000),
        (NOON + 5 * DAY, NOON, 20_000),
    ],
)
def test_the_day_of_a_payment_is_its_own_within_bounds(time: int, judged_at: int, day: int):
    assert day_of(claim(time), Timestamp(judged_at)) == day


@pytest.mark.parametrize("time", [0, NOON, NOON + 5 * DAY])
def test_the_day_of_an_ask_is_that_of_its_block(time: int):
    assert day_of(claim(time, asks=True), Timestamp(NOON)) == 20_000


def test_a_new_day_counts_from_nothing_and_an_old_one_for_the_newest():
    budget = Budget(left=1_000).taken(100, 5).taken(200, 5)
    assert (budget.left, budget.today, budget.day) == (700, 300, 5)
    assert (budget.taken(10, 6).today, budget.taken(10, 6).day) == (10, 6)
    assert (budget.taken(10, 4).today, budget.taken(10, 4).day) == (310, 5)
    assert (budget.taken(0, 6).today, budget.taken(0, 6).day) == (0, 6)


@pytest.mark.parametrize(("amount", "today"), [(0, 300), (100, 200), (300, 0), (900, 0)])
def test_what_is_repaid_may_be_spent_again_today(amount: int, today: int):
    budget = Budget(left=700, today=300, day=5)
    assert budget.repaid(amount) == Budget(left=700 + amount, today=today, day=5)


def test_a_payment_without_a_code_uses_none():
    assert Budget(counter=3, window=1).used(None) == Budget(counter=3, window=1)


def test_how_far_back_codes_are_remembered():
    budget = Budget().used(100)
    assert budget.used(37).window == 1 << 63 | 1
    assert budget.used(36) == budget.used(100) == budget
    assert Budget().used(0).window == 1
    assert budget.used(163).window == 1 << 63 | 1
    assert budget.used(164).window == budget.used(2**32 - 1).window == 1


@given(st.lists(st.integers(0, 200), max_size=60))
def test_a_code_is_used_once_and_what_is_64_behind_is_forgotten(counters: list[int]):
    budget = Budget()
    used: set[int] = set()
    for counter in counters:
        budget = budget.used(counter)
        if counter > max(used, default=0) - 64:
            used.add(counter)
    newest = max(used, default=0)
    told = {newest - bit for bit in range(64) if budget.window >> bit & 1}
    assert (budget.counter, told) == (newest, {counter for counter in used if counter > newest - 64})
    assert budget.window < 2**64
