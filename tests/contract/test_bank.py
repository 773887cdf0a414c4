"""Payout by bank: the shop chose it, the sponsor marks what it paid, the shop confirms or disputes."""

import pytest

from tests.contract.books import FUNDS
from tests.contract.journals import NOW, address
from tests.contract.world import BY_CATEGORY, DAY, World

REFERENCE, OTHER = b"\1" * 32, b"\2" * 32
MARKED, DISPUTED, CONFIRMED, REVERSED = 1, 2, 3, 4
PATIENCE = 30 * DAY


@pytest.fixture
def chosen(world: World) -> World:
    """shop-01 chose to be paid by bank, and has a credit of EUR 30."""
    world("set_by_bank", 1, True, sender="shop-01")
    world.till.pay("family-01", 3_000)
    world.settle_new()
    return world


@pytest.fixture
def marked(chosen: World) -> World:
    """EUR 20 of it are on their way."""
    chosen("mark_paid", 1, 1, 2_000, REFERENCE)
    return chosen


def money(world: World) -> tuple[int, int, int]:
    """The shop's credit, what is in transfer, the reserve; and a check that nothing is lost."""
    view = world.contract.view
    credit, moving, reserve = view("credit", 1, 1), view("in_transfer", 1), view("reserve", 1)
    left = view("budget", 1, address("family-01")).left
    slices = view("slice_of", 1, world.till.address).left
    assert view("held", 1) == credit + moving + reserve + left + slices == FUNDS
    assert world.euro.view("balanceOf", world.contract.address) == FUNDS
    return credit, moving, reserve


RESERVE = FUNDS - 25_000 - 10_000


def test_a_shop_chooses_by_its_own_word(world):
    for sender in ("sponsor-01", "owner", "anybody"):
        assert world.refusal("set_by_bank", 1, True, sender=sender) == "shop: only its payout address"
    assert world.refusal("mark_paid", 1, 1, 1, REFERENCE) == "bank: not chosen by the shop"
    told = world("set_by_bank", 1, True, sender="shop-01").named("PaidByBank")[0]
    assert told.arguments == {"shop": 1, "by_bank": True}
    assert world.contract.view("shop", 1).by_bank is True


def test_a_shop_that_is_paid_by_bank_is_not_paid_in_tokens_until_it_says_so(chosen):
    world = chosen
    assert world.refusal("pay_out", 1, 1) == "pay_out: paid by bank"
    world("set_by_bank", 1, False, sender="shop-01")
    assert world.refusal("mark_paid", 1, 1, 1, REFERENCE) == "bank: not chosen by the shop"
    assert world("pay_out", 1, 1).named("PaidOut")[0].amount == 3_000


def test_credit_is_marked_against_a_reference(chosen):
    world = chosen
    told = world("mark_paid", 1, 1, 2_000, REFERENCE).named("TransferMoved")[0]
    assert told.arguments == {
        "programme": 1,
        "shop": 1,
        "reference": REFERENCE,
        "amount": 2_000,
        "state": MARKED,
    }
    assert money(world) == (1_000, 2_000, RESERVE)
    assert world.contract.view("transfer", 1, 1, REFERENCE).fields == {"amount": 2_000, "since": NOW, "state": MARKED}
    assert world.contract.view("transfer", 1, 1, OTHER).state == 0


@pytest.mark.parametrize("amount", [0, 3_001, 2**64])
def test_no_more_is_marked_than_the_shop_has(chosen, amount):
    assert chosen.refusal("mark_paid", 1, 1, amount, REFERENCE) == "bank: not its credit"
    chosen("mark_paid", 1, 1, 3_000, REFERENCE)
    assert chosen.refusal("mark_paid", 1, 1, 1, OTHER) == "bank: not its credit"


def test_a_reference_is_used_once_whatever_became_of_it(marked):
    world = marked
    assert world.refusal("mark_paid", 1, 1, 1, REFERENCE) == "bank: marked before"
    world("reverse_transfer", 1, 1, REFERENCE)
    assert world.refusal("mark_paid", 1, 1, 1, REFERENCE) == "bank: marked before"
    world("mark_paid", 1, 1, 1, OTHER)


def test_a_shop_confirms_and_the_tokens_are_the_sponsors(marked):
    world = marked
    told = world("confirm_transfer", 1, 1, REFERENCE, sender="shop-01").named("TransferMoved")[0]
    assert (told.amount, told.state) == (2_000, CONFIRMED)
    assert money(world) == (1_000, 0, RESERVE + 2_000)
    world("withdraw", 1, RESERVE + 2_000)
    assert world.refusal("confirm_transfer", 1, 1, REFERENCE, sender="shop-01") == "bank: not under way"


