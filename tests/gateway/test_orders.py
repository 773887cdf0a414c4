"""Orders that wait at shops: the desk says them, tills read those of their own shop."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from contracts.gateway.serving import orders
from contracts.gateway.serving.orders import Order
from contracts.gateway.store import tables
from contracts.wire.errors import Broken, Refused, TryAgain
from contracts.wire.reasons import Reason
from contracts.wire.units import Address, Cents, Timestamp, to_hex
from provisioning.offering import Row, publish
from tests.gateway.admins import bearer
from tests.gateway.desk import Desk
from tests.gateway.ledger_town import Town
from tests.gateway.process import GatewayProcess, until
from tests.gateway.world import ADMITTED, DAY, Pass, Till, World, moment

NOW = Timestamp(1_000)


def row(card: Pass, amount: int = 8_900, later: int = DAY, name: str = "bicycle", programme: int = 1) -> dict[str, Any]:
    about = {"programme": programme, "amount": amount, "until": moment(None, later), "name": name}
    return {"pass_address": to_hex(card.address), **about}


def put(gateway: GatewayProcess, shop: int, *rows: dict[str, Any], role: str = "enrol") -> httpx.Response:
    path = f"/v1/admin/shops/{shop}/orders"
    return gateway.client.put(path, headers=bearer(gateway, role), json={"orders": rows})


def told(gateway: GatewayProcess, till: Till, count: int = 0) -> Any:
    """Once the gateway has read that there is such a till, and that so many orders are set aside."""

    def has_read(answer: httpx.Response) -> bool:
        return answer.status_code == 200 and len(answer.json()["orders"]) >= count

    return until(lambda: gateway.get(till, "orders"), has_read).json()["orders"]


def buyer(world: World, shop: int, amount: int = 8_900) -> Pass:
    """A pass that has set this aside for the shop."""
    card = world.card(10_000)
    world.send(world.order(card, amount, shop))
    return card


def test_a_till_reads_the_orders_of_its_own_shop(gateway: GatewayProcess, world: World):
    here, there = world.shop(ADMITTED), world.shop(ADMITTED)
    till, other = world.till(shop=here, slice_cents=0), world.till(shop=there, slice_cents=0)
    assert (told(gateway, till), told(gateway, other)) == ([], [])
    both = [row(buyer(world, here)), row(buyer(world, here, 100), 100, name="fiets, 20″")]
    first, second = sorted(both, key=lambda one: one["pass_address"])

    answer = put(gateway, here, second, first)

    assert (answer.status_code, answer.json()) == (200, {"orders": 2})
    assert told(gateway, till, 2) == [first, second]
    assert told(gateway, other) == [], "they wait at another shop"
    assert put(gateway, here, first).json() == {"orders": 1}
    assert told(gateway, till) == [first], "what is said again replaces all of before"
    assert put(gateway, here).json() == {"orders": 0}
    assert told(gateway, till) == []


def test_an_expired_order_is_not_told(world: World, gateway: GatewayProcess):
    shop = world.shop(ADMITTED)
    till = world.till(shop=shop, slice_cents=0)
    told(gateway, till)
    late, fresh = row(buyer(world, shop), later=-1), row(buyer(world, shop))
    put(gateway, shop, fresh, late)
    assert told(gateway, till, 1) == [fresh]


def test_who_may_say_and_who_may_read(gateway: GatewayProcess, world: World):
    path, till = "/v1/admin/shops/1/orders", world.till(slice_cents=0)
    assert gateway.client.put(path, json={"orders": []}).status_code == 401
    assert [put(gateway, 1, role=role).status_code for role in ("watch", "operate")] == [403, 403]
    told(gateway, till)
    assert gateway.client.get(f"{till.url}/orders").status_code == 401
    assert gateway.client.get(f"{till.url}/orders", headers=till.headers(f"{till.url}/position")).status_code == 401
    assert gateway.get(Till(world.domain), "orders").status_code == 403
    assert gateway.client.get(f"{till.url}/orders", headers=bearer(gateway, "enrol")).status_code == 401


@pytest.mark.parametrize(
    "wrong",
    [
        {"pass_address": "0x12"},
        {"pass_address": "0x" + "AB" * 20},
        {"programme": 0},
        {"programme": 2**32},
        {"programme": True},
        {"amount": 0},
        {"amount": 2**32},
        {"amount": "100"},
        {"amount": 1.0},
        {"until": -1},
        {"until": 2**40},
        {"name": ""},
        {"name": "   "},
        {"name": "x" * 41},
        {"name": "two\nlines"},
        {"name": "turned \N{RIGHT-TO-LEFT OVERRIDE} round"},
        {"price": 3},
    ],
)
def test_what_is_no_order_is_refused_and_changes_nothing(
    gateway: GatewayProcess, world: World, wrong: dict[str, object]
):
    shop = world.shop(ADMITTED)
    till, right = world.till(shop=shop, slice_cents=0), row(buyer(world, shop))
    told(gateway, till)
    put(gateway, shop, right)
    told(gateway, till, 1)
    answer = put(gateway, shop, row(Pass()), {**row(Pass()), **wrong})
    assert (answer.status_code, answer.json()["reason"]) == (422, Reason.REQUEST_FORM)
    assert told(gateway, till) == [right]


def test_how_many_orders_and_for_whom(gateway: GatewayProcess):
    card = Pass()
    assert put(gateway, 1, row(card), row(card, programme=2)).json() == {"orders": 2}
    twice = put(gateway, 1, row(card), row(card, 200))
    assert (twice.status_code, "one order in each programme" in twice.json()["detail"]) == (422, True)
    many = [{**row(card), "pass_address": f"0x{number:040x}", "name": "\N{BICYCLE}" * 40} for number in range(501)]
    assert put(gateway, 1, *many[:500]).json() == {"orders": 500}
    assert put(gateway, 1, *many).status_code == 422
    put(gateway, 1)


def test_a_shop_that_nobody_knows_is_refused_by_name(gateway: GatewayProcess):
    answer = put(gateway, 4_000_000_000, row(Pass()))
    assert (answer.status_code, answer.json()["reason"]) == (404, Reason.NOTHING_NEW)
    assert "shop 4000000000 is not on the contract" in answer.json()["detail"]
    assert put(gateway, 0).status_code == 422


def test_a_till_whose_registration_is_not_final_is_asked_to_come_again(where: str | Path):
    with_town = Town(where)
    with pytest.raises(TryAgain, match="not final yet"):
        orders.orders_for(with_town.store, with_town.tills[0].address, NOW)
    with_town.store.close()


def town_with_orders(where: str | Path) -> Town:
    """A till at shop 1, for which two passes have set 8,900 and 100 aside."""
    town = Town(where)
    town.programme()
    town.register(0, 1)
    for card, amount in enumerate((8_900, 100)):
        town.happen("Granted", programme=1, pass_address=to_hex(town.cards[card].address), left=10_000)
        town.set_aside(1, 1, card, amount)
    return town


def test_to_the_last_second_an_order_may_be_fetched(where: str | Path):
    town = town_with_orders(where)
    order = Order(town.cards[0].address, 1, Cents(8_900), NOW, "bicycle")
    with town.store.writing() as connection:
        orders.replace(connection, 1, [order], NOW)
    till = town.tills[0].address
    assert orders.orders_for(town.store, till, NOW) == [order]
    assert orders.orders_for(town.store, till, Timestamp(NOW + 1)) == []
    town.store.close()


def test_a_list_is_replaced_wholly_or_not_at_all(where: str | Path):
    town = town_with_orders(where)
    first, second = (Order(town.cards[card].address, 1, Cents(100), NOW, "book") for card in (1, 0))
    with town.store.writing() as connection:
        orders.replace(connection, 1, [first], NOW)
    with pytest.raises(TryAgain), town.store.writing() as connection:
        orders.replace(connection, 1, [second, second], NOW)
    assert orders.orders_for(town.store, town.tills[0].address, NOW) == [first]
    town.store.close()


def test_what_has_expired_is_kept_no_longer_than_until_the_next_list(where: str | Path):
    """Names of things stand beside passes here, and of what is over nobody has any use."""
    town = Town(where)
    with town.store.writing() as connection:
        for shop, card in enumerate(town.cards[:2], 1):
            orders.replace(connection, shop, [Order(card.address, 1, Cents(100), Timestamp(NOW + shop), "book")], NOW)
        orders.replace(connection, 2, [], Timestamp(NOW + 1))
        assert connection.execute(select(tables.orders.c.shop)).scalars().all() == [1]
        orders.replace(connection, 2, [], Timestamp(NOW + 2))
        assert connection.execute(select(tables.orders)).all() == []
    town.store.close()


# ------------------------------------------------------------------------------------- what is set aside, and asked for

Told = tuple[list[int], list[int]]


@pytest.fixture
def counter(world: World, desk: Desk) -> "Counter":
    return Counter(world, desk)


class Counter:
    """Two tills of one shop, a pass that has set 3,000 of its 10,000 aside there, and the desk's word of it."""

    def __init__(self, world: World, desk: Desk) -> None:
        self.world, self.desk = world, desk
        self.shop = world.shop(ADMITTED)
        self.tills = world.till(shop=self.shop), world.till(shop=self.shop)
        self.card = world.card(10_000)
        desk.time = moment()
        desk.read()

    def order(self, amount: int = 3_000) -> None:
        order = Order(self.card.address, 1, Cents(amount), moment(None, 3_600), "bicycle")
        with self.desk.store.writing() as connection:
            orders.replace(connection, self.shop, [order], self.desk.clock())

    def set_aside(self, amount: int = 3_000, shop: int | None = None) -> None:
        self.world.send(self.world.order(self.card, amount, shop or self.shop))

    def told(self) -> Told:
        """What each till is told: amounts."""
        first, second = (orders.orders_for(self.desk.store, till.address, self.desk.clock()) for till in self.tills)
        return [order.amount for order in first], [order.amount for order in second]


