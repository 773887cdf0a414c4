"""The most that a gateway, and whom a sponsor trusts, can cost: each figure is reached here, and cannot be passed.

Floor limit EUR 50, limit of a day EUR 150, slice EUR 250, as the world of the tests has them. That no mix of these
comes to more is what test_approved_is_paid looks for.
"""

import pytest

from contracts.compile import load
from contracts.wire.reasons import Reason
from contracts.wire.units import Address
from tests.contract.books import FUNDS, SLICE, verdict
from tests.contract.called import Reverted
from tests.contract.journals import NOW, address
from tests.contract.ordered import ordered
from tests.contract.world import DAY, ENDS, FLOOR, World

BUDGET = 400_000
DAYS_BACK = 7


@pytest.fixture
def rich(machine: str) -> World:
    """family-01 has EUR 4,000: more than any limit lets through at once."""
    world = World()
    world.grant("family-01", BUDGET)
    return world


def credit(world: World, shop: int = 1) -> int:
    """What a shop has."""
    return int(world.contract.view("credit", 1, shop))


# ---- a gateway


def test_a_stolen_gateway_key_can_do_what_anybody_can(world):
    """It settles, pays shops what is theirs and serves queues: 0 cents. Every other function refuses it."""
    world.till.pay("family-01", FLOOR)
    world.settle_new()
    ordered(world, 100)
    gateway = address("gateway")
    harmless = {"settle", "pay_out", "repay", "fund"}
    for item in load("kindpakket")["abi"]:
        if item["type"] == "function" and item["stateMutability"] == "nonpayable" and item["name"] not in harmless:
            arguments = [argument(item["name"], part["name"], part["type"]) for part in item["inputs"]]
            with pytest.raises(Reverted, match=REFUSALS):
                world.contract(item["name"], *arguments, sender=gateway)
    world("pay_out", 1, 1, sender="gateway")
    assert world.euro.view("balanceOf", address("shop-01")) == FLOOR
    assert world.euro.view("balanceOf", gateway) == 0


REFUSALS = (
    "programme: of another sponsor|sponsor: only|owner: |sponsor: not offered|shop: of another sponsor"
    "|shop: only its payout address|bank: not confirmed by the shop|order: no signature|order: not over"
)


def argument(function: str, name: str, kind: str) -> object:
    """Something that the function would take from whoever may call it."""
    values: dict[str, object] = {
        "address": address("gateway"),
        "bytes32": bytes(32),
        "bytes32[2]": (bytes(32), bytes(32)),
        "bool": True,
        "address[]": [],
        "uint32[]": [],
    }
    if kind == "string":
        return "Kindpakket"
    if name in {"terminal", "pass_address"}:
        return address("till-01" if name == "terminal" else "family-01")
    return values.get(kind, 1)


def test_a_gateway_that_invents_budgets_costs_the_sponsor_the_slices_and_no_shop_a_cent(world):
    """Honest tills approve up to what is free, of passes that have nothing; the sum of slices is the most."""
    tills = [world.till, world.new_till("till-02", world.new_shop("shop-02"), SLICE)]
    for till in tills:
        for _ in range(SLICE // FLOOR):
            till.pay("family-98", FLOOR)
    receipt = world.settle(*(till.segment() for till in tills))
    assert {reason for _, reason in verdict(receipt)} == {Reason.PASS_UNKNOWN}
    assert receipt.named("Rejected") == []
    assert credit(world, 1) + credit(world, 2) == 2 * SLICE


def test_a_gateway_that_withholds_for_weeks_costs_the_slice_where_days_run_together(rich):
    """Entries of more than a week ago count for one day: beyond its limit they are drawn, and the shop is paid."""
    for day in range(3):
        rich.till.pay("family-01", FLOOR, time=NOW + day * DAY)
        rich.till.pay("family-01", FLOOR, time=NOW + day * DAY)
    rich.evm.time = NOW + 30 * DAY
    receipt = rich.settle_new()
    assert [reason for _, reason in verdict(receipt)] == [Reason.DAY_LIMIT] * 3
    assert credit(rich) == 6 * FLOOR
    assert rich.contract.view("slice_of", 1, rich.till.address).left == SLICE - 3 * FLOOR


def test_a_gateway_that_withholds_until_the_sweep_costs_the_shop_what_waits(world):
    """The exception that the box names: not handed in within 90 days after the end, by anybody."""
    world.till.pay("family-01", FLOOR)
    world.evm.time = ENDS + 90 * DAY
    assert world.refusal("close_programme", 1) == "programme: 90 days not over"
    world.evm.time += 1
    world("close_programme", 1)
    world("sweep", 1, [address("family-01")], [world.till.address])
    assert verdict(world.settle_new()) == [(1, Reason.SLICE_SHORT)]
    assert credit(world) == 0


def test_a_gateway_that_withholds_an_ask_costs_a_sale_and_no_money(world):
    world.till.ask("family-01", FLOOR + 1, deadline=NOW + 120)
    world.evm.time = NOW + 121
    assert verdict(world.settle_new()) == [(1, Reason.ASK_TOO_LATE)]
    assert world.contract.view("budget", 1, address("family-01")).left == 10_000


# ---- those whom a sponsor trusts


def test_a_stolen_clerks_key_is_worth_the_free_reserve(world):
    """For grants: to passes of the thief's. For shops: into the slice of the thief's terminal. For pausing: nothing."""
    free = world.contract.view("reserve", 1)
    for role, name in ((1, "clerk-01"), (2, "clerk-02"), (4, "clerk-04")):
        world("set_roles", address(name), role)
    too_much = world.refusal("raise_slice", 1, world.till.address, free + 1, sender="clerk-02")
    assert too_much == "reserve: not enough"
    too_much = world.refusal("grant", 1, bytes(32), [address("family-99")], [free + 1], sender="clerk-01")
    assert too_much == "reserve: not enough"
    world("raise_slice", 1, world.till.address, free - 100, sender="clerk-02")
    world("grant", 1, bytes(32), [address("family-99")], [100], sender="clerk-01")
    world("set_paused", 1, True, sender="clerk-04")
    for name in ("clerk-01", "clerk-02", "clerk-04"):
        assert world.refusal("withdraw", 1, 0, sender=name) == "programme: of another sponsor"
    assert world.contract.view("held", 1) == FUNDS


def test_a_shop_that_is_paid_by_bank_and_never_looks_can_lose_what_was_marked(world):
    """It chose to trust the sponsor, and has 30 days to dispute each mark."""
    world("set_by_bank", 1, True, sender="shop-01")
    world.till.pay("family-01", FLOOR)
    world.settle_new()
    world("mark_paid", 1, 1, FLOOR, bytes(32))
    world.evm.time = NOW + 30 * DAY
    assert world.refusal("confirm_transfer", 1, 1, bytes(32)) == "bank: not confirmed by the shop"
    world.evm.time += 1
    world("confirm_transfer", 1, 1, bytes(32))
    assert (credit(world), world.contract.view("in_transfer", 1)) == (0, 0)


def test_nobody_is_somebody(world):
    """The zero address holds nothing, and is nobody's admin, pass or payout address."""
    nobody = Address(bytes(20))
    assert world.refusal("register_sponsor", nobody, sender="owner") == "sponsor: no address"
    assert world.contract.view("sponsor_of", nobody) == 0
    assert world.contract.view("roles", 0, nobody) == 0
