"""What the contract does with one payment: paid from the budget, drawn from the slice, or rejected. No other case."""

import pytest

from contracts.wire import signature
from contracts.wire.entry import frame
from contracts.wire.reasons import Reason
from contracts.wire.units import Address
from tests.contract.books import RESERVE, SLICE, books, verdict
from tests.contract.journals import NOW, address
from tests.contract.machines import on_each
from tests.contract.world import BEGINS, ENDS, EXCLUDED, FLOOR, World

pytestmark = on_each


def test_a_plainly_valid_payment_is_paid_from_the_budget(world):
    world.till.pay("family-01", 1250)
    receipt = world.settle(world.till.segment())
    assert verdict(receipt) == []
    assert [event.kind for event in receipt.events] == ["Settled"]
    settled = receipt.events[0]
    assert (bytes.fromhex(settled.terminal[2:]), settled.first, settled.last) == (world.till.address, 1, 1)
    assert settled.head == world.till.heads[1][-20:]
    assert books(world) == (8750, 1250, 0, 1250, SLICE, RESERVE)


@pytest.mark.parametrize("time", [BEGINS, NOW, NOW + 900])
@pytest.mark.parametrize("amount", [1, FLOOR])
def test_limits_are_inclusive(world, amount, time):
    world.till.pay("family-01", amount, time=time)
    assert verdict(world.settle(world.till.segment())) == []
    assert books(world) == (10_000 - amount, amount, 0, amount, SLICE, RESERVE)


def test_the_last_second_of_the_period_counts(world):
    world.evm.time = ENDS + 5
    world.till.pay("family-01", 100, time=ENDS)
    world.till.pay("family-01", 100, time=ENDS + 1)
    assert verdict(world.settle(world.till.segment())) == [(2, Reason.PERIOD_OVER)]


def test_a_budget_can_be_spent_to_the_last_cent(world):
    world.till.pay("family-01", 5000)
    world.till.pay("family-01", 5000)
    assert verdict(world.settle(world.till.segment())) == []
    assert books(world) == (0, 10_000, 0, 10_000, SLICE, RESERVE)


def block(world: World) -> None:
    world("set_pass_blocked", 1, address("family-01"), True)


def pause(world: World) -> None:
    world("set_paused", 1, True)


def exclude(world: World) -> None:
    world.place(standing=EXCLUDED)


def begin_later(world: World) -> None:
    world.set_rules(begins=NOW + 1)


def end_earlier(world: World) -> None:
    """The end is moved to this moment, and then it is past."""
    world.set_rules(ends=NOW)
    world.evm.time = NOW + 1


def lower_the_floor(world: World) -> None:
    world.set_rules(floor_limit=1249)


BROKEN_RULES = [
    (block, Reason.PASS_BLOCKED),
    (pause, Reason.PROGRAMME_PAUSED),
    (begin_later, Reason.PERIOD_NOT_BEGUN),
    (end_earlier, Reason.PERIOD_OVER),
    (exclude, Reason.SHOP_NOT_ADMITTED),
    (lower_the_floor, Reason.ABOVE_FLOOR_LIMIT),
]


@pytest.mark.parametrize(("change", "reason"), BROKEN_RULES, ids=[reason.name for _, reason in BROKEN_RULES])
def test_f15_a_broken_rule_draws_all_of_it_and_the_budget_pays_the_reserve(world, change, reason):
    change(world)
    world.till.pay("family-01", 1250, time=world.evm.time)
    receipt = world.settle(world.till.segment())
    assert verdict(receipt) == [(1, reason)]
    drawn = receipt.named("Drawn")[0]
    assert (drawn.amount, drawn.from_slice, drawn.from_budget) == (1250, 1250, 1250)
    assert bytes.fromhex(drawn.pass_address[2:]) == address("family-01")
    assert (drawn.programme, drawn.sequence) == (1, 1)
    assert books(world) == (8750, 1250, 0, 1250, SLICE - 1250, RESERVE + 1250)


def test_f19_a_clock_that_is_ahead_is_drawn(world):
    world.till.pay("family-01", 1250, time=NOW + 901)
    assert verdict(world.settle(world.till.segment())) == [(1, Reason.CLOCK_AHEAD)]
    assert books(world) == (8750, 1250, 0, 1250, SLICE - 1250, RESERVE + 1250)


