"""What anybody sees of a shop's products."""

import pytest
from django.test import Client

from provisioning.portal.selling.models import Picture, Product
from provisioning.portal.shops.models import Shop

JPEG = b"\xff\xd8\xff\xe0 as it is kept"


@pytest.fixture
def bicycle(admitted):
    picture = Picture.objects.create(content=JPEG)
    about = {"about": "Blue", "cents": 89_00, "category": 4, "stock": 3, "picture": picture}
    return Product.objects.create(shop=admitted(7), name="bicycle", **about)


def of(number):
    return Client().get(f"/pass/products/{number}")


def test_anybody_sees_what_a_shop_offers(bicycle, admitted):
    Product.objects.create(shop=admitted(8), name="ball", cents=5_00)
    answer = of(7)
    shown = f"/pass/picture/{bicycle.picture_id}"
    said = {"product": bicycle.pk, "name": "bicycle", "about": "Blue", "cents": 89_00, "category": 4, "stock": 3}
    assert answer.json() == {"products": [{**said, "picture": shown}]}
    assert answer["Cache-Control"] == "no-cache"
    assert not answer.cookies
    picture = Client().get(shown)
    assert (picture.content, picture["Content-Type"]) == (JPEG, "image/jpeg")
    assert picture["Cache-Control"] == "public, max-age=3600"
    assert picture["X-Content-Type-Options"] == "nosniff"


def test_a_browser_that_has_it_is_told_so(bicycle):
    mark = of(7)["ETag"]
    assert Client().get("/pass/products/7", headers={"If-None-Match": mark}).status_code == 304
    Product.objects.update(stock=2)
    assert Client().get("/pass/products/7", headers={"If-None-Match": mark}).status_code == 200


@pytest.mark.parametrize("state", [Shop.State.ASKED, Shop.State.REFUSED, Shop.State.LEFT])
def test_nothing_is_seen_of_a_shop_that_does_not_take_part(bicycle, state):
    Shop.objects.update(state=state)
    assert of(7).json() == {"products": []}
    gone = Client().get(f"/pass/picture/{bicycle.picture_id}")
    assert (gone.status_code, gone["Cache-Control"]) == (404, "no-store")


def test_nothing_is_seen_of_what_is_hidden(bicycle):
    Product.objects.update(shown=False)
    assert of(7).json() == {"products": []}
    assert Client().get(f"/pass/picture/{bicycle.picture_id}").status_code == 404


@pytest.mark.parametrize("shops", [3, 60])
def test_many_products_are_read_at_once(bicycle, shops, django_assert_num_queries):
    for number in range(shops):
        picture = Picture.objects.create(content=JPEG)
        Product.objects.create(shop=bicycle.shop, name=f"ball {number}", cents=5_00, picture=picture)
    with django_assert_num_queries(1):
        assert len(of(7).json()["products"]) == shops + 1