TO_BOTH: Told = [3_000], [3_000]
TO_NONE: Told = [], []


def test_an_order_is_told_as_long_as_its_money_is_set_aside_also_ahead_of_final_blocks(counter: Counter):
    counter.order()
    assert counter.told() == TO_NONE, "nobody has set it aside"
    counter.set_aside()
    counter.desk.ahead.step()
    assert counter.told() == TO_BOTH
    counter.desk.read()
    assert counter.told() == TO_BOTH
    counter.world.send(counter.world.free(counter.card, counter.shop))
    counter.desk.read()
    assert counter.told() == TO_NONE


def test_an_order_of_another_amount_or_at_another_shop_is_not_told(counter: Counter):
    counter.set_aside(3_000, counter.world.shop(ADMITTED))
    counter.set_aside(2_999)
    counter.desk.read()
    counter.order()
    assert counter.told() == TO_NONE
    counter.order(2_999)
    assert counter.told() == ([2_999], [2_999])


def test_an_order_that_one_till_asks_for_is_offered_by_no_other_and_never_again_once_it_is_paid(counter: Counter):
    counter.set_aside()
    counter.order()
    counter.desk.read()
    first, _ = counter.tills
    before = counter.desk.told(counter.tills[1]).version
    first.ask(counter.card, 3_000)
    counter.desk.take_in(first)
    assert counter.told() == ([3_000], []), "a till knows best what became of its own ask"
    assert counter.desk.told(counter.tills[1]).version != before, "so the other one asks for its orders now"
    counter.desk.settle(first)
    assert (counter.desk.reasons(first), counter.told()) == ([0], TO_NONE)