def test_anybody_confirms_what_nobody_disputed_for_30_days(marked):
    world = marked
    for wait in (0, PATIENCE):
        world.evm.time = NOW + wait
        for sender in ("anybody", "sponsor-01"):
            refused = world.refusal("confirm_transfer", 1, 1, REFERENCE, sender=sender)
            assert refused == "bank: not confirmed by the shop"
    world.evm.time += 1
    world("confirm_transfer", 1, 1, REFERENCE, sender="anybody")
    assert money(world) == (1_000, 0, RESERVE + 2_000)
    refused = world.refusal("confirm_transfer", 1, 1, REFERENCE, sender="anybody")
    assert refused == "bank: not confirmed by the shop"
    assert world.refusal("confirm_transfer", 1, 1, OTHER, sender="anybody") == "bank: not confirmed by the shop"
    assert world.refusal("confirm_transfer", 1, 1, OTHER, sender="shop-01") == "bank: not under way"


def test_what_a_shop_disputes_waits_for_its_word_or_goes_back(marked):
    world = marked
    for sender in ("sponsor-01", "anybody"):
        assert world.refusal("dispute_transfer", 1, 1, REFERENCE, sender=sender) == "shop: only its payout address"
    told = world("dispute_transfer", 1, 1, REFERENCE, sender="shop-01").named("TransferMoved")[0]
    assert (told.amount, told.state) == (2_000, DISPUTED)
    assert world.refusal("dispute_transfer", 1, 1, REFERENCE, sender="shop-01") == "bank: not under way"
    world.evm.time += 100 * DAY
    refused = world.refusal("confirm_transfer", 1, 1, REFERENCE, sender="anybody")
    assert refused == "bank: not confirmed by the shop"
    assert money(world) == (1_000, 2_000, RESERVE)
    world("confirm_transfer", 1, 1, REFERENCE, sender="shop-01")
    assert money(world) == (1_000, 0, RESERVE + 2_000)


@pytest.mark.parametrize("disputed", [False, True])
def test_a_sponsor_takes_a_mark_back_and_the_shop_has_its_credit_again(marked, disputed):
    world = marked
    if disputed:
        world("dispute_transfer", 1, 1, REFERENCE, sender="shop-01")
    told = world("reverse_transfer", 1, 1, REFERENCE).named("TransferMoved")[0]
    assert (told.amount, told.state) == (2_000, REVERSED)
    assert money(world) == (3_000, 0, RESERVE)
    assert world.refusal("reverse_transfer", 1, 1, REFERENCE) == "bank: not under way"
    assert world.refusal("dispute_transfer", 1, 1, REFERENCE, sender="shop-01") == "bank: not under way"
    assert world.refusal("confirm_transfer", 1, 1, REFERENCE, sender="shop-01") == "bank: not under way"


def test_refunds_come_before_the_bank(chosen):
    world = chosen
    world("mark_paid", 1, 1, 3_000, REFERENCE)
    world.till.refund("family-01", 500, sale=1)
    world.settle_new()
    world.till.pay("family-01", 400)
    world.settle_new()
    assert world.refusal("mark_paid", 1, 1, 1, OTHER) == "pay_out: refunds are owed"
    receipt = world("reverse_transfer", 1, 1, REFERENCE)
    assert [event.to_budget for event in receipt.named("Repaid")] == [100]
    world("mark_paid", 1, 1, 2_900, OTHER)


def test_transfers_are_of_one_shop_in_one_programme(marked):
    world = marked
    second = world.create_programme("sponsor-01", funds=10_000)
    world.place(programme=second)
    world.grant("family-01", 500, second)
    world.till.pay("family-01", 500, programme=second)
    world.settle_new()
    assert world.refusal("reverse_transfer", second, 1, REFERENCE) == "bank: not under way"
    world("mark_paid", second, 1, 500, REFERENCE)
    assert (world.contract.view("in_transfer", 1), world.contract.view("in_transfer", second)) == (2_000, 500)
    world("confirm_transfer", second, 1, REFERENCE, sender="shop-01")
    assert world.contract.view("transfer", 1, 1, REFERENCE).state == MARKED


def test_another_sponsor_marks_nothing(marked):
    world = marked
    world.register_sponsor("sponsor-02")
    for name, arguments in (("mark_paid", (1, OTHER)), ("reverse_transfer", (REFERENCE,))):
        assert world.refusal(name, 1, 1, *arguments, sender="sponsor-02") == "programme: of another sponsor"


def test_the_slot_stays_in_use_when_all_credit_is_marked(world):
    """Or the next credit costs 17,100 more."""
    world("set_by_bank", 1, True, sender="shop-01")
    world.place(standing=BY_CATEGORY)
    first = world("compensate", 1, 1, b"\1" * 32, 100).gas
    world("mark_paid", 1, 1, 100, REFERENCE)
    assert world("compensate", 1, 1, b"\2" * 32, 100).gas < first - 17_000
