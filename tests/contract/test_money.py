"""Money comes in by fund, goes out by pay_out and withdraw, and is always there for all that is promised of it."""

import pytest

from contracts.wire.units import Address
from tests.contract.called import Contract
from tests.contract.journals import address
from tests.contract.world import BY_CATEGORY, EXCLUDED, World, misbehaving

HONEST: dict[str, object] = {"fee_in": 0, "fee_out": 0, "answers": True, "reverts": False, "calls_back": False}


def with_token(world: World, name: str = "bad_token", *arguments: object, funds: int = 100_000) -> tuple[int, Contract]:
    """A programme in a token of tests/contract/tokens, where family-01 has EUR 50 and shop-01 sells."""
    token = world.evm.deploy(misbehaving(name), *arguments, sender=world.owner)
    programme = world.create_programme("sponsor-01", funds=funds, token=token)
    world.place(programme=programme)
    world.grant("family-01", 5_000, programme)
    return programme, token


def sell(world: World, programme: int, amount: int = 1000) -> None:
    """A settled sale."""
    world.till.pay("family-01", amount, programme)
    world.settle(world.till.segment(world.till.sequence))


def is_solvent(world: World, token: Contract, *programmes: int) -> bool:
    """Whether the contract holds what it promises in this token."""
    owed = sum(world.contract.view("held", p) * world.contract.view("programme", p).scale for p in programmes)
    return bool(token.view("balanceOf", world.contract.address) >= owed)


def test_funding_adds_to_the_reserve(world):
    before = world.contract.view("reserve", 1)
    receipt = world.fund(1, 500)
    assert receipt.named("Funded")[0].amount == 500
    assert world.contract.view("reserve", 1) == before + 500
    assert world.contract.view("held", 1) == 1_000_500
    assert is_solvent(world, world.euro, 1)


def test_anybody_may_fund(world):
    world.euro("mint", address("anybody"), 500)
    world.euro("approve", world.contract.address, 500, sender=address("anybody"))
    world("fund", 1, 500, sender="anybody")
    assert world.contract.view("held", 1) == 1_000_500
    world.revert_reason(lambda: world("fund", 1, 1, sender="anybody"))
    assert world.revert_reason(lambda: world("fund", 9, 0, sender="anybody")) == "programme: unknown"


def test_a_grant_moves_reserve_to_budgets(world):
    before = world.contract.view("reserve", 1)
    passes = [address("family-02"), address("family-03")]
    receipt = world("grant", 1, b"\1" * 32, passes, [300, 400])
    assert [(event.amount, event.left) for event in receipt.named("Granted")] == [(300, 300), (400, 400)]
    assert world.contract.view("reserve", 1) == before - 700
    assert world.contract.view("budget", 1, passes[1]).left == 400
    assert world.contract.view("budget", 1, passes[1]).known is True


def test_a_grant_is_made_once_per_reference(world):
    world("grant", 1, b"\1" * 32, [address("family-02")], [300])
    again = lambda: world("grant", 1, b"\1" * 32, [address("family-02")], [300])  # noqa: E731
    assert world.revert_reason(again) == "grant: made before"
    second = world.create_programme("sponsor-01", funds=1000)
    world("grant", second, b"\1" * 32, [address("family-02")], [300])
    receipt = world("grant", 1, b"\2" * 32, [address("family-02")], [50])
    assert receipt.named("Granted")[0].left == 350


def test_a_grant_that_was_undone_can_be_made_again(world):
    world.revert_reason(lambda: world("grant", 1, b"\1" * 32, [address("family-02")], [2_000_000]))
    world("grant", 1, b"\1" * 32, [address("family-02")], [300])


@pytest.mark.parametrize(
    ("passes", "amounts", "reason"),
    [
        ([address("family-02")], [1_000_000], "reserve: not enough"),
        ([address("family-02")], [], "grant: not as many amounts as passes"),
        ([address("family-02")], [0], "grant: no amount"),
        ([Address(bytes(20))], [1], "grant: no address"),
    ],
    ids=["reserve", "length", "zero", "nobody"],
)
def test_a_grant_that_makes_no_sense_is_undone(world, passes, amounts, reason):
    assert world.revert_reason(lambda: world("grant", 1, b"\1" * 32, passes, amounts)) == reason


def test_a_budget_holds_at_most_a_u32_ever():
    world = World(funds=2**33)
    world.grant("family-01", 2**32 - 101)
    world.till.pay("family-01", 100)
    world.settle(world.till.segment())
    world.grant("family-01", 100)
    assert world.revert_reason(lambda: world.grant("family-01", 1)) == "grant: more than a budget can hold"


