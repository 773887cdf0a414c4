"""A lost or copied pass is replaced: its budget moves, and what the old one still causes is drawn and marked."""

from itertools import pairwise

import pytest

from contracts.wire.reasons import Reason
from contracts.wire.units import Address
from tests.contract.books import RESERVE, SLICE, books, verdict
from tests.contract.journals import NOW, address, code
from tests.contract.machines import on_each
from tests.contract.world import DAY, World

pytestmark = on_each
NEW = "family-51"


def hex_of(name: str) -> str:
    """The address as the ABI gives it back."""
    return "0x" + address(name).hex()


def fields(world: World, holder: str) -> dict[str, object]:
    """All of a budget."""
    found: dict[str, object] = world.contract.view("budget", 1, address(holder)).fields
    return found


@pytest.fixture
def reissued(world: World) -> World:
    """family-01 spent EUR 30 and got a new pass."""
    world.till.pay("family-01", 3_000)
    world.settle_new()
    world("reissue", 1, address("family-01"), address(NEW))
    return world


def test_the_budget_moves_with_all_its_marks(world):
    for _ in range(3):
        world.till.pay("family-01", 4_000)
    world.till.phone("family-01", 1, code(1, 9))
    world.settle_new()
    world.grant("family-01", 100)
    world("set_pass_blocked", 1, address("family-01"), True)
    before = fields(world, "family-01")
    receipt = world("reissue", 1, address("family-01"), address(NEW))
    told = receipt.named("PassReissued")[0]
    assert told.arguments == {"programme": 1, "old_pass": hex_of("family-01"), "new_pass": hex_of(NEW)}
    assert fields(world, NEW) == before | {"blocked": False, "counter": 0, "window": 0}
    assert before["left"] == 100
    nothing = {"left": 0, "spent": 0, "drawn": 0, "today": 0, "day": 0}
    assert fields(world, "family-01") == before | nothing | {"blocked": True}
    assert world.contract.view("successor", 1, address("family-01")) == hex_of(NEW)
    assert world.contract.view("successor", 1, address(NEW)) == "0x" + bytes(20).hex()


def test_the_new_pass_pays_and_keeps_to_the_day(reissued):
    world = reissued
    world.set_rules(day_limit=3_500)
    world.till.pay(NEW, 500)
    world.till.pay(NEW, 1)
    assert verdict(world.settle_new()) == [(3, Reason.DAY_LIMIT)]


def test_f32_what_the_old_pass_still_causes_is_drawn_and_marked(reissued):
    world = reissued
    world.till.pay("family-01", 1_000)
    receipt = world.settle_new()
    assert verdict(receipt) == [(2, Reason.PASS_BLOCKED)]
    drawn = receipt.named("Drawn")[0]
    assert (drawn.from_slice, drawn.from_budget) == (1_000, 0)
    assert fields(world, "family-01")["drawn"] == 1_000
    assert books(world, NEW) == (7_000, 3_000, 0, 4_000, SLICE - 1_000, RESERVE)
    world.till.ask("family-01", 1_000)
    assert verdict(world.settle_new()) == [(3, Reason.ASK_PASS_BLOCKED)]


def test_a_phone_code_of_the_old_pass_is_worth_nothing_more(reissued):
    world = reissued
    world.till.phone_ask("family-01", 100, code(100, 1))
    world.till.phone_ask(NEW, 100, code(100, 1))
    assert verdict(world.settle_new()) == [(2, Reason.ASK_PASS_BLOCKED)]


def test_a_sale_of_the_old_pass_is_given_back_to_the_new_one(reissued):
    world = reissued
    world.till.refund("family-01", 1_000, sale=1)
    receipt = world.settle_new()
    assert receipt.named("Refunded")[0].pass_address == hex_of(NEW)
    assert receipt.named("Repaid")[0].pass_address == hex_of(NEW)
    assert books(world, NEW) == (8_000, 2_000, 0, 2_000, SLICE, RESERVE)


def test_a_late_draw_of_the_old_pass_is_repaid_before_what_the_new_one_spent(reissued):
    """Or a sponsor who paid from the slice would pay the family as well."""
    world = reissued
    world.till.pay("family-01", 1_000)
    world.settle_new()
    world.till.refund("family-01", 1_500, sale=2)
    receipt = world.settle_new()
    assert receipt.named("Refunded")[0].drawn == 1_000
    assert (receipt.named("Repaid")[0].to_reserve, receipt.named("Repaid")[0].to_budget) == (1_000, 500)
    assert fields(world, "family-01")["drawn"] == 0
    assert books(world, NEW) == (7_500, 2_500, 0, 2_500, SLICE - 1_000, RESERVE + 1_000)


