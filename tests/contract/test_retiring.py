"""A terminal's last entry, and what it sets free."""

import pytest

from contracts.wire.entry import frame
from contracts.wire.reasons import Reason
from tests.contract.books import RESERVE, SLICE, books, last_ask, verdict
from tests.contract.journals import address
from tests.contract.machines import on_each
from tests.contract.world import World

pytestmark = on_each


@pytest.fixture
def retired(world: World) -> World:
    """till-01 sold for EUR 10, and retired."""
    world.till.pay("family-01", 1_000)
    world.till.retire()
    world.settle_new()
    return world


def test_a_retirement_is_told_and_kept(world):
    world.till.pay("family-01", 1_000)
    world.till.retire()
    assert world.contract.view("terminal", world.till.address).retired is False
    receipt = world.settle_new()
    assert [event.kind for event in receipt.events] == ["TerminalRetired", "Settled"]
    told = receipt.events[0]
    assert (told.terminal, told.sequence) == ("0x" + world.till.address.hex(), 2)
    state = world.contract.view("terminal", world.till.address)
    assert (state.shop, state.sequence, state.retired) == (1, 2, True)
    assert books(world) == (9_000, 1_000, 0, 1_000, SLICE, RESERVE)


def test_what_comes_after_it_is_rejected_whatever_it_is(retired):
    world = retired
    world.till.pay("family-01", 1_000)
    world.till.ask("family-01", 1_000)
    world.till.refund("family-01", 1_000, sale=1)
    world.till.retire()
    world.till.append(frame(b"?"))
    world.till.append(world.till.payment("family-01", 100)[:-64] + bytes(64))
    receipt = world.settle_new()
    retired_already = [(sequence, Reason.TERMINAL_RETIRED) for sequence in (3, 4, 5, 6)]
    assert verdict(receipt) == [*retired_already, (7, Reason.FORM), (8, Reason.TERMINAL_RETIRED)]
    assert receipt.named("TerminalRetired") == []
    assert books(world) == (9_000, 1_000, 0, 1_000, SLICE, RESERVE)
    assert last_ask(world) == (0, 0)
    assert world.contract.view("terminal", world.till.address).sequence == 8


def test_it_counts_within_its_own_batch(world):
    world.till.pay("family-01", 1_000)
    world.till.retire()
    world.till.pay("family-01", 1_000)
    assert verdict(world.settle_new()) == [(3, Reason.TERMINAL_RETIRED)]
    assert world.contract.view("credit", 1, 1) == 1_000


def test_other_terminals_of_the_shop_go_on_and_can_refund_its_sales(retired):
    world = retired
    other = world.new_till("till-02", 1)
    other.pay("family-01", 100)
    other.refund("family-01", 1_000, sale=1, terminal=world.till.address)
    assert verdict(world.settle(other.segment())) == []


def test_its_slice_goes_back_to_the_reserve(retired):
    world = retired
    receipt = world("release_slice", 1, world.till.address)
    released = receipt.named("SliceReleased")[0]
    assert released.arguments == {"programme": 1, "terminal": "0x" + world.till.address.hex(), "amount": SLICE}
    assert books(world) == (9_000, 1_000, 0, 1_000, 0, RESERVE + SLICE)
    assert world("release_slice", 1, world.till.address).named("SliceReleased")[0].amount == 0


def test_only_what_has_retired_is_released(world):
    assert world.refusal("release_slice", 1, world.till.address) == "terminal: not retired"
    assert world.refusal("release_slice", 1, address("till-09")) == "terminal: not retired"
    world("revoke_terminal", 1, world.till.address)
    assert world.refusal("release_slice", 1, world.till.address) == "terminal: not retired"


def test_no_slice_is_raised_for_it_and_it_can_still_be_revoked(retired):
    world = retired
    assert world.refusal("raise_slice", 1, world.till.address, 1) == "terminal: retired"
    assert world("revoke_terminal", 1, world.till.address).named("TerminalRevoked")[0].returned == SLICE
    assert world.contract.view("terminal", world.till.address).retired is True


def test_a_revoked_terminal_can_retire_and_stays_revoked(world):
    world("revoke_terminal", 1, world.till.address)
    world.till.pay("family-01", 1_000)
    world.till.retire()
    world.till.pay("family-01", 1_000)
    expected = [(1, Reason.TERMINAL_REVOKED), (3, Reason.TERMINAL_RETIRED)]
    assert verdict(world.settle_new()) == expected
    world("release_slice", 1, world.till.address)
    assert world.contract.view("slice_of", 1, world.till.address).revoked is True


def test_every_sponsor_takes_back_its_own_slice(retired):
    world = retired
    world.register_sponsor("sponsor-02")
    second = world.create_programme("sponsor-02", funds=1_000)
    assert world.refusal("release_slice", second, world.till.address) == "programme: of another sponsor"
    receipt = world("release_slice", second, world.till.address, sender="sponsor-02")
    assert receipt.named("SliceReleased")[0].amount == 0
    assert world.contract.view("slice_of", 1, world.till.address).left == SLICE
