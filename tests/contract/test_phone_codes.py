"""A phone's code pays once, up to its ceiling, until it expires; what a till approved beyond that is drawn."""

import pytest

from contracts.wire.entry import Delegation, PhonePayment
from contracts.wire.reasons import Reason
from contracts.wire.units import Cents, Timestamp
from tests.contract.books import RESERVE, SLICE, books, last_ask, verdict
from tests.contract.journals import NOW, address, code
from tests.contract.machines import on_each
from tests.contract.world import FLOOR, World

pytestmark = on_each


def used(world: World, holder: str = "family-01") -> tuple[int, int]:
    """The newest counter of a pass, and which of those before it were used."""
    budget = world.contract.view("budget", 1, address(holder))
    return budget.counter, budget.window


def test_a_phone_pays_from_the_budget(world):
    world.till.phone("family-01", 1_250, code(2_000, 7))
    receipt = world.settle_new()
    assert [event.kind for event in receipt.events] == ["Settled"]
    assert books(world) == (8_750, 1_250, 0, 1_250, SLICE, RESERVE)
    assert used(world) == (7, 1)


@pytest.mark.parametrize(("amount", "ceiling", "fine"), [(100, 100, True), (101, 100, False), (FLOOR, 2**32 - 1, True)])
def test_the_ceiling_counts(world, amount, ceiling, fine):
    world.till.phone("family-01", amount, code(ceiling, 1))
    assert verdict(world.settle_new()) == ([] if fine else [(1, Reason.PHONE_CODE_CEILING)])


@pytest.mark.parametrize(("time", "fine"), [(NOW, True), (NOW + 1, False), (NOW - 5_000, True)])
def test_the_expiry_counts_by_the_entrys_time(world, time, fine):
    world.evm.time = NOW + 400
    world.till.phone("family-01", 100, code(100, 1, expiry=NOW), time)
    assert verdict(world.settle_new()) == ([] if fine else [(1, Reason.PHONE_CODE_EXPIRED)])


def test_the_expiry_of_an_ask_counts_by_the_contracts_clock(world):
    world.evm.time = NOW + 60
    world.till.phone_ask("family-01", 100, code(100, 1, expiry=NOW + 59), time=NOW)
    world.till.phone_ask("family-01", 100, code(100, 1, expiry=NOW + 60), time=NOW)
    assert verdict(world.settle_new()) == [(1, Reason.ASK_PHONE_CODE_EXPIRED)]
    assert last_ask(world) == (2, 0)


def test_a_code_pays_once_and_is_drawn_the_second_time(world):
    """The till that sold on a copy is paid by its slice; what the budget holds of it goes to the sponsor."""
    world.till.phone("family-01", 1_000, code(1_000, 1))
    world.till.phone("family-01", 1_000, code(1_000, 1))
    receipt = world.settle_new()
    assert verdict(receipt) == [(2, Reason.PHONE_CODE_USED)]
    drawn = receipt.named("Drawn")[0]
    assert (drawn.from_slice, drawn.from_budget) == (1_000, 1_000)
    assert books(world) == (8_000, 2_000, 0, 2_000, SLICE - 1_000, RESERVE + 1_000)


def test_a_code_is_used_at_any_terminal(world):
    other = world.new_till("till-02", world.new_shop("shop-02"), SLICE)
    for till in (world.till, other):
        till.phone("family-01", 1_000, code(1_000, 1))
    assert verdict(world.settle(world.till.segment(), other.segment())) == [(1, Reason.PHONE_CODE_USED)]


@pytest.mark.parametrize(
    ("counters", "refused"),
    [
        ([0, 0], [2]),
        ([1, 0, 1, 0], [3, 4]),
        ([5, 4, 3, 5, 4, 3], [4, 5, 6]),
        ([64, 1, 0], [3]),
        ([63, 0, 0], [3]),
        ([100, 37, 36], [3]),
        ([1, 65, 1], [3]),
        ([1, 64, 1], [3]),
        ([2, 65, 2, 3], [3]),
        ([2**32 - 1, 2**32 - 1, 2**32 - 64, 2**32 - 65], [2, 4]),
        ([7, 8, 200, 199, 8, 200], [5, 6]),
    ],
    ids=str,
)
def test_the_window_of_64_counters(world, counters, refused):
    """A counter counts when it is new, or less than 64 behind the newest and not used."""
    for counter in counters:
        world.till.phone("family-01", 10, code(10, counter))
    assert verdict(world.settle_new()) == [(sequence, Reason.PHONE_CODE_USED) for sequence in refused]


def test_what_the_window_keeps(world):
    world.till.phone("family-01", 10, code(10, 3))
    world.settle_new()
    assert used(world) == (3, 0b1)
    world.till.phone("family-01", 10, code(10, 1))
    world.till.phone("family-01", 10, code(10, 8))
    world.settle_new()
    assert used(world) == (8, 0b1010_0001)
    world.till.phone("family-01", 10, code(10, 8 + 63))
    world.settle_new()
    assert used(world) == (71, 1 << 63 | 1)
    world.till.phone("family-01", 10, code(10, 71 + 64))
    world.settle_new()
    assert used(world) == (135, 1)


