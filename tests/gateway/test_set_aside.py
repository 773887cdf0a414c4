"""What is set aside of a budget for an order, by a real contract, and what tills are told of it."""

from typing import Any

import pytest

from contracts.wire.reasons import Reason
from tests.gateway.desk import Desk
from tests.gateway.world import ADMITTED, DAY, FLOOR, Pass, Till, World, moment

BICYCLE = 8_900
assert BICYCLE > FLOOR

AtHand = tuple[Till, Pass]


def test_what_is_set_aside_is_not_left_and_counts_for_its_day(world: World, desk: Desk):
    till, card = world.till(), world.card(10_000)
    till.pay(card, 100, when=moment() - 3 * DAY)
    desk.settle(till)

    world.send(world.order(card, BICYCLE))

    budget = desk.budget(card)
    assert (budget.left, budget.today, budget.day) == (1_000, BICYCLE, moment() // DAY)
    assert desk.aside(card) == BICYCLE
    assert desk.told_budget(till, card)[0] == 1_000


def test_an_order_that_is_fetched_takes_nothing_more(world: World, desk: Desk):
    till, card = world.till(), world.card(10_000)
    world.send(world.order(card, BICYCLE))
    before = desk.budget(card)
    till.ask(card, BICYCLE)

    desk.settle(till)

    assert desk.outcomes(till) == [(1, 0, BICYCLE)]
    assert (desk.budget(card), desk.aside(card)) == (before, 0)
    assert [(sale.amount, sale.refunded) for sale in desk.sales(till, card)] == [(BICYCLE, 0)]
    till.refund(card, 900, sale=1)
    till.ask(card, BICYCLE)
    desk.settle(till)
    assert desk.reasons(till)[1:] == [0, Reason.ASK_BUDGET_SHORT], "the second is an ask as any"
    assert desk.budget(card).left == 2_000


def test_a_phones_code_that_fetches_an_order_is_used(world: World, desk: Desk):
    till, card = world.till(), world.card(10_000)
    world.send(world.order(card, BICYCLE))
    till.phone_ask(card, BICYCLE, counter=7)
    till.phone(card, 100, counter=7)
    desk.settle(till)
    assert desk.reasons(till) == [0, Reason.PHONE_CODE_USED]
    assert (desk.budget(card).counter, desk.aside(card)) == (7, 0)


def test_what_is_freed_is_left_again(world: World, desk: Desk):
    card = world.card(10_000)
    world.send(world.order(card, BICYCLE))
    world.send(world.free(card))
    budget = desk.budget(card)
    assert (budget.left, budget.today, desk.aside(card)) == (10_000, 0, 0)


def test_it_goes_back_to_the_pass_that_stands_for_this_one(world: World, desk: Desk):
    shop, card = world.shop(ADMITTED), world.card(10_000)
    world.send(world.order(card, BICYCLE))
    world.send(world.order(card, 100, shop))
    newest = world.reissue(world.reissue(card))
    till = world.till()
    desk.read()
    version = desk.told(till).version
    world.send(world.free(card))
    assert (desk.budget(newest).left, desk.budget(card).left) == (9_900, 0)
    assert (desk.aside(card), desk.aside(card, shop)) == (0, 100)
    assert desk.told(till).version != version

    newer = world.reissue(newest)
    world.send(world.free(card, shop))
    assert (desk.budget(newer).left, desk.aside(card, shop)) == (10_000, 0), "reissued and freed in one chunk"


def test_what_no_pass_can_be_given_back_is_the_sponsors(world: World, desk: Desk):
    """The contract follows a pass that was replaced eight times, and no further."""
    card = newest = world.card(10_000)
    world.send(world.order(card, BICYCLE))
    for _ in range(9):
        newest = world.reissue(newest)
    desk.read()
    world.send(world.free(card))
    assert (desk.budget(newest).left, desk.aside(card)) == (1_100, 0)


def test_it_is_known_though_nobody_shows_the_entries(world: World, desk: Desk, monkeypatch: pytest.MonkeyPatch):
    till, card = world.till(), world.card(10_000)
    world.send(world.order(card, BICYCLE))
    till.phone_ask(card, BICYCLE, counter=3)
    monkeypatch.setattr(desk.node, "call_data", lambda _: b"")
    desk.settle(till)
    assert (desk.budget(card).left, desk.budget(card).counter, desk.aside(card)) == (1_100, 3, 0)


# ---------------------------------------------------------------------------------- what is accepted and not final


def told(desk: Desk, at_hand: AtHand) -> tuple[int, int]:
    """Left and today, as a till is told when its entries are taken in; and the same when they are settled."""
    till, card = at_hand
    desk.take_in(till)
    waiting: Any = desk.told_budget(till, card)
    desk.settle(till)
    assert desk.told_budget(till, card) == waiting
    return waiting[0], waiting[2]


@pytest.fixture
def at_hand(world: World, desk: Desk) -> AtHand:
    """A till, and a pass that had 3,000 of its 10,000 set aside there."""
    till, card = world.till(), world.card(10_000)
    world.send(world.order(card, 3_000))
    desk.time = moment()
    desk.read()
    return till, card


def test_an_ask_for_an_order_is_told_as_taking_nothing(desk: Desk, at_hand: AtHand):
    till, card = at_hand
    before, budget = desk.told(till), desk.told_budget(till, card)
    till.ask(card, 3_000)
    desk.take_in(till)
    after = desk.told(till)
    assert (desk.told_budget(till, card), after.sequence) == (budget, 1)
    assert after.version != before.version, "a till counts its ask as taken until it hears that it is contained"
    assert told(desk, at_hand) == (7_000, 3_000)
    assert desk.told(till).version != after.version


def test_of_two_asks_for_one_order_the_second_takes_from_what_is_left(desk: Desk, at_hand: AtHand):
    till, card = at_hand
    till.ask(card, 3_000)
    till.phone_ask(card, 3_000, counter=5)
    assert told(desk, at_hand) == (4_000, 6_000)
    assert desk.budget(card).counter == 5


def test_by_a_phones_code_too(desk: Desk, at_hand: AtHand):
    till, card = at_hand
    till.phone_ask(card, 3_000, counter=5)
    assert told(desk, at_hand) == (7_000, 3_000)
    assert desk.budget(card).counter == 5


@pytest.mark.parametrize(
    "sell",
    [
        lambda till, card: till.ask(card, 2_999),
        lambda till, card: till.pay(card, 3_000),
        lambda till, card: till.phone(card, 3_000, counter=5),
    ],
)
def test_what_is_no_ask_for_it_takes_from_what_is_left(desk: Desk, at_hand: AtHand, sell: Any):
    till, card = at_hand
    sell(till, card)
    assert 7_000 - told(desk, at_hand)[0] in {2_999, 3_000}
    assert desk.aside(card) == 3_000


def test_an_ask_at_another_shop_takes_from_what_is_left(world: World, desk: Desk, at_hand: AtHand):
    elsewhere, card = world.till(shop=world.shop(ADMITTED)), at_hand[1]
    desk.read()
    elsewhere.ask(card, 3_000)
    assert told(desk, (elsewhere, card)) == (4_000, 6_000)
    assert desk.aside(card) == 3_000


def test_an_ask_that_comes_too_late_takes_from_what_is_left(world: World, desk: Desk):
    till, card = world.till(), world.card(10_000)
    until = moment() + 100
    world.send(world.order(card, 3_000, until=until))
    desk.read()
    till.ask(card, 3_000)
    desk.time = until + 1
    desk.take_in(till)
    assert desk.told_budget(till, card)[0] == 4_000
    other = world.till()
    desk.read()
    other.ask(card, 3_000)
    desk.time = until
    desk.take_in(other)
    assert desk.told_budget(till, card)[0] == 4_000, "the one that came in time is paid from it"


def test_a_retired_tills_ask_is_none(world: World, desk: Desk, at_hand: AtHand):
    till, card = at_hand
    till.retire()
    desk.settle(till)
    till.ask(card, 3_000)
    desk.take_in(till)
    other = world.till()
    desk.read()
    other.ask(card, 3_000)
    assert told(desk, (other, card)) == (7_000, 3_000)