def test_200_passes_in_one_grant(world):
    passes = [address(f"family-{n:03}") for n in range(200)]
    world("grant", 1, b"\1" * 32, passes, [10] * 200)
    assert world.contract.view("budget", 1, passes[-1]).left == 10
    world.revert_reason(lambda: world("grant", 1, b"\2" * 32, [*passes, address("family-201")], [10] * 201))


def test_f32_a_pass_can_be_blocked_and_unblocked(world):
    assert world("set_pass_blocked", 1, address("family-01"), True).named("PassBlocked")[0].blocked is True
    budget = world.contract.view("budget", 1, address("family-01"))
    assert (budget.blocked, budget.left, budget.known) == (True, 10_000, True)
    world("set_pass_blocked", 1, address("family-01"), False)
    assert world.contract.view("budget", 1, address("family-01")).blocked is False
    unknown = lambda: world("set_pass_blocked", 1, address("family-09"), True)  # noqa: E731
    assert world.revert_reason(unknown) == "pass: unknown"


def test_a_grant_to_a_blocked_pass_leaves_it_blocked(world):
    world("set_pass_blocked", 1, address("family-01"), True)
    world.grant("family-01", 100)
    budget = world.contract.view("budget", 1, address("family-01"))
    assert (budget.blocked, budget.left) == (True, 10_100)


def test_a_slice_comes_from_the_reserve(world):
    before = world.contract.view("reserve", 1)
    receipt = world("raise_slice", 1, world.till.address, 500)
    assert (receipt.named("SliceRaised")[0].amount, receipt.named("SliceRaised")[0].left) == (500, 25_500)
    assert world.contract.view("reserve", 1) == before - 500
    too_much = lambda: world("raise_slice", 1, world.till.address, before)  # noqa: E731
    assert world.revert_reason(too_much) == "reserve: not enough"
    unknown = lambda: world("raise_slice", 1, address("till-09"), 1)  # noqa: E731
    assert world.revert_reason(unknown) == "terminal: unknown"


def test_f31_revoking_returns_the_slice_once_and_for_good(world):
    before = world.contract.view("reserve", 1)
    receipt = world("revoke_terminal", 1, world.till.address)
    assert receipt.named("TerminalRevoked")[0].returned == 25_000
    assert world.contract.view("reserve", 1) == before + 25_000
    left = world.contract.view("slice_of", 1, world.till.address)
    assert (left.left, left.revoked) == (0, True)
    again = lambda: world("revoke_terminal", 1, world.till.address)  # noqa: E731
    assert world.revert_reason(again) == "terminal: revoked"
    raised = lambda: world("raise_slice", 1, world.till.address, 1)  # noqa: E731
    assert world.revert_reason(raised) == "terminal: revoked"
    unknown = lambda: world("revoke_terminal", 1, address("till-09"))  # noqa: E731
    assert world.revert_reason(unknown) == "terminal: unknown"


def test_withdrawing_returns_free_reserve_and_nothing_else(world):
    free = world.contract.view("reserve", 1)
    too_much = lambda: world("withdraw", 1, free + 1)  # noqa: E731
    assert world.revert_reason(too_much) == "reserve: not enough"
    receipt = world("withdraw", 1, free)
    assert receipt.named("Withdrawn")[0].amount == free
    assert world.euro.view("balanceOf", address("sponsor-01")) == free
    assert world.contract.view("reserve", 1) == 0
    assert world.contract.view("held", 1) == 35_000
    assert is_solvent(world, world.euro, 1)


def test_a_payout_pays_the_shop_all_of_its_credit(world):
    sell(world, 1, 1250)
    receipt = world("pay_out", 1, 1, sender="anybody")
    assert receipt.named("PaidOut")[0].amount == 1250
    assert world.euro.view("balanceOf", address("shop-01")) == 1250
    assert world.contract.view("credit", 1, 1) == 0
    assert world.contract.view("held", 1) == 1_000_000 - 1250
    assert world.revert_reason(lambda: world("pay_out", 1, 1)) == "pay_out: no credit"
    assert world.revert_reason(lambda: world("pay_out", 1, 9)) == "pay_out: no credit"
    assert world.revert_reason(lambda: world("pay_out", 9, 1)) == "pay_out: no credit"
    sell(world, 1, 100)
    assert world.contract.view("credit", 1, 1) == 100


