"""The sample's shops have keepers and something to sell."""

import pytest
from django.test import Client

from provisioning.portal.sample import keeping, staff
from provisioning.portal.selling.models import Product
from provisioning.portal.staff import accounts

pytestmark = pytest.mark.django_db


def test_each_shop_has_a_keeper_whose_password_is_told_once_and_one_sells_a_bicycle(admitted):
    staff.fill()
    admitted(1, state="asked")
    shop = admitted(2)
    lines = keeping.fill()
    assert [(line.split()[0], line.split()[-1]) for line in lines] == [("keeper-02", "keeper")]
    password = lines[0].split()[1]
    browser = Client()
    browser.post("/sign-in", {"username": "keeper-02", "password": password})
    browser.post("/sign-in/code", {"code": accounts.code_now("keeper-02")})
    assert "Fiets" in browser.get("/shop/products").content.decode()
    bicycle = Product.objects.get(shop=shop, cents=89_00)
    assert browser.get(f"/pass/picture/{bicycle.picture_id}").status_code == 200
    assert keeping.fill() == ["  keeper-02    (as told the first time) keeper"]
    assert Product.objects.count() == len(keeping._SPORT)