def test_by_a_phones_code_too(counter: Counter):
    counter.set_aside()
    counter.order()
    counter.desk.read()
    counter.tills[1].phone_ask(counter.card, 3_000, counter=1)
    counter.desk.take_in(counter.tills[1])
    assert counter.told() == ([], [3_000])


def test_an_order_is_offered_again_once_the_ask_is_refused_for_certain(counter: Counter):
    counter.set_aside()
    counter.order()
    first, second = counter.tills
    first.ask(counter.card, 3_000, deadline=moment(None, -1))
    counter.desk.read()
    counter.desk.take_in(first)
    assert counter.told() == ([3_000], [])
    counter.desk.settle(first)
    assert (counter.desk.reasons(first), counter.told()) == ([Reason.ASK_TOO_LATE], TO_BOTH)
    second.ask(counter.card, 3_000)
    counter.desk.settle(second)
    assert (counter.desk.reasons(second), counter.told()) == ([0], TO_NONE)


@pytest.mark.parametrize(
    "sell",
    [
        lambda till, card: till.ask(card, 2_999),
        lambda till, card: till.ask(Pass(), 3_000),
        lambda till, card: till.pay(card, 3_000),
    ],
)
def test_what_is_no_ask_for_it_hides_no_order(counter: Counter, sell: Any):
    counter.set_aside()
    counter.order()
    counter.desk.read()
    sell(counter.tills[0], counter.card)
    counter.desk.take_in(counter.tills[0])
    assert counter.told() == TO_BOTH


