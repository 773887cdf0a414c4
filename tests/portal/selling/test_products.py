"""What a keeper does with the products of a shop."""

import re
from io import BytesIO

import pytest
from PIL import Image

from provisioning.portal.selling import pictures, product_views
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


# Stock


def count(browser, *rows):
    sent = {}
    for product, was, now in rows:
        sent |= {f"p{product.pk}-was": was, f"p{product.pk}-stock": now}
    return browser.post("/shop/products/stock", sent, headers={"accept-language": "en"})


def stocks():
    return dict(Product.objects.values_list("name", "stock"))


def test_all_stock_is_changed_on_one_page_and_noted_once(browser, product, mine):
    ball = Product.objects.create(shop=mine, name="ball", cents=5_00, stock=9)
    new = Product.objects.create(shop=mine, name="came meanwhile", cents=5_00, stock=1)
    assert count(browser, (product, 3, 2), (ball, 9, 9)).status_code == 302
    assert stocks() == {"bicycle": 2, "ball": 9, new.name: 1}
    assert Line.objects.get(action="product.stock").about == {"products": [product.pk]}


def test_what_was_ordered_meanwhile_is_not_written_over(browser, product, mine):
    ball = Product.objects.create(shop=mine, name="ball", cents=5_00, stock=9)
    Product.objects.filter(pk=product.pk).update(stock=1)
    answer = count(browser, (product, 3, 5), (ball, 9, 8))
    assert stocks() == {"bicycle": 1, "ball": 8}
    page = browser.get(answer["Location"]).content.decode()
    assert "bicycle was ordered meanwhile" in page


def test_one_wrong_number_changes_none_and_is_said_at_its_field(browser, product, mine):
    ball = Product.objects.create(shop=mine, name="ball", cents=5_00, stock=9)
    answer = count(browser, (product, 3, "many"), (ball, 9, 8))
    assert answer.status_code == 400
    page = answer.content.decode()
    assert f'aria-describedby="id_p{product.pk}-stock_error"' in page
    assert "Type a whole number" in page
    assert stocks() == {"bicycle": 3, "ball": 9}


def test_a_page_holds_as_many_rows_as_a_form_may_have(browser, mine):
    made = [Product(shop=mine, name=f"p{n}", cents=1_00, stock=1) for n in range(product_views.PRODUCTS_MAX)]
    Product.objects.bulk_create(made)
    assert count(browser, *((each, 1, 2) for each in Product.objects.all())).status_code == 302
    assert set(stocks().values()) == {2}


@pytest.mark.parametrize("number", [3, 60])
def test_pages_of_products_are_read_with_bounded_queries(browser, mine, number, django_assert_max_num_queries):
    for each in range(number):
        picture = Picture.objects.create(content=b"")
        Product.objects.create(shop=mine, name=f"p{each}", cents=1_00, picture=picture)
    for page in ("/shop/", "/shop/products", "/shop/products/stock", "/pass/products/1"):
        with django_assert_max_num_queries(14):
            assert browser.get(page).status_code == 200


# Pictures


def kept(content):
    return Image.open(BytesIO(pictures.made(content.read())))


def test_a_picture_keeps_its_shape_and_nothing_that_a_camera_wrote():
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x8825] = 6, "camera of family-01", {1: "N", 2: (53.0, 13.0, 0.0)}
    sent = photo(size=(1000, 500), exif=exif, comment=b"a word of family-01", icc_profile=b"profile-of-family-01")
    made = pictures.made(sent.read())
    assert b"family-01" not in made
    assert b"Exif" not in made
    with Image.open(BytesIO(made)) as one:
        assert one.size == (400, 800)  # as it was held


def test_what_is_clear_in_a_picture_is_white():
    with kept(photo("PNG", mode="RGBA", size=(4, 4))) as one:
        assert (one.format, one.mode) == ("JPEG", "RGB")
    out = BytesIO()
    Image.new("RGBA", (4, 4), (0, 0, 0, 0)).save(out, "PNG")
    out.seek(0)
    with kept(out) as one:
        assert one.getpixel((1, 1)) == (255, 255, 255)


def large():
    return photo("PNG", mode="1", size=(5_001, 5_000))


def heavy():
    return BytesIO(photo().read() + bytes(pictures.SIZE_MAX))


def cut_off():
    return BytesIO(photo(size=(400, 300)).read()[:-200])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (lambda: BytesIO(b"<svg xmlns='http://www.w3.org/2000/svg'/>"), "not a photo"),
        (lambda: BytesIO(b"%PDF-1.7"), "not a photo"),
        (lambda: photo("GIF"), "not a photo"),
        (lambda: photo("BMP"), "not a photo"),
        (cut_off, "not a photo"),
        (large, "too large"),
        (heavy, "too large"),
    ],
)
def test_anything_but_a_photo_of_a_usual_size_is_refused_in_words(browser, content, said):
    sent = content()
    sent.name = "photo.jpg"
    answer = browser.post("/shop/products/new", {**NEW, "picture": sent}, headers={"accept-language": "en"})
    assert said in answer.content.decode()
    assert not Product.objects.exists()
    assert not Picture.objects.exists()
