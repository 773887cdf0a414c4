"""All stock of a shop on one page."""

import pytest

from provisioning.portal.selling.models import PRODUCTS_MAX, Picture, Product
from provisioning.portal.staff.models import Line

pytestmark = pytest.mark.django_db


def count(browser, *rows):
    sent: dict[str, object] = {}
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
    made = [Product(shop=mine, name=f"p{n}", cents=1_00, stock=1) for n in range(PRODUCTS_MAX)]
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
