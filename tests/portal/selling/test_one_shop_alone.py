"""Every page that a keeper may open: another shop's numbers lead nowhere, and no family is on any."""

import time

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from contracts.wire.units import Address
from provisioning import paper
from provisioning.portal.access import ANYBODY, STAFF, Role
from provisioning.portal.orders.models import Line, Order
from provisioning.portal.passes.models import Pass
from provisioning.portal.programmes.models import Programme
from provisioning.portal.selling.models import Picture, Product
from provisioning.portal.shops.models import Shop, Terminal

pytestmark = pytest.mark.django_db
PASSES = Address(bytes(range(20))), Address(bytes(range(100, 120)))
ABOUT = {"begins": 0, "ends": 2**39, "floor_limit": 1, "day_limit": 1, "offline_window": 3600}


def routes(resolver=None, before=""):
    for each in (resolver or get_resolver()).url_patterns:
        if isinstance(each, URLResolver):
            yield from routes(each, f"{before}{each.namespace}:" if each.namespace else before)
        elif isinstance(each, URLPattern) and getattr(each.callback, "who", ANYBODY) - STAFF == {Role.KEEPER}:
            yield before + str(each.name), each.pattern.converters


OWN = {name: set(converters) for name, converters in routes()}
OF_A_ROW = sorted(name for name, converters in OWN.items() if converters)


class Window:
    """A shop with one of everything that a keeper's page is about."""

    def __init__(self, shop, holder, programme):
        self.shop, number = shop, shop.number
        picture = Picture.objects.create(content=b"")
        about = {"cents": 89_00, "stock": 3, "picture": picture}
        self.product = Product.objects.create(shop=shop, name=f"bicycle-{number}", **about)
        self.order = Order.objects.create(
            code=f"K7QM-24X{number}", shop=shop, programme=programme, holder=holder, cents=89_00,
            until=int(time.time()) + 86_400, number=number, signature=bytes(64), state=Order.State.SET_ASIDE,
        )  # fmt: skip
        Line.objects.create(order=self.order, product=self.product, name="bicycle", cents=89_00, quantity=1)
        Terminal.objects.create(shop=shop, label=f"till-{number}", address=bytes([number]) * 20)

    def url(self, name):
        known = {"number": self.product.pk, "code": self.order.code}
        return reverse(name, kwargs={each: known[each] for each in OWN[name]})


@pytest.fixture
def windows(admitted):
    programme = Programme.objects.create(name="Kindpakket", number=5, **ABOUT)
    for each in PASSES:
        Pass.objects.create(address=each)
    return [Window(admitted(number), holder, programme) for number, holder in enumerate(PASSES, start=1)]


def kept():
    return [list(model.objects.order_by("pk").values()) for model in (Product, Picture, Order, Shop)]


def test_there_are_rows_to_ask_for():
    assert {"selling:change", "selling:hide", "orders:one", "orders:cancel"} <= set(OF_A_ROW)


@pytest.mark.parametrize("name", OF_A_ROW)
def test_what_is_another_shops_is_not_there(windows, keeper, name):
    browser, before = keeper(windows[0].shop), kept()
    sent = {"name": "x", "cents": "1", "category": "1", "stock": "1", "reason": Order.Reason.SOLD_OUT, "sure": "yes"}
    codes = {browser.get(windows[1].url(name)).status_code, browser.post(windows[1].url(name), sent).status_code}
    assert codes in ({404}, {404, 405})
    assert kept() == before


def test_no_page_shows_another_shop_or_any_family(windows, keeper):
    browser = keeper(windows[0].shop)
    for name in sorted(OWN):
        answer = browser.get(windows[0].url(name))
        said = b"".join(answer).decode(errors="replace").lower()
        assert answer.status_code in {200, 302, 405}, name
        for word in ("bicycle-2", "till-2", windows[1].order.code.lower(), *map(bytes.hex, PASSES)):
            assert word not in said, (name, word)
        for holder in PASSES:
            assert paper.label(holder).lower() not in said, name


def test_a_shop_that_left_gets_no_page_of_a_product(windows, keeper):
    browser = keeper(windows[0].shop)
    Shop.objects.update(state=Shop.State.LEFT)
    for name in OF_A_ROW:
        if name.startswith("selling:"):
            assert browser.get(windows[0].url(name)).status_code in {404, 405}, name
            assert browser.post(windows[0].url(name)).status_code in {404, 405}, name
