"""What a keeper does with the products of a shop."""

import re
from io import BytesIO

import pytest
from PIL import Image

from provisioning.portal.selling import product_views
from provisioning.portal.selling.models import Picture, Product
from provisioning.portal.shops.models import Shop
from provisioning.portal.staff.models import Line
from tests.portal.selling.conftest import photo

pytestmark = pytest.mark.django_db
BICYCLE = {"name": "bicycle", "cents": "89,00", "category": "4", "stock": "3", "about": "Blue"}
NEW = {**BICYCLE, "once": "0" * 32}
OLD = {**BICYCLE, "was": "3"}
PLACES = ("", "/hide", "/show", "/picture/remove")


def test_a_product_is_added_with_its_picture_and_families_see_it(browser, mine, client):
    answer = browser.post("/shop/products/new", {**NEW, "picture": photo(size=(1600, 1200))})
    assert answer["Location"] == "/shop/products"
    made = Product.objects.get()
    assert (made.shop, made.cents, made.category, made.stock, made.about) == (mine, 89_00, 4, 3, "Blue")
    assert [each["name"] for each in client.get("/pass/products/1").json()["products"]] == ["bicycle"]
    assert "89,00" in browser.get("/shop/products").content.decode()
    assert Line.objects.get(action="product.added").about == {"shop": mine.pk, "cents": 89_00}
    with Image.open(BytesIO(client.get(f"/pass/picture/{made.picture_id}").content)) as kept:
        assert (kept.format, kept.size) == ("JPEG", (800, 600))


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("name", ""), ("name", "x" * 61), ("cents", "free"), ("cents", "0"), ("cents", "5000,01"), ("category", "99"),
        ("stock", "-1"), ("stock", "10000"), ("about", "x" * 501),
    ],
)  # fmt: skip
def test_what_makes_no_product_is_said_at_its_field(browser, field, said):
    page = browser.post("/shop/products/new", {**NEW, field: said}).content.decode()
    assert f'aria-describedby="id_{field}' in page
    assert "errorlist" in page
    assert not Product.objects.exists()


def test_a_form_that_is_sent_twice_makes_one_product_of_each_shop(browser, keeper, admitted):
    other = keeper(admitted(2), name="keeper-02")
    for sent in (browser, browser, other):
        assert sent.post("/shop/products/new", NEW)["Location"] == "/shop/products"
    assert [each.shop.number for each in Product.objects.order_by("shop")] == [1, 2]
    page = browser.get("/shop/products/new").content.decode()
    assert re.search(r'name="once" value="[0-9a-f]{32}"', page)


def test_a_change_says_in_the_trail_what_changed_and_the_old_picture_is_gone(browser, product):
    for price, content in (("89,00", photo()), ("79,50", photo("PNG"))):
        browser.post(f"/shop/products/{product.pk}", {**OLD, "about": "", "cents": price, "picture": content})
    product.refresh_from_db()
    assert product.cents == 79_50
    assert [each.pk for each in Picture.objects.all()] == [product.picture_id]
    fields = [line.about["fields"] for line in Line.objects.filter(action="product.changed")]
    assert fields == [["picture"], ["cents", "picture"]]
    browser.post(f"/shop/products/{product.pk}", {**OLD, "cents": "79,50"})
    product.refresh_from_db()
    assert product.picture_id
    browser.post(f"/shop/products/{product.pk}/picture/remove")
    assert not Picture.objects.exists()


def test_a_change_forgets_no_order_that_came_meanwhile(browser, product):
    Product.objects.update(stock=1)
    assert browser.post(f"/shop/products/{product.pk}", {**OLD, "cents": "79,50"}).status_code == 302
    product.refresh_from_db()
    assert (product.cents, product.stock) == (79_50, 1)
    page = browser.post(f"/shop/products/{product.pk}", {**OLD, "stock": "9"}).content.decode()
    assert "errorlist" in page
    product.refresh_from_db()
    assert product.stock == 1
    browser.post(f"/shop/products/{product.pk}", {**OLD, "stock": "9", "was": "1"})
    product.refresh_from_db()
    assert product.stock == 9


def test_what_is_hidden_is_undone_by_one_button(browser, product, client):
    answer = browser.post(f"/shop/products/{product.pk}/hide")
    assert client.get("/pass/products/1").json() == {"products": []}
    page = browser.get(answer["Location"]).content.decode()
    assert page.count(f'action="/shop/products/{product.pk}/show"') == 2
    browser.post(f"/shop/products/{product.pk}/show")
    assert client.get("/pass/products/1").json()["products"]
    assert [line.action for line in Line.objects.filter(subject=f"product {product.pk}")] == [
        "product.hidden",
        "product.shown",
    ]


def test_a_hidden_products_picture_is_its_keepers_alone(browser, product, client):
    browser.post(f"/shop/products/{product.pk}", {**OLD, "picture": photo()})
    browser.post(f"/shop/products/{product.pk}/hide")
    product.refresh_from_db()
    assert client.get(f"/pass/picture/{product.picture_id}").status_code == 404
    answer = browser.get(f"/shop/products/{product.pk}/picture")
    assert (answer.status_code, answer["Content-Type"], answer["Cache-Control"]) == (200, "image/jpeg", "no-store")


def test_another_shops_product_is_not_there(browser, admitted):
    other = Product.objects.create(
        shop=admitted(2), name="ball", cents=5_00, picture=Picture.objects.create(content=b"")
    )
    before = list(Product.objects.values())
    for place in PLACES:
        assert browser.post(f"/shop/products/{other.pk}{place}", BICYCLE).status_code == 404, place
    for place in ("", "/picture"):
        assert browser.get(f"/shop/products/{other.pk}{place}").status_code == 404, place
    browser.post("/shop/products/stock", {f"p{other.pk}-stock": "9", f"p{other.pk}-was": "0"})
    assert "ball" not in browser.get("/shop/products").content.decode()
    assert "ball" not in browser.get(f"/shop/products?hidden={other.pk}").content.decode()
    assert list(Product.objects.values()) == before


@pytest.mark.parametrize("state", [Shop.State.ASKED, Shop.State.REFUSED, Shop.State.LEFT])
def test_a_shop_that_does_not_take_part_has_nothing_to_sell(browser, product, state):
    Shop.objects.update(state=state)
    page = browser.get("/shop/products", headers={"accept-language": "en"}).content.decode()
    assert "does not take part" in page
    assert "bicycle" not in page
    for place in ("/new", "/stock", *(f"/{product.pk}{each}" for each in PLACES)):
        assert browser.post(f"/shop/products{place}", BICYCLE).status_code == 404, place
    product.refresh_from_db()
    assert (product.shown, Product.objects.count()) == (True, 1)
    assert "bicycle" not in browser.get("/shop/").content.decode()


def test_a_shop_has_room_for_so_many(browser, product, monkeypatch):
    monkeypatch.setattr(product_views, "PRODUCTS_MAX", 1)
    browser.post("/shop/products/new", NEW)
    assert Product.objects.count() == 1


@pytest.mark.parametrize("name", ["=1+1", "<script>alert(1)</script>"])
def test_a_name_is_text_and_nothing_else(browser, name):
    browser.post("/shop/products/new", {**NEW, "name": name})
    page = browser.get("/shop/products").content.decode()
    assert "<script>alert" not in page