def test_nor_does_an_ask_at_another_shop_or_behind_a_journals_end(counter: Counter):
    counter.set_aside()
    counter.order()
    elsewhere = counter.world.till(shop=counter.world.shop(ADMITTED))
    counter.tills[0].retire()
    counter.desk.settle(counter.tills[0])
    for till in (elsewhere, counter.tills[0]):
        till.ask(counter.card, 3_000)
        counter.desk.take_in(till)
    assert counter.told() == TO_BOTH


# ------------------------------------------------------------------------------------------------------- the desk's


@pytest.fixture
def token(gateway: GatewayProcess) -> str:
    return bearer(gateway, "enrol")["Authorization"].removeprefix("Bearer ")


def test_the_desk_publishes_what_waits(gateway: GatewayProcess, world: World, token: str):
    shop = world.shop(ADMITTED)
    card, other = buyer(world, shop), buyer(world, shop, 1)
    till = world.till(shop=shop, slice_cents=0)
    told(gateway, till)
    order = Row(
        card.address, 1, Cents(8_900), moment(None, DAY), "a  bicycle\n" + "for a child of seven years old in red"
    )
    publish(gateway.url, token, shop, [order])
    (found,) = told(gateway, till, 1)
    assert found == {**row(card), "until": order.until, "name": "a bicycle for a child of seven years old"}
    publish(gateway.url, token, shop, [Row(other.address, 1, Cents(1), order.until, "\n")])
    assert told(gateway, till)[0]["name"] == "?"
    publish(gateway.url, token, shop, [])
    assert told(gateway, till) == []


def test_what_keeps_the_desk_from_publishing(gateway: GatewayProcess, token: str):
    order = Row(Address(bytes(20)), 1, Cents(100), moment(), "book")
    with pytest.raises(Refused, match="shop 4000000000") as unknown:
        publish(gateway.url, token, 4_000_000_000, [order])
    assert unknown.value.reason == Reason.NOTHING_NEW
    with pytest.raises(Refused, match="credential") as stranger:
        publish(gateway.url, "wrong", 1, [order])
    assert stranger.value.reason == Reason.ADMIN_UNKNOWN
    with pytest.raises(TryAgain, match="does not answer"):
        publish("http://127.0.0.1:1", token, 1, [order])
    with pytest.raises(Broken, match="one order in each programme"):
        publish(gateway.url, token, 1, [order, order])
    with pytest.raises(Broken, match="501 orders"):
        publish(gateway.url, token, 1, [order] * 501)