def test_a_draw_uses_the_code_too(world):
    world.till.phone("family-01", FLOOR + 1, code(FLOOR + 1, 5))
    world.till.phone("family-01", 100, code(100, 5))
    world.till.phone("family-09", 100, code(100, 2))
    expected = [(1, Reason.ABOVE_FLOOR_LIMIT), (2, Reason.PHONE_CODE_USED), (3, Reason.PASS_UNKNOWN)]
    assert verdict(world.settle_new()) == expected
    assert used(world) == (5, 1)
    assert used(world, "family-09") == (2, 1)


def test_a_draw_by_a_used_or_old_code_leaves_the_window(world):
    for counter in (100, 100, 1):
        world.till.phone("family-01", 10, code(10, counter))
    world.settle_new()
    assert used(world) == (100, 1)


def test_what_is_rejected_uses_no_code(world):
    till = world.new_till("till-02", 1)
    till.phone("family-01", FLOOR + 1, code(FLOOR + 1, 5))
    till.phone_ask("family-01", 10_001, code(10_001, 5))
    till.phone_ask("family-01", 100, code(100, 5))
    expected = [(1, Reason.SLICE_SHORT), (2, Reason.ASK_BUDGET_SHORT)]
    assert verdict(world.settle(till.segment())) == expected
    assert used(world) == (5, 1)


def test_an_ask_uses_the_code_once(world):
    for _ in range(2):
        world.till.phone_ask("family-01", 100, code(100, 1))
    world.till.phone("family-01", 100, code(100, 1))
    assert verdict(world.settle_new()) == [(2, Reason.ASK_PHONE_CODE_USED), (3, Reason.PHONE_CODE_USED)]
    assert last_ask(world) == (2, Reason.ASK_PHONE_CODE_USED)


def test_a_static_code_uses_no_counter(world):
    world.till.pay("family-01", 100)
    world.till.ask("family-01", 100)
    world.settle_new()
    assert used(world) == (0, 0)


def test_passes_and_programmes_count_by_themselves(world):
    second = world.create_programme("sponsor-01", funds=10_000)
    world.place(programme=second)
    for programme in (1, second):
        world.grant("family-02", 500, programme)
    world.till.phone("family-01", 100, code(100, 1))
    world.till.phone("family-02", 100, code(100, 1))
    world.till.phone("family-02", 100, code(100, 1, second))
    assert verdict(world.settle_new()) == []


@pytest.mark.parametrize("field", ["programme", "ceiling", "expiry", "counter"])
def test_every_field_of_a_code_is_signed(world, field):
    """Changed by whoever: another pass is recovered, which nobody knows."""
    if field == "programme":
        second = world.create_programme("sponsor-01", funds=10_000)
        world.place(programme=second)
        world.grant("family-01", 500, second)
        world("raise_slice", second, world.till.address, 500)
    terms = {"programme": 1, "ceiling": 100, "expiry": NOW + 600, "counter": 1}
    signed = world.till.signed(PhonePayment(Cents(100), NOW, delegation(**terms)), "family-01")
    changed = PhonePayment(Cents(100), NOW, delegation(**(terms | {field: terms[field] + 1})))
    world.till.append(changed.pack(signed[-64:]))
    receipt = world.settle_new()
    assert verdict(receipt) == [(1, Reason.PASS_UNKNOWN)]
    assert receipt.named("Drawn")[0].pass_address != "0x" + address("family-01").hex()


def delegation(programme: int, ceiling: int, expiry: int, counter: int) -> Delegation:
    """A phone's code of these terms."""
    return Delegation(programme, Cents(ceiling), Timestamp(expiry), counter)


def test_what_breaks_a_code_is_named_after_all_else(world):
    """Expired, beyond the ceiling and used, on a day that is full, with a clock ahead."""
    world.set_rules(day_limit=1_000)
    world.till.phone("family-01", 1_000, code(1_000, 1))
    world.settle_new()
    bad = code(499, 1, expiry=NOW - 1)
    steps = [
        (bad, NOW + 901, Reason.CLOCK_AHEAD),
        (bad, NOW, Reason.DAY_LIMIT),
        (bad, NOW, Reason.PHONE_CODE_EXPIRED),
        (code(499, 1), NOW, Reason.PHONE_CODE_CEILING),
        (code(500, 1), NOW, Reason.PHONE_CODE_USED),
    ]
    for sequence, (delegated, time, reason) in enumerate(steps, start=2):
        if reason is Reason.PHONE_CODE_EXPIRED:
            world.set_rules()
        world.till.phone("family-01", 500, delegated, time)
        assert verdict(world.settle_new()) == [(sequence, reason)]


def test_a_spoilt_signature_is_rejected(world):
    entry = PhonePayment(Cents(100), NOW, code(100, 1)).pack(bytes(64))
    world.till.append(entry)
    world.till.phone("family-01", 0, code(100, 1))
    assert verdict(world.settle_new()) == [(1, Reason.SIGNATURE), (2, Reason.AMOUNT_ZERO)]
    assert used(world) == (0, 0)
