"""What is set aside goes back: to the budget, to that of the pass that stands for it, or to the sponsor."""

from itertools import pairwise

from tests.contract.books import RESERVE, SLICE, books, set_aside, verdict
from tests.contract.journals import NOW, address
from tests.contract.machines import on_each
from tests.contract.ordered import UNTIL, budget, freed, ordered, refused
from tests.contract.world import DAY, ENDS

pytestmark = on_each


def test_when_its_time_is_over_anybody_frees_it(world):
    ordered(world)
    world.evm.time = UNTIL
    assert world.refusal("free_order", 1, 1, address("family-01"), sender="anybody") == "order: not over"
    world.evm.time = UNTIL + 1
    assert freed(world) == (8_900, 0)
    assert set_aside(world, "family-01") == (0, 0)
    assert books(world) == (10_000, 0, 0, 0, SLICE, RESERVE)
    assert world.refusal("free_order", 1, 1, address("family-01"), sender="anybody") == "order: none"


def test_before_that_only_who_may_grant_does(world):
    ordered(world)
    world.register_sponsor("sponsor-02")
    world("set_roles", address("clerk-01"), 2 | 4)
    for sender in ("anybody", "sponsor-02", "shop-01", "family-01", "clerk-01", "owner"):
        assert world.refusal("free_order", 1, 1, address("family-01"), sender=sender) == "order: not over"
    world("set_roles", address("clerk-01"), 1)
    assert freed(world, "clerk-01") == (8_900, 0)


def test_only_what_is_named_is_freed(world):
    other = world.new_shop("shop-02")
    ordered(world, 1_000)
    ordered(world, 2_000, shop=other)
    assert world.refusal("free_order", 1, 1, address("family-02")) == "order: none"
    assert world.refusal("free_order", 2, 1, address("family-01")) == "order: none"
    assert freed(world, "sponsor-01", shop=other) == (2_000, 0)
    assert set_aside(world, "family-01") == (1_000, UNTIL)


def test_the_day_gets_back_what_reached_the_budget(world):
    ordered(world)
    freed(world, "sponsor-01")
    assert budget(world) == (10_000, 0, 0, NOW // DAY)


def test_what_slices_paid_meanwhile_is_repaid_first(world):
    """Or a pass could hide its budget in an order, pay at a till that does not know yet, and have it back each time."""
    ordered(world, 10_000)
    for _ in range(2):
        world.till.pay("family-01", 3_000)
    world.settle_new()
    assert books(world) == (0, 0, 6_000, 6_000, SLICE - 6_000, RESERVE)
    assert freed(world, "sponsor-01") == (4_000, 6_000)
    assert books(world) == (4_000, 6_000, 0, 6_000, SLICE - 6_000, RESERVE + 6_000)
    assert budget(world) == (4_000, 6_000, 6_000, NOW // DAY)
    ordered(world, 4_000, number=2)
    assert freed(world, "sponsor-01") == (4_000, 0)
    world.till.refund("family-01", 3_000, sale=1)
    assert verdict(world.settle_new()) == []
    assert books(world) == (7_000, 3_000, 0, 3_000, SLICE - 6_000, RESERVE + 6_000)


def test_after_the_end_it_goes_to_the_reserve(world):
    ordered(world)
    world.evm.time = ENDS + 1
    assert freed(world) == (0, 8_900)
    assert books(world) == (1_100, 0, 0, 0, SLICE, RESERVE + 8_900)


def test_an_end_that_came_sooner_leaves_no_money_stuck(world):
    """Its time goes on past the end that was moved: who may grant frees it, and anybody once all is closed."""
    ordered(world, until=ENDS)
    ordered(world, 500, shop=world.new_shop("shop-02"), until=ENDS)
    world.set_rules(ends=NOW)
    world.evm.time = NOW + 1
    assert world.refusal("free_order", 1, 1, address("family-01"), sender="anybody") == "order: not over"
    assert freed(world, "sponsor-01", shop=2) == (0, 500)
    world.evm.time = NOW + 90 * DAY + 1
    world("close_programme", 1)
    world("sweep", 1, [address("family-01")], [world.till.address])
    assert world.evm.time < ENDS
    assert freed(world) == (0, 8_900)
    world("withdraw", 1, 1_000_000)
    assert world.contract.view("held", 1) == 0


def test_a_replaced_passs_order_goes_to_its_successor(world):
    ordered(world)
    world("reissue", 1, address("family-01"), address("family-51"))
    world("reissue", 1, address("family-51"), address("family-52"))
    assert set_aside(world, "family-01") == (8_900, UNTIL)
    assert set_aside(world, "family-52") == (0, 0)
    assert freed(world, "sponsor-01") == (8_900, 0)
    assert [budget(world, name)[0] for name in ("family-01", "family-51", "family-52")] == [0, 0, 10_000]


def test_a_pass_that_was_replaced_too_often_leaves_it_to_the_sponsor(world):
    ordered(world)
    names = ["family-01", *(f"family-{number}" for number in range(51, 60))]
    for old, new in pairwise(names):
        world("reissue", 1, address(old), address(new))
    assert freed(world, "sponsor-01") == (0, 8_900)


def test_the_successor_orders_for_itself_at_the_same_shop(world):
    ordered(world, 4_000)
    world("reissue", 1, address("family-01"), address("family-51"))
    assert refused(world, 100, shop=world.new_shop("shop-02")) == "order: pass blocked"
    ordered(world, 100, holder="family-51", number=2)
    assert set_aside(world, "family-51") == (100, UNTIL)


def test_a_blocked_pass_gets_it_back(world):
    ordered(world)
    world("set_pass_blocked", 1, address("family-01"), True)
    assert freed(world, "sponsor-01") == (8_900, 0)


def test_a_budget_that_has_no_room_for_it_leaves_it_to_the_sponsor(world):
    """Grants may fill a budget while something of it is set aside."""
    ordered(world, 8_900)
    world.fund(1, 2**32)
    world.grant("family-01", 2**32 - 1 - 1_100 - 900)
    assert freed(world, "sponsor-01") == (900, 8_000)
    assert budget(world)[:2] == (2**32 - 1, 0)
