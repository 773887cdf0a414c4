"""A terminal may have no clock, a wrong one, or one that jumps: it costs a sale or a draw, never a payment."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.wire.reasons import Reason
from contracts.wire.units import Address, Timestamp
from terminal.core.effects import Effect
from terminal.core.events import Key
from terminal.core.moment import Moment
from terminal.core.screen import Screen
from tests.core.shop import CHECKPOINT, CLOTHES, DAY, FAMILY_01, FAMILY_02, NOON, Shop, budget, slices

YEAR = 365 * DAY
CLOCKS = st.one_of(
    st.sampled_from([0, NOON - YEAR, NOON - 1, NOON, NOON + 1, NOON + 3_600, NOON + 4 * YEAR, 2**40 - 1]),
    st.integers(0, 2**40 - 1),
).map(Timestamp)
BOUNDS = st.one_of(st.integers(NOON - 10, NOON + DAY), st.integers(NOON, NOON + 40 * DAY)).map(Timestamp)
MOMENTS = st.builds(Moment, uptime_ms=st.just(10_000), bound=BOUNDS, clock=CLOCKS, synchronised=st.booleans())


def test_f19_a_synchronised_clock_gives_the_time_and_never_one_before_the_bound():
    now = Moment(0, NOON, Timestamp(NOON + 60), synchronised=True)
    slow = replace(now, clock=Timestamp(NOON - 1))
    assert (now.entry_time(), now.latest()) == (NOON + 60, NOON + 60)
    assert (slow.entry_time(), slow.latest()) == (NOON, NOON)


@pytest.mark.parametrize("clock", [0, NOON - YEAR, NOON + 4 * YEAR], ids=["1970", "last year", "2030"])
def test_f19_a_clock_that_only_looks_right_is_not_believed(clock):
    now = Moment(0, NOON, Timestamp(clock), synchronised=False)
    assert (now.entry_time(), now.latest()) == (NOON, NOON)


@given(moment=MOMENTS, amount=st.integers(1, 6_000), begins=st.integers(-5, 5), ends=st.integers(-5, 5))
@settings(max_examples=300, deadline=None)
def test_f19_no_clock_makes_an_approved_payment_rejectable(moment, amount, begins, ends):
    """What the contract rejects for is zero, or more than the slice; the time is never before what is certain."""
    rules = replace(CLOTHES, begins=Timestamp(NOON + begins), ends=Timestamp(NOON + 30 * DAY + ends))
    shop = Shop(checkpoint=replace(CHECKPOINT, slices=slices(5_500)), programmes=(rules,))
    shop.now = moment
    shop.scan(FAMILY_01)
    shop.type(str(amount))
    shop.confirm()
    for commit in shop.commits:
        assert 0 < commit.content.amount <= 5_000
        assert commit.content.time >= commit.bound == moment.bound >= CHECKPOINT.time
        assert rules.begins <= commit.content.time <= rules.ends
        assert moment.latest() - CHECKPOINT.time < DAY


@pytest.mark.parametrize(
    ("clock", "reason"),
    [(NOON + DAY, Reason.OFFLINE_TOO_LONG), (NOON + DAY - 1, None)],
)
def test_f19_a_synchronised_clock_that_runs_ahead_can_only_refuse(clock, reason):
    shop = Shop()
    shop.now = replace(shop.now, clock=Timestamp(clock), synchronised=True)
    shop.pay(1000)
    assert shop.screen.reason == (reason or 0)


def test_f19_the_beginning_is_judged_by_the_bound_alone():
    shop = Shop(programmes=(replace(CLOTHES, begins=Timestamp(NOON + 60)),))
    shop.now = replace(shop.now, clock=Timestamp(NOON + 60), synchronised=True)
    shop.scan()
    assert shop.refusal is Reason.PERIOD_NOT_BEGUN


def test_f19_the_end_is_judged_by_the_later_of_bound_and_clock():
    shop = Shop(programmes=(replace(CLOTHES, ends=Timestamp(NOON + 59)),))
    shop.now = replace(shop.now, clock=Timestamp(NOON + 60), synchronised=True)
    shop.scan()
    assert shop.refusal is Reason.PERIOD_OVER


def test_f19_the_order_is_the_sequence_whatever_the_clock_says():
    shop = Shop()
    for amount, clock in enumerate((NOON + 600, 0, NOON + 300), start=100):
        shop.now = replace(shop.now, clock=Timestamp(clock), synchronised=True)
        shop.pay(amount)
    times = [(commit.sequence, commit.content.time) for commit in shop.commits]
    assert times == [(1, NOON + 600), (2, NOON + 10), (3, NOON + 300)]


ACTS = st.lists(
    st.one_of(
        st.sampled_from([*Key, Key.CONFIRM, Key.CONFIRM]),
        st.sampled_from([FAMILY_01, FAMILY_02]),
        st.sampled_from([0.5, 3, 9, 130, 3_600, 90_000]),
    ),
    max_size=40,
)


@given(acts=ACTS, clocks=st.lists(CLOCKS, min_size=1))
@settings(max_examples=150, deadline=None)
def test_f19_an_unsynchronised_clock_never_matters(acts, clocks):
    def played(hands: list[Timestamp]) -> list[tuple[tuple[Effect, ...], Screen]]:
        shop, seen = Shop(), []
        for number, act in enumerate(acts):
            shop.now = replace(shop.now, clock=hands[number % len(hands)])
            match act:
                case Key():
                    heard = shop.press(act)
                case bytes():
                    heard = shop.scan(Address(act), budget(700))
                case _:
                    heard = shop.tick(act)
            seen.append((heard, shop.screen))
        return seen

    assert played(clocks) == played([Timestamp(0)])