@pytest.mark.parametrize(
    ("time", "reason"), [(0, Reason.PERIOD_NOT_BEGUN), (2**40 - 1, Reason.PERIOD_OVER)], ids=["1970", "36812"]
)
def test_f19_a_wrong_clock_is_never_a_rejection(world, time, reason):
    world.till.pay("family-01", 1250, time=time)
    assert verdict(world.settle(world.till.segment())) == [(1, reason)]


def test_an_unknown_pass_is_drawn_and_marked(world):
    world.till.pay("family-02", 1250)
    receipt = world.settle(world.till.segment())
    assert verdict(receipt) == [(1, Reason.PASS_UNKNOWN)]
    drawn = receipt.named("Drawn")[0]
    assert (drawn.from_slice, drawn.from_budget) == (1250, 0)
    budget = world.contract.view("budget", 1, address("family-02"))
    assert (budget.left, budget.spent, budget.drawn, budget.known) == (0, 0, 1250, False)
    assert books(world) == (10_000, 0, 0, 1250, SLICE - 1250, RESERVE)


def test_f15_a_short_budget_pays_what_it_has_and_the_slice_the_rest(world):
    world.till.pay("family-01", 4000)
    world.till.pay("family-01", 4000)
    world.till.pay("family-01", 4000)
    receipt = world.settle(world.till.segment())
    assert verdict(receipt) == [(3, Reason.BUDGET_SHORT)]
    drawn = receipt.named("Drawn")[0]
    assert (drawn.amount, drawn.from_slice, drawn.from_budget) == (4000, 2000, 2000)
    assert books(world) == (0, 10_000, 2000, 12_000, SLICE - 2000, RESERVE)


def test_a_short_budget_that_breaks_another_rule_too_covers_nothing(world):
    world.till.pay("family-01", 4000)
    world.till.pay("family-01", 4000)
    world.settle(world.till.segment())
    pause(world)
    world.till.pay("family-01", 4000)
    receipt = world.settle(world.till.segment(3))
    assert verdict(receipt) == [(3, Reason.PROGRAMME_PAUSED)]
    drawn = receipt.named("Drawn")[0]
    assert (drawn.from_slice, drawn.from_budget) == (4000, 2000)
    assert books(world) == (0, 10_000, 2000, 12_000, SLICE - 4000, RESERVE + 2000)


def test_a_short_budget_with_a_clock_ahead_is_called_short_and_covers_nothing(world):
    for _ in range(2):
        world.till.pay("family-01", 4000)
    world.till.pay("family-01", 4000, time=NOW + 901)
    receipt = world.settle(world.till.segment())
    assert verdict(receipt) == [(3, Reason.BUDGET_SHORT)]
    assert (receipt.named("Drawn")[0].from_slice, receipt.named("Drawn")[0].from_budget) == (4000, 2000)


REPAIRS = [
    (Reason.PASS_UNKNOWN, lambda world: world.grant("family-02", 100)),
    (Reason.PASS_BLOCKED, lambda world: world("set_pass_blocked", 1, address("family-02"), False)),
    (Reason.PROGRAMME_PAUSED, lambda world: world("set_paused", 1, False)),
    (Reason.PERIOD_NOT_BEGUN, lambda world: world.set_rules(ends=NOW, floor_limit=1249, day_limit=0)),
    (Reason.PERIOD_OVER, lambda world: world.set_rules(floor_limit=1249, day_limit=0)),
    (Reason.SHOP_NOT_ADMITTED, lambda world: world.place()),
    (Reason.ABOVE_FLOOR_LIMIT, lambda world: world.set_rules(day_limit=0)),
    (Reason.BUDGET_SHORT, lambda world: world.grant("family-02", 10_000)),
]


def test_the_first_broken_rule_in_the_order_of_the_codes_is_named(world):
    """All rules are broken at once, and mended one by one; the rest of the order stands in test_phone_codes."""
    world.place(standing=EXCLUDED)
    world("set_paused", 1, True)
    world.set_rules(begins=NOW + 902, floor_limit=1249, day_limit=0)
    named = []
    for reason, repair in [*REPAIRS, (Reason.CLOCK_AHEAD, lambda _: None)]:
        world.till.pay("family-02", 1250, time=NOW + 901)
        named += verdict(world.settle_new())
        repair(world)
        if reason is Reason.PASS_UNKNOWN:
            world("set_pass_blocked", 1, address("family-02"), True)
    assert [reason for _, reason in named] == [*(reason for reason, _ in REPAIRS), Reason.CLOCK_AHEAD]