def test_a_payout_leaves_the_slot_in_use(world):
    """A slot that goes back to zero costs the next credit 17,100 more; what a shop took keeps it too, if it sold."""
    world.place(standing=BY_CATEGORY)
    first = world("compensate", 1, 1, b"\1" * 32, 100).gas
    world("pay_out", 1, 1)
    assert world("compensate", 1, 1, b"\2" * 32, 100).gas < first - 17_000
    assert world.contract.view("credit", 1, 1) == 100
    assert not world.contract.view("is_admitted", 1, 1)


def test_a_shop_that_is_excluded_is_paid_what_it_earned(world):
    sell(world, 1, 100)
    world.place(standing=EXCLUDED)
    world("pay_out", 1, 1)
    assert world.euro.view("balanceOf", address("shop-01")) == 100
    assert not world.contract.view("is_admitted", 1, 1)


def test_tokens_are_cents_times_the_scale(world):
    programme, token = with_token(world, "bad_token", 18)
    sell(world, programme, 1000)
    world("pay_out", 1, programme)
    assert token.view("balanceOf", address("shop-01")) == 1000 * 10**16
    assert is_solvent(world, token, programme)


def test_a_token_that_answers_nothing_is_taken_at_its_word(world):
    programme, token = with_token(world, "silent_token")
    sell(world, programme, 1000)
    world("pay_out", 1, programme)
    assert token.view("balanceOf", address("shop-01")) == 1000 * 10**4
    assert is_solvent(world, token, programme)


def test_a_fee_on_what_arrives_is_not_counted(world):
    programme, token = with_token(world, "bad_token", 6)
    token("behave", *(HONEST | {"fee_in": 1}).values())
    receipt = world.fund(programme, 500, token=token)
    assert receipt.named("Funded")[0].amount == 499  # a cent that is not whole does not count
    assert is_solvent(world, token, programme)


def test_a_fee_on_top_of_a_payout_is_refused(world):
    programme, token = with_token(world, "bad_token", 2)
    other = world.create_programme("sponsor-01", funds=1000, token=token)
    sell(world, programme)
    token("behave", *(HONEST | {"fee_out": 1}).values())
    assert world.revert_reason(lambda: world("pay_out", 1, programme)) == "token: took too much"
    assert world.revert_reason(lambda: world("withdraw", programme, 1)) == "token: took too much"
    assert is_solvent(world, token, programme, other)
    assert world.contract.view("credit", programme, 1) == 1000
    token("behave", *HONEST.values())
    world("pay_out", 1, programme)


@pytest.mark.parametrize(
    ("how", "reason"), [({"answers": False}, "token: refused"), ({"reverts": True}, "token: not today")], ids=str
)
def test_a_token_that_refuses_changes_nothing(world, how, reason):
    programme, token = with_token(world, "bad_token", 2)
    sell(world, programme)
    held = world.contract.view("held", programme)
    token("behave", *(HONEST | how).values())
    for call in (
        lambda: world("pay_out", 1, programme),
        lambda: world("withdraw", programme, 1),
        lambda: world.fund(programme, 1, token=token),
    ):
        assert world.revert_reason(call) == reason
    assert world.contract.view("held", programme) == held
    assert world.contract.view("credit", programme, 1) == 1000
    assert is_solvent(world, token, programme)


def test_a_token_cannot_call_back(world):
    programme, token = with_token(world, "bad_token", 2)
    sell(world, programme)
    sell(world, 1)
    token("behave", *(HONEST | {"calls_back": True}).values())
    for call in (
        lambda: world("pay_out", 1, programme),
        lambda: world("withdraw", programme, 1),
        lambda: world.fund(programme, 1, token=token),
    ):
        world.revert_reason(call)
    assert world.euro.view("balanceOf", address("shop-01")) == 0
    assert is_solvent(world, token, programme)


def test_a_token_cannot_make_a_batch_overflow(world):
    programme, token = with_token(world, "bad_token", 2)
    room = 2**64 - 1 - world.contract.view("held", programme)
    too_much = lambda: world.fund(programme, room + 1, token=token)  # noqa: E731
    assert world.revert_reason(too_much) == "fund: more than a programme can hold"
    world.fund(programme, room, token=token)
    world("raise_slice", programme, world.till.address, 5_000)
    world("set_paused", programme, True)
    world.till.pay("family-01", 5_000, programme)
    assert len(world.settle(world.till.segment()).named("Drawn")) == 1
    assert is_solvent(world, token, programme)
