"""The most that each thief of docs/threats.md can take: each figure is reached here, and cannot be passed.

Floor limit EUR 50, limit of a day EUR 150, slice EUR 250, as the world of the tests has them. That no mix of these
comes to more is what test_approved_is_paid looks for.
"""

import pytest

from contracts.wire.hashing import keccak256
from contracts.wire.reasons import Reason
from tests.contract.books import FUNDS, SLICE, verdict
from tests.contract.journals import NOW, Till, address, code
from tests.contract.ordered import freed, ordered, refused
from tests.contract.world import DAY, DAY_LIMIT, FLOOR, World

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


def empty_by_the_day(till: Till, holder: str, now: int, *, first: int = -30) -> None:
    """Everything that a terminal can put in its journal for one pass: each day of a month, in payments at the limit."""
    for day in range(first, 3):
        for _ in range(DAY_LIMIT // FLOOR + 1):
            till.pay(holder, FLOOR, time=now + day * DAY)


# ---- a stolen terminal, or a shop with a modified one


def test_a_terminal_that_has_read_no_pass_takes_its_slice_once(world):
    for _ in range(7):
        world.till.pay("family-99", FLOOR)  # a pass that the thief made up
    world.till.pay("family-99", 1)
    receipt = world.settle_new()
    assert [reason for _, reason in verdict(receipt)] == [Reason.PASS_UNKNOWN] * 5 + [Reason.SLICE_SHORT] * 3
    assert credit(world) == SLICE
    assert world.contract.view("budget", 1, address("family-01")).left == 10_000


def test_a_terminal_takes_eight_days_from_a_pass_that_it_has_read(rich):
    """Today's limit and that of the seven days before, when the pass was not used meanwhile."""
    till = rich.new_till("till-02", 1)
    empty_by_the_day(till, "family-01", NOW)
    rich.settle(till.segment())
    assert credit(rich) == (DAYS_BACK + 1) * DAY_LIMIT


def test_and_a_ninth_in_the_last_quarter_of_an_hour_before_midnight(rich):
    rich.evm.time = midnight = (NOW // DAY + 1) * DAY - 900
    till = rich.new_till("till-02", 1)
    empty_by_the_day(till, "family-01", midnight)
    for _ in range(4):
        till.pay("family-01", FLOOR, time=midnight + 900)
    rich.settle(till.segment())
    assert credit(rich) == (DAYS_BACK + 2) * DAY_LIMIT


def test_then_one_limit_a_day_until_the_pass_is_blocked(rich):
    till = rich.new_till("till-02", 1)
    empty_by_the_day(till, "family-01", NOW)
    rich.settle(till.segment())
    for day in (1, 2, 3):
        rich.evm.time = NOW + day * DAY
        before = till.sequence
        empty_by_the_day(till, "family-01", rich.evm.time)
        rich.settle(till.segment(before + 1))
        assert credit(rich) == (DAYS_BACK + 1 + day) * DAY_LIMIT
    rich("set_pass_blocked", 1, address("family-01"), True)
    rich.evm.time += DAY
    till.pay("family-01", 1, time=rich.evm.time)
    assert verdict(rich.settle(till.segment(till.sequence))) == [(till.sequence, Reason.SLICE_SHORT)]


def test_asking_takes_no_more_than_a_day_allows(rich):
    """An ask is above the floor limit, and has no other day than the contract's."""
    till = rich.new_till("till-02", 1)
    for amount in (DAY_LIMIT, 1):
        till.ask("family-01", amount, time=NOW - 5 * DAY)
    rich.settle(till.segment())
    assert credit(rich) == DAY_LIMIT


def test_slice_and_passes_together_are_all_that_there_is(rich):
    empty_by_the_day(rich.till, "family-01", NOW)
    for _ in range(6):
        rich.till.pay("family-99", FLOOR)
    rich.settle_new()
    assert credit(rich) == (DAYS_BACK + 1) * DAY_LIMIT + SLICE
    assert rich.contract.view("slice_of", 1, rich.till.address).left == 0


def test_a_blocked_pass_costs_its_family_what_the_slice_covers_until_it_is_reissued(world):
    """The shop's money comes out of the slice, the budget goes to the sponsor: it can be granted again."""
    world("set_pass_blocked", 1, address("family-01"), True)
    for _ in range(3):
        world.till.pay("family-01", FLOOR)
    world.settle_new()
    assert world.contract.view("budget", 1, address("family-01")).left == 0
    assert world.contract.view("reserve", 1) == FUNDS - SLICE
    world.grant("family-01", 10_000)
    world("reissue", 1, address("family-01"), address("family-51"))
    world.till.pay("family-01", FLOOR)
    world.settle_new()
    assert world.contract.view("budget", 1, address("family-51")).left == 10_000


def test_a_stolen_terminal_can_give_back_what_its_shop_took_and_no_more(rich):
    """To the passes that paid there: the shop owes it out of its next sales. What others sold is out of reach."""
    other = rich.new_till("till-02", rich.new_shop("shop-02"))
    rich.till.pay("family-01", 4_000)
    other.pay("family-01", 5_000)
    rich.settle(rich.till.segment(), other.segment())
    rich("pay_out", 1, 1)
    for amount in (4_001, 4_000, 1):
        rich.till.refund("family-01", amount, sale=1)
    assert verdict(rich.settle_new()) == [(2, Reason.REFUND_TOO_MUCH), (4, Reason.REFUND_TOO_MUCH)]
    assert rich.contract.view("owed", 1, 1) == 4_000
    assert (credit(rich, 2), rich.contract.view("owed", 1, 2)) == (5_000, 0)


def test_a_stolen_key_can_put_another_journal_before_what_waits(world):
    """What the honest terminal approved since its last settlement is refused for good; the sponsor can make it good."""
    honest = world.till
    for _ in range(2):
        honest.pay("family-01", FLOOR)
    thief = Till(honest.name, honest.domain)
    thief.pay("family-99", 1)
    world.settle(thief.segment())
    assert world.settle(honest.segment()).named("SegmentRefused")[0].reason == Reason.FORK
    for entry in honest.entries:
        world("compensate", 1, 1, keccak256(entry), FLOOR)
    assert credit(world) == 2 * FLOOR + 1


def test_once_revoked_nothing_more_is_paid(rich):
    rich("revoke_terminal", 1, rich.till.address)
    empty_by_the_day(rich.till, "family-01", NOW, first=-1)
    rich.till.ask("family-01", 1)
    rich.till.refund("family-01", 1, sale=1)
    rich.settle_new()
    assert credit(rich) == 0


# ---- a copied pass at honest shops


def test_a_copied_letter_spends_the_floor_limit_at_a_time_and_the_limit_in_a_day(rich):
    """Honest clocks: what is beyond is refused at the counter, and would be drawn here."""
    for day in (0, 1):
        rich.evm.time = NOW + day * DAY
        for amount in [FLOOR] * (DAY_LIMIT // FLOOR) + [1, FLOOR + 1]:
            rich.till.pay("family-01", amount, time=rich.evm.time)
        rich.settle_new()
    slice_left = rich.contract.view("slice_of", 1, rich.till.address).left
    assert credit(rich) - (SLICE - slice_left) == 2 * DAY_LIMIT


def test_a_copied_letter_orders_by_the_day_and_fetches_it_all_at_once(rich):
    """The goods of several days on one, and not a cent beyond those days' limits; blocked, it fetches no more."""
    days = 4
    shops = [1, *(rich.new_shop(f"shop-0{number}") for number in range(2, days + 1))]
    tills = [rich.till, *(rich.new_till(f"till-0{shop}", shop) for shop in shops[1:])]
    for day, shop in enumerate(shops):
        rich.evm.time = NOW + day * DAY
        ordered(rich, DAY_LIMIT, shop=shop, until=NOW + 14 * DAY)
        assert refused(rich, 1, shop=shop, number=2) == "order: another is open"
        for till in tills:
            till.ask("family-01", 1, deadline=2**40 - 1)
    for till in tills[:-1]:
        till.ask("family-01", DAY_LIMIT, deadline=2**40 - 1)
        rich.settle_new(till)
    rich("set_pass_blocked", 1, address("family-01"), True)
    tills[-1].ask("family-01", DAY_LIMIT, deadline=2**40 - 1)
    rich.settle_new(tills[-1])
    assert sum(credit(rich, shop) for shop in shops) == (days - 1) * DAY_LIMIT
    assert freed(rich, "sponsor-01", shop=shops[-1]) == (DAY_LIMIT, 0)


def test_a_copied_phone_code_is_worth_one_payment_from_the_budget(rich):
    """Each offline till that takes the copy is paid by its slice."""
    tills = [rich.till, *(rich.new_till(f"till-0{number}", 1, SLICE) for number in (2, 3))]
    for till in tills:
        till.phone("family-01", 2_000, code(2_000, 1))
    receipt = rich.settle(*(till.segment() for till in tills))
    assert [reason for _, reason in verdict(receipt)] == [Reason.PHONE_CODE_USED] * 2
    slices = sum(rich.contract.view("slice_of", 1, till.address).left for till in tills)
    assert credit(rich) - (3 * SLICE - slices) == 2_000


# ---- shops that work together


@pytest.mark.parametrize("rounds", [1, 4])
def test_refunds_make_no_money_and_no_day_longer(rich, rounds):
    """Two shops sell and give back in turns, and are paid out whenever they can be: they end with the day's limit."""
    second = rich.new_till("till-02", rich.new_shop("shop-02"))
    first = rich.new_till("till-03", 1)
    for _ in range(rounds):
        for till, shop in ((first, 1), (second, 2)):
            for _ in range(4):
                till.pay("family-01", FLOOR)
            rich.settle_new(till)
            if rich.contract.view("credit", 1, shop):
                rich("pay_out", shop, 1)
            till.refund("family-01", FLOOR, sale=1)
            till.refund("family-01", DAY_LIMIT, sale=1)
            rich.settle_new(till)
    paid = sum(rich.euro.view("balanceOf", address(name)) for name in ("shop-01", "shop-02"))
    assert paid + credit(rich, 1) + credit(rich, 2) == DAY_LIMIT
    assert rich.contract.view("budget", 1, address("family-01")).left == BUDGET - DAY_LIMIT


def test_a_slice_is_not_filled_again_by_giving_back(world):
    for _ in range(3):
        for _ in range(5):
            world.till.pay("family-99", FLOOR)
        world.till.refund("family-99", SLICE, sale=1)
    world.settle_new()
    assert credit(world) == 0
    assert world.contract.view("slice_of", 1, world.till.address).left == 0
    assert world.contract.view("reserve", 1) == FUNDS - 10_000


def test_a_shop_of_another_sponsor_takes_nothing_here(world):
    """Its terminal has no slice here, its shop no place; what its terminal says of others' passes is rejected."""
    world.register_sponsor("sponsor-02")
    shop = world.new_shop("shop-02", (), sponsor="sponsor-02")
    till = world.new_till("till-02", shop, sponsor="sponsor-02")
    till.pay("family-01", FLOOR)
    till.ask("family-01", FLOOR)
    till.refund("family-01", 1, sale=1)
    before = world.contract.view("budget", 1, address("family-01")).fields
    receipt = world.settle(till.segment())
    expected = [Reason.SLICE_SHORT, Reason.ASK_SHOP_NOT_ADMITTED, Reason.REFUND_TOO_MUCH]
    assert [reason for _, reason in verdict(receipt)] == expected
    assert world.contract.view("budget", 1, address("family-01")).fields == before
