"""Which shops take part: by name, by the category that the programme itself gives them, and never when excluded."""

import pytest

from contracts.wire.reasons import Reason
from tests.contract.books import verdict
from tests.contract.machines import on_each
from tests.contract.world import ADMITTED, BY_CATEGORY, EXCLUDED, World

pytestmark = on_each
CLOTHES, SPORTS, LAST = 1, 2, 63


@pytest.mark.parametrize(
    ("standing", "category", "categories", "takes_part"),
    [
        (BY_CATEGORY, 0, 0, False),
        (BY_CATEGORY, 0, 2**64 - 2, False),
        (BY_CATEGORY, CLOTHES, 0, False),
        (BY_CATEGORY, CLOTHES, 1 << CLOTHES, True),
        (BY_CATEGORY, CLOTHES, 1 << SPORTS, False),
        (BY_CATEGORY, SPORTS, 1 << SPORTS | 1 << CLOTHES, True),
        (BY_CATEGORY, LAST, 1 << LAST, True),
        (BY_CATEGORY, LAST, 2**64 - 2 - (1 << LAST), False),
        (ADMITTED, 0, 0, True),
        (ADMITTED, SPORTS, 1 << CLOTHES, True),
        (EXCLUDED, CLOTHES, 1 << CLOTHES, False),
        (EXCLUDED, 0, 2**64 - 2, False),
    ],
)
def test_who_takes_part(world, standing, category, categories, takes_part):
    world.set_rules(categories=categories)
    world.place(standing=standing, category=category)
    assert world.contract.view("is_admitted", 1, 1) is takes_part
    world.till.pay("family-01", 100)
    assert verdict(world.settle_new()) == ([] if takes_part else [(1, Reason.SHOP_NOT_ADMITTED)])
    world.till.ask("family-01", 100)
    assert verdict(world.settle_new()) == ([] if takes_part else [(2, Reason.ASK_SHOP_NOT_ADMITTED)])


def test_each_programme_says_for_itself_what_a_shop_is(world):
    """No sponsor's word counts in another's programme."""
    world.register_sponsor("sponsor-02")
    second = world.create_programme("sponsor-02", funds=10_000, categories=1 << CLOTHES)
    world.place(standing=BY_CATEGORY, category=CLOTHES)
    assert not world.contract.view("is_admitted", second, 1)
    world.place(1, second, BY_CATEGORY, CLOTHES, sponsor="sponsor-02")
    assert world.contract.view("is_admitted", second, 1)
    assert not world.contract.view("is_admitted", 1, 1)


def test_a_change_of_place_keeps_the_account(world):
    world.till.pay("family-01", 3_000)
    world.settle_new()
    world("pay_out", 1, 1)
    world.till.refund("family-01", 1_000, sale=1)
    world.till.refund("family-01", 500, sale=1)
    world.settle_new()
    accounts = account(world)
    for standing, category in ((EXCLUDED, 63), (BY_CATEGORY, 1), (ADMITTED, 0)):
        world.place(standing=standing, category=category)
        assert account(world) == accounts
    world.till.pay("family-01", 2_000)
    assert [event.to_budget for event in world.settle_new().named("Repaid")] == [1_000, 500]
    world.place(standing=EXCLUDED)
    assert account(world) == (500, 0, 3_500)


def account(world: World) -> tuple[int, ...]:
    """Credit, owed and taken of the shop."""
    return tuple(world.contract.view(name, 1, 1) for name in ("credit", "owed", "taken"))


def test_a_category_that_is_replaced_counts_no_more(world):
    world.set_rules(categories=1 << CLOTHES)
    world.place(standing=BY_CATEGORY, category=CLOTHES)
    world.place(standing=BY_CATEGORY, category=SPORTS)
    assert not world.contract.view("is_admitted", 1, 1)
    place = world.contract.view("placed", 1, 1)
    assert (place.category, place.standing) == (SPORTS, BY_CATEGORY)
