"""Who fails is slowed down; who asks rightly is not, whatever else comes from the same address."""

import pytest

from contracts.gateway.http import rates
from contracts.gateway.http.rates import FAILURES_BURST, FAILURES_PER_SECOND, OWN_BURST, Rates, TooMany, place
from contracts.wire.units import Address

SHOP, ELSEWHERE = "192.0.2.1", "192.0.2.2"
TILL, OTHER = Address(b"\x01" * 20), Address(b"\x02" * 20)


class Clock:
    def __init__(self) -> None:
        self.time = 1_000.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def counts(clock: Clock) -> Rates:
    return Rates("127.0.0.1", clock)


def fail(counts: Rates, address: str, terminal: Address | None = None, times: int = FAILURES_BURST) -> None:
    for _ in range(times):
        counts.failed(address, terminal)


def test_f35_who_fails_too_often_is_heard_later(counts: Rates, clock: Clock):
    fail(counts, SHOP, times=FAILURES_BURST - 1)
    assert counts.is_heard(SHOP, None)
    fail(counts, SHOP)
    assert not counts.is_heard(SHOP, None)
    assert counts.is_heard(ELSEWHERE, None)
    clock.time += 1 / FAILURES_PER_SECOND
    assert counts.is_heard(SHOP, None)
    fail(counts, SHOP, times=1)
    assert not counts.is_heard(SHOP, None)


def test_f35_a_registered_terminal_is_heard_beside_those_who_fail_at_its_address(counts: Rates):
    fail(counts, SHOP)
    assert counts.is_heard(SHOP, TILL)
    fail(counts, SHOP, OTHER)
    assert not counts.is_heard(SHOP, OTHER)
    assert counts.is_heard(SHOP, TILL)


def test_f35_a_terminal_that_showed_itself_is_heard_though_others_forge_its_name_there(counts: Rates, clock: Clock):
    counts.asked(SHOP, TILL, b"its own")
    fail(counts, SHOP, TILL)
    fail(counts, ELSEWHERE, TILL)
    assert counts.is_heard(SHOP, TILL)
    assert not counts.is_heard(ELSEWHERE, TILL), "it never was there"
    clock.time += 10_000
    fail(counts, SHOP, TILL)
    assert not counts.is_heard(SHOP, TILL), "that was long ago"


def test_the_proxys_own_address_stands_for_everybody_and_is_spared(counts: Rates):
    fail(counts, "127.0.0.1")
    fail(counts, "127.0.0.2")
    assert counts.is_heard("127.0.0.1", None)
    assert not counts.is_heard("127.0.0.2", None)


def test_a_replay_proves_nothing_and_is_counted(counts: Rates):
    counts.asked(SHOP, TILL, b"its own")
    for _ in range(FAILURES_BURST):
        counts.asked(ELSEWHERE, TILL, b"its own")
    assert not counts.is_heard(ELSEWHERE, TILL)
    for _ in range(FAILURES_BURST + 1):
        counts.handed_in(SHOP, OTHER, b"a segment")
    assert not counts.is_heard(SHOP, OTHER)


def test_a_terminal_that_asks_without_end_is_heard_later_and_nobody_else_pays_for_it(counts: Rates, clock: Clock):
    for number in range(OWN_BURST):
        counts.asked(SHOP, TILL, b"%d" % number)
        counts.handed_in(ELSEWHERE, OTHER, b"old segment %d" % number)
    with pytest.raises(TooMany):
        counts.asked(SHOP, TILL, b"one more")
    with pytest.raises(TooMany):
        counts.handed_in(ELSEWHERE, OTHER, b"one more of those that stand on the chain")
    counts.asked(SHOP, OTHER, b"first")
    counts.handed_in(SHOP, OTHER, b"new segment")
    clock.time += 1
    counts.asked(SHOP, TILL, b"later")


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch):
    remembered: rates.Remembered[int, int] = rates.Remembered(2)
    for number in (1, 2, 3):
        remembered.put(number, number)
    assert [remembered.get(number) for number in (1, 2, 3)] == [None, 2, 3]


def test_an_address_is_a_household_or_shop():
    assert place("192.0.2.1") == "192.0.2.1"
    assert place("::ffff:192.0.2.1") == "192.0.2.1"
    assert place("2001:db8:1:2::1") == place("2001:db8:1:2:3:4:5:6") != place("2001:db8:1:3::1")
    assert place("x" * 1000) == "x" * 64
