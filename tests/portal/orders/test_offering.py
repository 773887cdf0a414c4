"""What the gateway is told of orders that are ready: what changed, again if it did not hear, of each shop alone."""

from datetime import timedelta

import pytest
from django.utils import timezone

from contracts.wire.errors import Broken, Refused, TryAgain
from contracts.wire.reasons import Reason
from contracts.wire.units import Cents, Timestamp
from provisioning.enrolling import TOKEN_VARIABLE
from provisioning.offering import Row
from provisioning.portal.orders import offering
from provisioning.portal.orders.models import Line, Offered, Order
from tests.portal.orders.ordering import DAY, now
from tests.portal.programmes.conftest import portal

__all__ = ["portal"]
pytestmark = pytest.mark.django_db
HOLDER = bytes(range(20))
_numbers = iter(range(10_000))


@pytest.fixture
def told(portal, monkeypatch):
    """What was published, in order; a shop's answer may be an error."""
    monkeypatch.setenv(TOKEN_VARIABLE, "token")
    heard: list[tuple[str, str, int, list[Row]]] = []
    answers: dict[int, Exception] = {}

    def publish(url, token, shop, rows):
        if shop in answers:
            raise answers[shop]
        heard.append((url, token, shop, list(rows)))

    monkeypatch.setattr("provisioning.offering.publish", publish)
    return type("Told", (), {"heard": heard, "answers": answers})


def ready(shop, programme, *names, state=Order.State.READY, **more) -> Order:
    number = next(_numbers)
    made = Order.objects.create(
        code=f"CODE-{number:04}", shop=shop, programme=programme, holder=more.pop("holder", HOLDER), cents=89_00,
        until=now() + DAY, number=number, signature=bytes(64), state=state, ready_at=timezone.now(), **more,
    )  # fmt: skip
    for name in names or ("Bicycle",):
        Line.objects.create(order=made, name=name, cents=1, quantity=1)
    return made


def numbers(told):
    return [(shop, len(rows)) for _, _, shop, rows in told.heard]


def test_what_is_ready_is_told_once(told, shop, programme):
    order = ready(shop, programme)
    offering.offer()
    offering.offer()
    row = Row(order.whose, 1, Cents(89_00), Timestamp(order.until), "Bicycle")
    assert told.heard == [("http://127.0.0.1:1", "token", 1, [row])]


@pytest.mark.parametrize("state", sorted(set(Order.State) - {Order.State.READY}))
def test_what_is_not_ready_is_not_offered(told, shop, programme, state):
    ready(shop, programme, state=state)
    offering.offer()
    assert told.heard == []


def test_what_is_ready_no_more_is_taken_off(told, shop, programme):
    order = ready(shop, programme)
    offering.offer()
    Order.objects.filter(pk=order.pk).update(state=Order.State.CANCELLED)
    offering.offer()
    offering.offer()
    assert numbers(told) == [(1, 1), (1, 0)]


def test_only_the_shop_that_changed_is_told_of(told, shop, programme, admitted):
    other = admitted(2)
    ready(shop, programme)
    ready(other, programme)
    offering.offer()
    ready(other, programme, holder=bytes(20))
    offering.offer()
    assert numbers(told) == [(1, 1), (2, 1), (2, 2)]


def test_a_gateway_that_does_not_answer_is_told_later(told, shop, programme):
    ready(shop, programme)
    told.answers[1] = TryAgain("the gateway does not answer")
    with pytest.raises(TryAgain):
        offering.offer()
    assert not Offered.objects.exists()
    told.answers.clear()
    offering.offer()
    assert numbers(told) == [(1, 1)]


def test_a_shop_that_the_gateway_does_not_know_keeps_no_other_back(told, shop, programme, admitted):
    ready(shop, programme)
    ready(admitted(2), programme)
    told.answers[1] = Refused(Reason.NOTHING_NEW)
    with pytest.raises(Broken, match="shop 1"):
        offering.offer()
    assert numbers(told) == [(2, 1)]


def test_a_gateway_that_was_set_back_hears_again(told, shop, programme):
    ready(shop, programme)
    offering.offer()
    Offered.objects.update(told_at=timezone.now() - timedelta(minutes=59))
    offering.offer()
    assert numbers(told) == [(1, 1)]
    Offered.objects.update(told_at=timezone.now() - timedelta(minutes=61))
    offering.offer()
    assert numbers(told) == [(1, 1), (1, 1)]


def test_nobody_is_told_without_a_gateway_or_a_credential(told, shop, programme, monkeypatch):
    ready(shop, programme)
    monkeypatch.delenv(TOKEN_VARIABLE)
    offering.offer()
    assert told.heard == []


@pytest.mark.parametrize(("names", "said"), [
    (["Bicycle"], "Bicycle"),
    (["Bicycle", "Bell", "Lock"], "Bicycle +2"),
    (["B" * 60], "B" * 40),
    (["B" * 60, "Bell"], "B" * 37 + " +1"),
])  # fmt: skip
def test_an_order_is_called_by_what_is_in_it(names, said):
    assert offering.name([Line(name=name, quantity=1) for name in names]) == said


def test_several_of_one_product_are_counted():
    assert offering.name([Line(name="Ball", quantity=3)]) == "3 x Ball"
