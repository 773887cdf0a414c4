"""What is set aside in a block that is not final is left for no till, once and no longer than it holds."""

from collections.abc import Callable
from typing import Any

import pytest

from contracts.gateway.store import ahead
from contracts.gateway.store.ahead import Ahead
from contracts.gateway.store.database import forget_projection
from contracts.wire.units import to_hex
from tests.gateway.desk import Desk
from tests.gateway.node_town import Town
from tests.gateway.process import GatewayProcess, until
from tests.gateway.world import ADMITTED, DAY, Pass, Till, World, moment

AtHand = tuple[Till, Pass]


@pytest.fixture
def at_hand(world: World, desk: Desk) -> AtHand:
    """A till, and a pass with 10,000, of which final blocks know; what comes now is ahead of them."""
    till, card = world.till(), world.card(10_000)
    desk.time = moment()
    desk.read()
    return till, card


def told(desk: Desk, at_hand: AtHand) -> tuple[object, object, object]:
    """Left, today and its day."""
    left, _, today, day, *_ = desk.told_budget(*at_hand)
    return left, today, day


def ahead_of(desk: Desk) -> list[Ahead]:
    with desk.store.reading() as connection:
        return ahead.read(connection)


def test_what_is_set_aside_ahead_of_final_blocks_is_told_as_taken(world: World, desk: Desk, at_hand: AtHand):
    before = desk.told(at_hand[0]).version
    world.send(world.order(at_hand[1], 3_000))
    desk.ahead.step()
    assert told(desk, at_hand) == (7_000, 3_000, moment() // DAY)
    assert desk.told(at_hand[0]).version != before, "or nobody would be told"


def test_once_it_is_final_it_is_not_taken_twice(world: World, desk: Desk, at_hand: AtHand):
    world.send(world.order(at_hand[1], 3_000))
    desk.ahead.step()
    waiting, version = told(desk, at_hand), desk.told(at_hand[0]).version
    desk.read()
    assert told(desk, at_hand) == waiting, "in the very transaction in which the reader takes it"
    assert ahead_of(desk) == []
    assert desk.told(at_hand[0]).version != version
    desk.ahead.step()
    assert told(desk, at_hand) == waiting
    assert (desk.budget(at_hand[1]).left, desk.aside(at_hand[1])) == (7_000, 3_000)


def test_more_than_one_shop_and_more_than_is_left(world: World, desk: Desk, at_hand: AtHand):
    till, card = at_hand
    till.pay(card, 4_500)
    desk.take_in(till)
    world.send(world.order(card, 3_000))
    world.send(world.order(card, 4_000, world.shop(ADMITTED)))
    desk.ahead.step()
    assert told(desk, at_hand)[0] == 0, "the payment is drawn in part, if it comes later"
    desk.settle(till)
    assert (told(desk, at_hand)[0], desk.budget(card).left) == (0, 0)


def test_what_is_freed_ahead_comes_back_when_it_is_final(world: World, desk: Desk, at_hand: AtHand):
    world.send(world.order(at_hand[1], 3_000))
    world.send(world.free(at_hand[1]))
    world.send(world.order(at_hand[1], 1_000))
    desk.ahead.step()
    assert told(desk, at_hand)[0] == 6_000, "only ever less than there is"
    desk.read()
    assert told(desk, at_hand)[0] == 9_000


def test_an_ask_for_it_takes_nothing_more(world: World, desk: Desk, at_hand: AtHand):
    till, card = at_hand
    world.send(world.order(card, 3_000))
    desk.ahead.step()
    till.ask(card, 3_000)
    desk.take_in(till)
    assert told(desk, at_hand)[0] == 7_000
    till.ask(card, 3_000)
    desk.take_in(till, 2)
    assert told(desk, at_hand)[0] == 4_000, "of two asks for one order the second takes from what is left"


def test_a_look_that_finds_nothing_new_changes_nothing(
    world: World, desk: Desk, at_hand: AtHand, monkeypatch: pytest.MonkeyPatch
):
    world.send(world.order(at_hand[1], 3_000))
    desk.ahead.step()
    version, newest = desk.told(at_hand[0]).version, desk.node.latest()
    monkeypatch.setattr(desk.node, "latest", lambda: newest)
    desk.ahead.step()
    asked: list[int] = []
    monkeypatch.setattr(desk.node, "set_aside_after", asked.append)
    desk.ahead.step()
    assert (asked, desk.told(at_hand[0]).version) == ([], version), "the same block is looked at once"


def test_what_another_process_has_read_meanwhile_is_left_to_it(
    world: World, desk: Desk, at_hand: AtHand, monkeypatch: pytest.MonkeyPatch
):
    world.send(world.order(at_hand[1], 3_000))
    look: Any = desk.node.set_aside_after

    def late(block: int) -> Any:
        found = look(block)
        desk.read()
        return found

    monkeypatch.setattr(desk.node, "set_aside_after", late)
    desk.ahead.step()
    assert (ahead_of(desk), told(desk, at_hand)[0]) == ([], 7_000)


def test_it_is_forgotten_with_all_else_from_the_chain(world: World, desk: Desk, at_hand: AtHand):
    world.send(world.order(at_hand[1], 3_000))
    desk.ahead.step()
    with desk.store.writing() as connection:
        forget_projection(connection, world.block)
    assert ahead_of(desk) == []
    desk.read()
    assert told(desk, at_hand)[0] == 7_000


def test_the_gateway_tells_it_before_its_block_is_final(own_world: World, start: Callable[..., GatewayProcess]):
    till, card = own_world.till(), own_world.card(10_000)
    gateway = start("--final-depth", "10", on=own_world)
    until(lambda: gateway.get(till, "snapshot"), lambda answer: answer.status_code == 200)
    set_aside = own_world.send(own_world.order(card, 3_000))["blockNumber"]

    def told() -> Any:
        return gateway.snapshot(till)

    read: Any = until(told, lambda told: [each[2] for each in told["budgets"]] == [7_000])
    assert read["block"] < set_aside
    read = until(told, lambda told: told["block"] >= set_aside)
    assert [each[2] for each in read["budgets"]] == [7_000]


# ----------------------------------------------------------------------------------------------------- undone, on anvil


def order(town: Town, cents: int) -> str:
    """Set aside in the newest block, which the gateway has seen; the transaction."""
    sent = town.world.send(town.world.order(town.card, cents))
    town.desk.read()
    town.desk.ahead.step()
    return to_hex(sent["transactionHash"])


def test_f13_what_an_undone_block_set_aside_is_left_again(town: Town):
    sent = order(town, 300)
    assert town.left() == 700
    version = town.desk.told(town.till).version
    town.hold()
    town.reorganise(1)
    town.ask("anvil_dropTransaction", sent)
    town.desk.read()
    town.desk.ahead.step()
    assert town.left() == 1_000
    assert town.desk.told(town.till).version != version
    town.mine(4)
    town.desk.read()
    assert town.left() == 1_000


def test_f13_set_aside_again_in_another_block_it_is_taken_once(town: Town):
    order(town, 300)
    town.reorganise(1)
    order(town, 300)
    assert town.left() == 700
    town.mine(4)
    town.desk.read()
    assert (town.left(), town.desk.budget(town.card).left) == (700, 700)
    assert ahead_of(town.desk) == []


def test_f13_a_block_that_is_undone_and_never_looked_for_again_holds_nothing_back(town: Town):
    """The node was away meanwhile: what its final blocks have passed is dropped by the reader alone."""
    sent = order(town, 300)
    town.hold()
    town.reorganise(1)
    town.ask("anvil_dropTransaction", sent)
    town.mine(4)
    version = town.desk.told(town.till).version
    town.desk.read()
    assert town.left() == 1_000
    assert town.desk.told(town.till).version != version
