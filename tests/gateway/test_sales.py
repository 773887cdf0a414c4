"""What may be given back to a pass at a shop, as its terminals are told."""

from collections.abc import Callable

import pytest

from contracts.gateway.serving import sales
from contracts.wire.errors import TryAgain
from contracts.wire.reasons import Reason
from contracts.wire.units import to_hex
from tests.gateway.desk import Desk
from tests.gateway.process import GatewayProcess, until
from tests.gateway.world import ADMITTED, DAY, Pass, Till, World, moment

Start = Callable[..., GatewayProcess]


def told(desk: Desk, till: Till, card: Pass) -> list[tuple[int, int, int]]:
    """Sequence, amount and what was refunded of each, the newest first."""
    return [(sale.sequence, sale.amount, sale.refunded) for sale in desk.sales(till, card)]


def test_a_terminal_asks_for_the_sales_to_a_pass(world: World, gateway: GatewayProcess):
    till, other, card = world.till(), world.till(), world.card()
    now = moment()
    till.pay(card, 700, when=now - 5)
    till.ask(card, 900, when=now)
    till.refund(card, 200, sale=1)
    gateway.post(till, till.body())
    gateway.outcomes(till, 3)

    target = f"sales?pass_address={to_hex(card.address)}"
    answer = gateway.get(other, target)

    assert answer.status_code == 200
    who = {"terminal": to_hex(till.address), "programme": 1, "pass_address": to_hex(card.address)}
    first = {**who, "sequence": 1, "amount": 700, "refunded": 200, "time": now - 5}
    second = {**who, "sequence": 2, "amount": 900, "refunded": 0, "time": now}
    assert answer.json() == {"sequence": 0, "sales": [second, first]}
    assert gateway.get(till, target).json() == {"sequence": 3, "sales": [second, first]}
    assert gateway.client.get(f"{till.url}/{target}", headers=till.headers(f"{till.url}/sales")).status_code == 401
    stranger = Till(world.domain)
    assert gateway.get(stranger, target).status_code == 403


@pytest.mark.parametrize("query", ["", "?pass_address=", "?pass_address=0x12", f"?pass_address=0x{'0' * 40}&more=1"])
def test_a_malformed_question_is_refused_by_name(world: World, gateway: GatewayProcess, query: str):
    till = world.till(slice_cents=0)
    answer = gateway.get(till, f"sales{query}")
    assert (answer.status_code, answer.json()["reason"]) == (422, Reason.REQUEST_FORM)


def test_only_what_was_paid_is_told(world: World, desk: Desk):
    till, card, other = world.till(slice_cents=500), world.card(1_000), world.card()
    till.pay(card, 800)
    till.pay(card, 600, when=moment() + 1)  # 200 are left, the slice covers 400
    till.pay(card, 900)  # and this is rejected
    till.ask(card, 1)
    till.phone(card, 50, counter=1, when=moment() + 2)
    till.pay(other, 10)
    desk.read()
    desk.take_in(till)
    assert told(desk, till, card) == [], "nothing is final"

    desk.settle(till)

    assert [outcome[1] for outcome in desk.outcomes(till)] == [0, 8, 35, 48, 8, 0]
    assert told(desk, till, card) == [(5, 50, 0), (2, 600, 0), (1, 800, 0)]
    assert told(desk, till, Pass()) == []


def test_other_shops_do_not_see_it(world: World, desk: Desk):
    till, card, elsewhere = world.till(), world.card(), world.till(shop=world.shop(ADMITTED))
    till.pay(card, 100)
    elsewhere.pay(card, 200)
    desk.settle(till, elsewhere)
    assert [sale.amount for sale in desk.sales(till, card)] == [100]
    assert [sale.amount for sale in desk.sales(elsewhere, card)] == [200]


