"""An order as it comes in: all that is checked before the contract is asked, and the stock that is taken at once."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from contracts.wire.units import to_hex
from provisioning import holdings
from provisioning.portal.orders import ordering
from provisioning.portal.orders.models import DAYS, Line, Order
from provisioning.portal.programmes.models import Programme
from provisioning.portal.selling.models import Product
from provisioning.portal.shops.models import Place, Shop
from provisioning.portal.tasks.models import Task
from tests.portal.family.asking import Phone
from tests.portal.orders.conftest import a_family
from tests.portal.orders.ordering import DAY, error, now, stock

pytestmark = pytest.mark.django_db


def test_an_order_is_kept_with_its_lines_and_its_stock_is_taken(family, bicycle, bell, shop, programme):
    until = now() + DAYS * DAY
    order = family.ordered((bicycle, 1), (bell, 2), until=until)
    assert (order.shop, order.programme, order.cents, order.until) == (shop, programme, 98_90, until)
    assert (order.state, order.whose) == (Order.State.ASKED, family.phone.address)
    assert list(order.lines.values_list("name", "cents", "quantity")) == [("Bicycle", 89_00, 1), ("Bell", 4_95, 2)]
    assert (stock(bicycle), stock(bell)) == (2, 8)
    assert order.task.kind == "orders.set_aside"
    assert order.task.arguments == {"order": order.pk}


def test_the_state_tells_of_it_in_words(family, bicycle):
    order = family.ordered((bicycle, 1))
    state = family.phone.state()
    assert state["order_days"] == DAYS
    (told,) = state["orders"]
    assert told["order"] == order.code
    assert (told["shop"], told["programme"], told["cents"], told["until"]) == (1, 1, 89_00, order.until)
    assert (told["said"], told["can_cancel"]) == ("Your order was sent. The money is being set aside.", True)
    assert told["lines"] == [{"name": "Bicycle", "quantity": 1, "cents": 89_00}]


def test_the_same_again_is_the_same_order(family, bicycle):
    said = family.wanted((bicycle, 1))
    first, second = (json.loads(family.phone.ask("order", **said).content) for _ in range(2))
    assert first["order"]["order"] == second["order"]["order"]
    assert (Order.objects.count(), Task.objects.count(), stock(bicycle)) == (1, 1, 2)


def test_another_order_under_the_same_number_is_none_and_the_first_is_named(family, bicycle, bell):
    """Its answer was lost, and the family chose something else instead."""
    first = family.ordered((bicycle, 1))
    answer = family.order((bell, 1), number=str(first.number), programme=2)
    assert error(answer) == "number"
    assert first.code in json.loads(answer.content)["said"]
    assert (Order.objects.count(), stock(bell)) == (1, 10)
    Order.objects.update(state=Order.State.CANCELLED)
    Task.objects.update(state=Task.State.DONE)
    family.ordered((bell, 1))


def test_other_products_of_the_same_price_are_another_order_though_the_pass_signs_the_same(family, bicycle, shop):
    other = Product.objects.create(shop=shop, name="Scooter", cents=bicycle.cents, stock=3)
    said = family.wanted((bicycle, 1))
    assert family.phone.ask("order", **said).status_code == 200
    answer = family.phone.ask("order", **said | {"lines": [{"product": other.pk, "quantity": 1}]})
    assert (error(answer), stock(other)) == ("number", 3)


def refused(family, product, code, status=409, **said):
    """It is said why, nothing is kept, and no stock is taken."""
    before = stock(product)
    answer = family.order((product, 1), **said)
    assert (answer.status_code, error(answer)) == (status, code)
    assert json.loads(answer.content)["said"]
    assert not Order.objects.exists()
    assert not Task.objects.exists()
    assert stock(product) == before
    return json.loads(answer.content)


def test_a_price_that_changed_meanwhile_is_told(family, bicycle):
    assert refused(family, bicycle, "price", amount=80_00)["amount"] == 89_00


def test_what_is_not_there_is_not_sold(family, bicycle):
    bicycle.stock = 0
    bicycle.save()
    said = refused(family, bicycle, "stock")
    assert (said["product"], said["stock"]) == (bicycle.pk, 0)


def test_all_of_it_is_there_or_nothing_is_taken(family, bicycle, bell):
    answer = family.order((bell, 1), (bicycle, 4), amount=100)
    assert (error(answer), stock(bell), stock(bicycle)) == ("stock", 10, 3)


def test_what_is_hidden_or_another_shops_is_not_sold(family, bicycle, admitted):
    other = Product.objects.create(shop=admitted(2), name="Ball", cents=5_00, stock=3)
    refused(family, other, "gone")
    Product.objects.filter(pk=bicycle.pk).update(shown=False)
    refused(family, bicycle, "gone")


def test_a_shop_sells_only_where_it_takes_part(family, bicycle, shop):
    Place.objects.update(standing=Place.Standing.EXCLUDED)
    refused(family, bicycle, "shop")
    Place.objects.update(standing=Place.Standing.ADMITTED)
    Shop.objects.filter(pk=shop.pk).update(state=Shop.State.LEFT)
    refused(family, bicycle, "shop")
    refused(family, bicycle, "shop", shop=77)


def test_a_programme_must_be_live(family, bicycle):
    Programme.objects.update(paused=True)
    refused(family, bicycle, "programme")


@pytest.mark.parametrize("seconds", [-1, 60, (DAYS + 1) * DAY])
def test_it_is_kept_neither_too_long_nor_too_short(family, bicycle, seconds):
    refused(family, bicycle, "until", until=now() + seconds)


def test_it_is_not_kept_beyond_the_programme(family, bicycle):
    ends = now() + 2 * DAY
    Programme.objects.update(ends=ends)
    refused(family, bicycle, "until", until=ends + 1)
    family.ordered((bicycle, 1), until=ends)


def test_what_another_pass_signed_is_refused(family, bicycle):
    other = a_family(family.town)
    said = family.wanted((bicycle, 1)) | {"signature": other.wanted((bicycle, 1))["signature"]}
    answer = family.phone.ask("order", **said)
    assert (answer.status_code, error(answer)) == (400, "signature")
    assert stock(bicycle) == 3


def test_what_is_signed_counts_not_what_is_said_beside_it(family, bicycle):
    said = family.wanted((bicycle, 1)) | {"until": now() + DAY}
    assert error(family.phone.ask("order", **said)) == "signature"


def test_it_costs_no_more_than_is_left(here, bicycle, bell):
    poor = a_family(here, 93_94)
    assert error(poor.order((bicycle, 1), (bell, 1))) == "money"
    assert stock(bicycle) == 3
    poor.ordered((bicycle, 1))


def test_what_was_just_asked_for_is_not_spent_twice(here, bicycle, shop, programme, admitted):
    once = a_family(here, 100_00)
    second = admitted(2)
    Place.objects.create(shop=second, programme=programme, category=4, standing=Place.Standing.ADMITTED)
    other = Product.objects.create(shop=second, name="Ball", cents=20_00, stock=3)
    once.ordered((bicycle, 1))
    assert error(once.order((other, 1), shop=2)) == "money"


def test_it_costs_no_more_than_a_day_may(family, bicycle, programme):
    Programme.objects.update(day_limit=80_00)
    refused(family, bicycle, "day")


def test_a_blocked_pass_and_one_without_a_budget_order_nothing(family, here, bicycle):
    holdings.set_blocked(here, family.phone.address, blocked=True)
    refused(family, bicycle, "pass")
    stranger = Phone(here.deployment.domain)
    answer = stranger.ask("order", **family.wanted((bicycle, 1)))
    assert answer.status_code == 404


def test_a_pass_has_one_open_order_at_a_shop(family, bicycle, bell):
    order = family.ordered((bicycle, 1))
    assert error(family.order((bell, 1))) == "open"
    assert stock(bell) == 10
    Order.objects.filter(pk=order.pk).update(state=Order.State.CANCELLED)
    assert error(family.order((bell, 1))) == "open"  # its money is still to come back
    Task.objects.update(state=Task.State.DONE)
    assert family.ordered((bell, 1))


def several(family, programme, admitted, number, **more):
    """Orders of the family that stand already, each at a shop of its own."""
    return [
        Order.objects.create(
            code=f"CODE-{each:04}", shop=admitted(100 + each), programme=programme, holder=family.phone.address,
            cents=1, until=now() + DAY, number=1_000_000 + each, signature=bytes(64), **more,
        )
        for each in range(number)
    ]  # fmt: skip


def test_a_pass_has_so_many_open_orders_and_no_more(family, bell, programme, admitted):
    several(family, programme, admitted, ordering.OPEN_MAX, state=Order.State.SET_ASIDE)
    assert error(family.order((bell, 1))) == "many"
    first = Order.objects.values("pk")[:1]
    Order.objects.filter(pk__in=first).update(state=Order.State.HANDED_OVER)
    assert family.ordered((bell, 1))


def test_a_pass_orders_so_often_in_a_day_and_no_more(family, bell, programme, admitted):
    several(family, programme, admitted, ordering.DAY_MAX, state=Order.State.CANCELLED)
    assert error(family.order((bell, 1))) == "often"
    first = Order.objects.values("pk")[:1]
    Order.objects.filter(pk__in=first).update(made_at=timezone.now() - timedelta(days=1, minutes=1))
    assert family.ordered((bell, 1))


@pytest.mark.parametrize("wrong", [
    {"amount": 0}, {"amount": -1}, {"amount": 2**32}, {"number": "01"}, {"number": "x"}, {"number": str(10**18)},
    {"until": 2**40}, {"shop": 0}, {"more": 1}, {"lines": []}, {"signature": "0x00"},
    {"lines": [{"product": 1, "quantity": 0}]}, {"lines": [{"product": 1, "quantity": 21}]},
    {"lines": [{"product": 1, "quantity": 1}] * 21}, {"lines": [{"product": 1, "quantity": "1"}]},
])  # fmt: skip
def test_what_is_no_order_is_refused_whole(family, bicycle, wrong):
    answer = family.phone.ask("order", **(family.wanted((bicycle, 1)) | wrong))
    assert (answer.status_code, error(answer)) == (400, "body")
    assert not Order.objects.exists()


def test_a_product_stands_in_one_line(family, bell):
    assert error(family.order((bell, 1), (bell, 2))) == "lines"
    assert stock(bell) == 10


def test_nobody_orders_without_a_signature(client, family, bicycle):
    said = json.dumps(family.wanted((bicycle, 1)))
    answer = client.post("/pass/api/order", said, content_type="application/json")
    assert answer.status_code == 400
    assert not Order.objects.exists()


def test_a_line_keeps_its_name_and_price_when_the_product_changes_or_goes(family, bicycle):
    order = family.ordered((bicycle, 1))
    bicycle.delete()
    line = Line.objects.get(order=order)
    assert (line.product, line.name, line.cents) == (None, "Bicycle", 89_00)


def test_another_passes_order_is_not_there(family, here, bicycle):
    order, other = family.ordered((bicycle, 1)), a_family(here)
    answer = other.phone.ask("order-cancel", order=order.code)
    assert (answer.status_code, error(answer)) == (404, "order")
    assert other.phone.state()["orders"] == []
    order.refresh_from_db()
    assert order.state == Order.State.ASKED


def test_no_answer_and_no_task_names_the_pass(family, bicycle):
    order = family.ordered((bicycle, 1))
    named = to_hex(family.phone.address)[2:]
    assert named not in json.dumps(family.phone.state()["orders"])
    assert named not in json.dumps(order.task.arguments)