def test_rules_that_are_mended_pay_from_the_budget_again(world):
    pause(world)
    world.till.pay("family-01", 100)
    world.settle(world.till.segment())
    world("set_paused", 1, False)
    world.till.pay("family-01", 100)
    assert verdict(world.settle(world.till.segment())) == []


def test_f15_a_pass_emptied_at_two_shops_pays_both(world):
    other = world.new_till("till-02", world.new_shop("shop-02"), SLICE)
    for _ in range(2):
        world.till.pay("family-01", 5000)
        other.pay("family-01", 5000)
    receipt = world.settle(world.till.segment(), other.segment())
    assert verdict(receipt) == [(1, Reason.BUDGET_SHORT), (2, Reason.BUDGET_SHORT)]
    assert world.contract.view("credit", 1, 1) == world.contract.view("credit", 1, 2) == 10_000
    assert world.contract.view("slice_of", 1, other.address).left == SLICE - 10_000
    assert world.contract.view("budget", 1, address("family-01")).drawn == 10_000


def test_a_slice_can_be_drawn_to_the_last_cent_and_no_further(world):
    till = world.new_till("till-02", 1, 1000)
    till.pay("family-02", 1000)
    till.pay("family-02", 1)
    receipt = world.settle(till.segment())
    assert verdict(receipt) == [(1, Reason.PASS_UNKNOWN), (2, Reason.SLICE_SHORT)]
    assert world.contract.view("slice_of", 1, till.address).left == 0
    assert world.contract.view("credit", 1, 1) == 1000


def test_a_slice_that_is_too_short_for_all_of_it_pays_nothing(world):
    till = world.new_till("till-02", 1, 1000)
    for amount in (5000, 5000, 1001):
        till.pay("family-01", amount)
    receipt = world.settle(till.segment())
    assert verdict(receipt) == [(3, Reason.SLICE_SHORT)]
    budget = world.contract.view("budget", 1, address("family-01"))
    assert (budget.left, budget.spent, budget.drawn) == (0, 10_000, 0)
    assert world.contract.view("slice_of", 1, till.address).left == 1000
    assert world.contract.view("credit", 1, 1) == 10_000


def test_drawn_stops_at_its_largest_number(machine):
    world = World(funds=2**34, slice_cents=2**33)
    world.set_rules(floor_limit=2**32 - 1, day_limit=2**32 - 1)
    world.till.pay("family-01", 2**32 - 2)
    world.till.pay("family-01", 5)
    assert len(verdict(world.settle(world.till.segment()))) == 2
    assert world.contract.view("budget", 1, address("family-01")).drawn == 2**32 - 1
    assert world.contract.view("slice_of", 1, world.till.address).left == 2**33 - 2**32 - 3


@pytest.mark.parametrize(
    "entry",
    [
        frame(b""),
        frame(b"\x01"),
        frame(bytes([1]) + bytes(76)),
        frame(bytes([1]) + bytes(78)),
        frame(bytes([2]) + bytes(77)),
        frame(bytes([0]) + bytes(77)),
        frame(bytes([255]) * 255),
        frame(bytes([6]) + bytes(254)),
    ],
    ids=["nothing", "only a kind", "short", "long", "an ask too short", "kind 0", "all ones", "the longest"],
)
def test_f05_what_nobody_understands_is_consumed_and_the_rest_is_paid(world, entry):
    world.till.append(entry)
    world.till.pay("family-01", 1250)
    world.till.append(entry)
    world.till.append(entry)
    receipt = world.settle(world.till.segment())
    assert verdict(receipt) == [(1, Reason.FORM), (3, Reason.FORM), (4, Reason.FORM)]
    assert books(world) == (8750, 1250, 0, 1250, SLICE, RESERVE)
    assert world.contract.view("terminal", world.till.address).sequence == 4


def test_a_rejection_changes_only_sequence_and_head(world):
    before = books(world)
    world.till.append(frame(b"?"))
    world.till.pay("family-01", 0)
    world.till.append(world.till.payment("family-01", 100)[:-64] + bytes(64))
    world.till.pay("family-02", SLICE + 1)
    receipt = world.settle(world.till.segment())
    assert verdict(receipt) == [
        (1, Reason.FORM),
        (2, Reason.AMOUNT_ZERO),
        (3, Reason.SIGNATURE),
        (4, Reason.SLICE_SHORT),
    ]
    assert books(world) == before
    assert world.contract.view("budget", 1, address("family-02")).drawn == 0
    state = world.contract.view("terminal", world.till.address)
    assert (state.sequence, state.head) == (4, world.till.heads[4][-20:])