def test_both_draws_are_repaid_before_what_was_spent(world):
    for _ in range(3):
        world.till.pay("family-01", 4_000)
    world.settle_new()
    world("reissue", 1, address("family-01"), address(NEW))
    world.till.pay("family-01", 100)
    world.till.refund("family-01", 2_200, sale=1)
    receipt = world.settle_new()
    assert receipt.named("Refunded")[0].drawn == 2_100
    assert (fields(world, NEW)["drawn"], fields(world, NEW)["spent"]) == (0, 9_900)
    world.till.refund("family-01", 9_901, sale=1)
    assert verdict(world.settle_new()) == [(6, Reason.REFUND_TOO_MUCH)]


def test_what_was_owed_before_goes_to_the_new_pass(world):
    world.till.pay("family-01", 3_000)
    world.settle_new()
    world("pay_out", 1, 1)
    world.till.refund("family-01", 1_000, sale=1)
    world.settle_new()
    world("reissue", 1, address("family-01"), address(NEW))
    world.till.pay(NEW, 1_200)
    assert world.settle_new().named("Repaid")[0].pass_address == hex_of(NEW)
    assert books(world, NEW) == (10_000 - 3_000 + 1_000 - 1_200, 3_200, 0, 200, SLICE, RESERVE)


def reissue_again(world: World, times: int) -> str:
    """Replace family-01 that many times; returns the last name."""
    names = ["family-01", *(f"family-{60 + number}" for number in range(times))]
    for old, new in pairwise(names):
        world("reissue", 1, address(old), address(new))
    return names[-1]


@pytest.mark.parametrize("times", [2, 8])
def test_a_pass_is_followed_up_to_eight_successors(world, times):
    world.till.pay("family-01", 3_000)
    world.settle_new()
    last = reissue_again(world, times)
    world.till.refund("family-01", 1_000, sale=1)
    assert world.settle_new().named("Repaid")[0].pass_address == hex_of(last)
    assert fields(world, last)["left"] == 8_000


def test_the_ninth_successor_is_not_found(world):
    world.till.pay("family-01", 3_000)
    world.settle_new()
    reissue_again(world, 9)
    world.till.refund("family-01", 1_000, sale=1)
    assert verdict(world.settle_new()) == [(2, Reason.REFUND_TOO_MUCH)]


def test_what_is_repaid_to_a_pass_that_nobody_finds_is_the_sponsors(world):
    """It was owed before, and the pass was replaced nine times since."""
    world.till.pay("family-01", 3_000)
    world.settle_new()
    world("pay_out", 1, 1)
    world.till.refund("family-01", 1_000, sale=1)
    world.settle_new()
    last = reissue_again(world, 9)
    world.grant("family-02", 2_000)
    world.till.pay("family-02", 2_000)
    repaid = world.settle_new().named("Repaid")[0]
    assert (repaid.to_reserve, repaid.to_budget) == (1_000, 0)
    assert books(world, last, "family-02") == (7_000, 2_000, 0, 1_000, SLICE, RESERVE - 1_000)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("family-09", NEW, "pass: unknown"),
        ("family-01", "family-02", "pass: known before"),
        ("family-01", "family-01", "pass: known before"),
        ("family-01", "family-08", "pass: known before"),
        ("family-01", None, "pass: no address"),
        ("family-03", NEW, "pass: replaced"),
    ],
    ids=["unknown", "another's", "itself", "a stranger with a draw", "nobody", "replaced"],
)
def test_a_replacement_that_makes_no_sense_is_refused(world, old, new, reason):
    for holder in ("family-02", "family-03"):
        world.grant(holder, 100)
    world("reissue", 1, address("family-03"), address("family-53"))
    world.till.pay("family-08", 100)
    world.settle_new()
    successor = Address(bytes(20)) if new is None else address(new)
    assert world.refusal("reissue", 1, address(old), successor) == reason


def test_a_replaced_pass_is_neither_granted_nor_unblocked(reissued):
    world = reissued
    assert world.revert_reason(lambda: world.grant("family-01", 1)) == "pass: replaced"
    assert world.refusal("set_pass_blocked", 1, address("family-01"), False) == "pass: replaced"
    world.grant(NEW, 1)
    world("set_pass_blocked", 1, address(NEW), True)


def test_a_pass_is_replaced_in_each_programme_by_itself(reissued):
    world = reissued
    second = world.create_programme("sponsor-01", funds=10_000)
    world.place(programme=second)
    world.grant("family-01", 500, second)
    world.till.pay("family-01", 100, programme=second, time=NOW)
    world.evm.time += DAY
    assert verdict(world.settle_new()) == []