def test_a_new_pass_has_the_sales_of_those_that_it_replaced(world: World, desk: Desk):
    till, first = world.till(), world.card()
    passes = [first]
    for amount in (100, 200, 300):
        till.pay(passes[-1], amount, when=moment() - amount)
        desk.settle(till)
        passes.append(world.reissue(passes[-1]))
    desk.read()

    newest = desk.sales(till, passes[-1])

    paid = [(sale.amount, sale.pass_address) for sale in newest]
    assert paid == [(100 * (n + 1), to_hex(passes[n].address)) for n in range(3)]
    assert told(desk, till, passes[1]) == [(1, 100, 0), (2, 200, 0)]
    assert told(desk, till, first) == [(1, 100, 0)]


def test_a_pass_that_was_replaced_elsewhere_is_not_the_same(own_world: World, own_desk: Desk):
    """The new pass of one programme took the budget of quite another one in a second programme."""
    contract = own_world.contract.functions
    own_world.programme(0, moment() + DAY)
    own_world.send(contract.fund(2, 10_000))
    own_world.send(contract.place_shop(2, 1, 0, ADMITTED))
    till, first, other = own_world.till(), own_world.card(), own_world.card(1_000, programme=2)
    till.pay(first, 100)
    till.pay(other, 200, programme=2)
    own_desk.settle(till)
    second = own_world.reissue(first)
    own_world.reissue(other, second, programme=2)
    third = own_world.reissue(second)
    own_desk.read()

    assert [sale.amount for sale in own_desk.sales(till, third)] == [100]
    assert [sale.amount for sale in own_desk.sales(till, second)] == [200, 100]


def test_refunds_count_as_soon_as_they_are_taken_in(world: World, desk: Desk):
    till, second, card = world.till(), world.till(), world.card()
    till.pay(card, 700)
    desk.settle(till)
    second.refund(card, 200, sale=1, of=till)
    assert told(desk, second, card) == [(1, 700, 0)]

    desk.take_in(second)

    assert told(desk, till, card) == told(desk, second, card) == [(1, 700, 200)]
    till.refund(card, 100, sale=1)
    desk.take_in(till)
    assert told(desk, till, card) == [(1, 700, 300)]
    desk.settle(second, till)
    assert told(desk, till, card) == [(1, 700, 300)], "once, also when they are final"


def test_a_refund_that_is_rejected_counts_no_more(world: World, desk: Desk):
    till, elsewhere, card = world.till(), world.till(shop=world.shop(ADMITTED)), world.card()
    till.pay(card, 700)
    desk.settle(till)
    till.refund(card, 900, sale=1)
    elsewhere.refund(card, 300, sale=1, of=till)
    desk.take_in(elsewhere)
    assert told(desk, till, card) == [(1, 700, 0)], "another shop's word does not count"
    desk.take_in(till)
    assert told(desk, till, card) == [(1, 700, 700)], "never more than it was"

    desk.settle(till, elsewhere)

    assert [outcome[1] for outcome in desk.outcomes(till)] == [0, Reason.REFUND_TOO_MUCH]
    assert told(desk, till, card) == [(1, 700, 0)]


def test_the_newest_are_told(world: World, desk: Desk, monkeypatch):
    monkeypatch.setattr(sales, "SALES_MAX", 3)
    till, card, now = world.till(), world.card(), moment()
    for number in range(5):
        till.pay(card, 100 + number, when=now - 100 + number)
    desk.settle(till)
    assert told(desk, till, card) == [(5, 104, 0), (4, 103, 0), (3, 102, 0)]


def test_a_terminal_that_is_not_final_yet_asks_again(world: World, desk: Desk):
    till, card = world.till(), world.card()
    with pytest.raises(TryAgain, match="not final"):
        desk.sales(till, card)
    desk.read()
    assert desk.sales(till, card) == []


def test_they_come_back_with_a_lost_database(world: World, start: Start):
    gateway, till, card = start(), world.till(), world.card()
    till.pay(card, 700)
    till.refund(card, 200, sale=1)
    gateway.post(till, till.body())
    gateway.outcomes(till, 2)
    target = f"sales?pass_address={to_hex(card.address)}"
    lived = gateway.get(till, target).json()
    assert [sale["refunded"] for sale in lived["sales"]] == [200]
    gateway.kill()
    for path in (gateway.folder / "gateway").iterdir():
        path.unlink()

    again = start()

    assert until(lambda: again.get(till, target).json(), lambda answer: answer == lived)