def test_a_signature_by_nobody_is_rejected_and_nobody_has_a_budget(world):
    assert "grant: no address" in world.revert_reason(lambda: world("grant", 1, bytes(32), [Address(bytes(20))], [100]))
    good = world.till.payment("family-01", 100)
    for bad in (bytes(64), bytes(32) + good[-32:], good[-64:-32] + bytes(32), b"\xff" * 64):
        world.till.append(good[:-64] + bad)
    receipt = world.settle(world.till.segment())
    assert [reason for _, reason in verdict(receipt)] == [Reason.SIGNATURE] * 4
    assert world.contract.view("budget", 1, Address(bytes(20))).drawn == 0


def test_the_upper_half_of_s_is_rejected(world):
    good = world.till.payment("family-01", 100)
    world.till.append(good[:-32] + (signature.HALF_ORDER + 1).to_bytes(32))
    assert verdict(world.settle(world.till.segment())) == [(1, Reason.SIGNATURE)]


def test_a_payment_is_for_one_place_of_one_journal(world):
    entry = world.till.payment("family-01", 100)
    world.till.append(frame(b"?"))
    world.till.append(entry)  # signed for sequence 1
    other = world.new_till("till-02", 1)
    other.append(entry)  # signed for another terminal
    receipt = world.settle(world.till.segment(), other.segment())
    drawn = receipt.named("Drawn")
    assert [event.reason for event in drawn] == [Reason.PASS_UNKNOWN]  # it recovers to some address without a budget
    assert [event.reason for event in receipt.named("Rejected")] == [Reason.FORM, Reason.SLICE_SHORT]
    assert world.contract.view("budget", 1, address("family-01")).left == 10_000


def test_f31_a_revoked_terminal_is_paid_nothing_more(world):
    world.till.pay("family-01", 1250)
    world.settle(world.till.segment())
    world("revoke_terminal", 1, world.till.address)
    world.till.pay("family-01", 1250)
    world.till.pay("family-02", 1250)
    receipt = world.settle(world.till.segment(2))
    assert verdict(receipt) == [(2, Reason.TERMINAL_REVOKED), (3, Reason.TERMINAL_REVOKED)]
    world.till.pay("family-01", 1250)
    assert verdict(world.settle(world.till.segment(4))) == [(4, Reason.TERMINAL_REVOKED)]
    assert books(world) == (8750, 1250, 0, 1250, 0, RESERVE + SLICE)


def test_revoking_is_of_one_sponsor_alone(world):
    world.register_sponsor("sponsor-02")
    second = world.create_programme("sponsor-02", funds=100_000)
    world.place(programme=second, sponsor="sponsor-02")
    world.grant("family-01", 5000, second, "sponsor-02")
    world("revoke_terminal", 1, world.till.address)
    world.till.pay("family-01", 100, programme=1)
    world.till.pay("family-01", 100, programme=second)
    world.till.pay("family-01", 100, programme=1)
    receipt = world.settle(world.till.segment())
    assert verdict(receipt) == [(1, Reason.TERMINAL_REVOKED), (3, Reason.TERMINAL_REVOKED)]
    assert world.contract.view("credit", second, 1) == 100
    assert world.contract.view("credit", 1, 1) == 0


def test_an_unknown_programme_is_rejected(world):
    world.till.pay("family-01", 100, programme=0)
    world.till.pay("family-01", 100, programme=2)
    world.till.pay("family-01", 100, programme=2**32 - 1)
    assert verdict(world.settle(world.till.segment())) == [(n, Reason.SLICE_SHORT) for n in (1, 2, 3)]


def test_programmes_may_alternate_in_one_journal(world):
    second = world.create_programme("sponsor-01", funds=100_000)
    world.place(programme=second)
    world.grant("family-01", 5000, second)
    for programme in (1, second, 1, 1, second, 1):
        world.till.pay("family-01", 100, programme=programme)
    assert verdict(world.settle(world.till.segment())) == []
    assert world.contract.view("credit", 1, 1) == 400
    assert world.contract.view("credit", second, 1) == 200
    assert world.contract.view("budget", 1, address("family-01")).spent == 400
    assert world.contract.view("budget", second, address("family-01")).spent == 200


def test_programmes_of_one_pass_do_not_share_a_budget(world):
    second = world.create_programme("sponsor-01", funds=100_000)
    world.place(programme=second)
    world.till.pay("family-01", 100, programme=second)
    assert verdict(world.settle(world.till.segment())) == [(1, Reason.SLICE_SHORT)]
