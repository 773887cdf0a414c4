"""Accounts of a shop, made and ended at the desk, and where whoever has one comes."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from provisioning.portal.access import Role
from provisioning.portal.selling import keepers
from provisioning.portal.selling.models import Keeper
from provisioning.portal.shops.models import Shop
from provisioning.portal.staff import accounts
from provisioning.portal.staff.models import FirstPassword, Line

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(staff):
    return staff(Role.SHOPS, name="clerk-shops")


def made(desk, shop, name="shop-01-1"):
    """The first password, as the page shows it."""
    answer = desk.post(f"/desk/shops/{shop.pk}/keepers", {"name": name}, headers={"accept-language": "en"})
    found = re.search(r"<code>((?:\w{5}-){3}\w{5})</code>", answer.content.decode())
    assert found, answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    return found[1]


def test_the_desk_gives_a_password_once_and_its_owner_makes_the_account_his_own(desk, admitted):
    shop, browser = admitted(), Client()
    assert f"/desk/shops/{shop.pk}/keepers" in desk.get(f"/desk/shops/{shop.pk}").content.decode()
    password = made(desk, shop)
    assert password not in desk.get(f"/desk/shops/{shop.pk}/keepers").content.decode()
    browser.post("/sign-in", {"username": "shop-01-1", "password": password})
    own = "a long walk to the sea"
    assert browser.get("/shop/")["Location"].startswith("/sign-in")
    browser.post("/sign-in/password", {"new_password1": own, "new_password2": own})
    browser.get("/sign-in/phone")
    answer = browser.post("/sign-in/phone", {"code": accounts.code_now("shop-01-1")})
    assert 'href="/desk/"' in answer.content.decode()
    assert browser.get("/desk/")["Location"] == "/shop/"
    page = browser.get("/shop/").content.decode()
    assert 'href="/shop/products"' in page
    assert 'href="/desk/' not in page


def test_what_the_desk_did_is_in_the_trail_with_who_did_it(desk, admitted):
    shop = admitted()
    made(desk, shop)
    keeper = Keeper.objects.get()
    desk.post(f"/desk/shops/{shop.pk}/keepers/{keeper.pk}/end")
    desk.post(f"/desk/shops/{shop.pk}/keepers/{keeper.pk}/reset")
    lines = Line.objects.filter(action__startswith="keeper.")
    assert [line.action for line in lines] == ["keeper.added", "keeper.ended", "keeper.reset"]
    assert {(line.subject, line.about["account"], line.by and line.by.username) for line in lines} == {
        (f"shop {shop.pk}", keeper.user_id, "clerk-shops")
    }


def test_a_first_password_is_worth_nothing_after_a_week(desk, admitted):
    password = made(desk, admitted())
    FirstPassword.objects.update(made_at="2026-01-01T00:00:00Z")
    answer = Client().post("/sign-in", {"username": "shop-01-1", "password": password})
    assert answer.status_code == 200


def test_an_ended_account_is_out_at_once_and_another_password_lets_it_in(desk, keeper, admitted):
    shop = admitted()
    browser = keeper(shop)
    number = Keeper.objects.get().pk
    assert browser.get("/shop/").status_code == 200
    desk.post(f"/desk/shops/{shop.pk}/keepers/{number}/end")
    assert browser.get("/shop/").status_code == 302
    answer = desk.post(f"/desk/shops/{shop.pk}/keepers/{number}/reset")
    (password,) = re.findall(r"<code>((?:\w{5}-){3}\w{5})</code>", answer.content.decode())
    assert Client().post("/sign-in", {"username": "keeper-01", "password": password}).status_code == 302


def test_the_desk_reaches_no_account_but_those_of_the_shop(desk, keeper, admitted):
    here, elsewhere = admitted(1), admitted(2)
    keeper(elsewhere)
    number = Keeper.objects.get().pk
    for what in ("end", "reset"):
        assert desk.post(f"/desk/shops/{here.pk}/keepers/{number}/{what}").status_code == 404
    assert User.objects.get(username="keeper-01").is_active


@pytest.mark.parametrize("name", ["clerk-SHOPS", "shop 01", "", "shop\N{FULLWIDTH DIGIT ONE}", "-x"])
def test_a_name_is_plain_and_nobody_elses(desk, admitted, name):
    answer = desk.post(f"/desk/shops/{admitted().pk}/keepers", {"name": name})
    assert "errorlist" in answer.content.decode()
    assert not Keeper.objects.exists()


@pytest.mark.parametrize("state", [Shop.State.ASKED, Shop.State.REFUSED, Shop.State.LEFT])
def test_a_shop_that_does_not_take_part_gets_no_account(desk, admitted, state):
    desk.post(f"/desk/shops/{admitted(state=state).pk}/keepers", {"name": "shop-01-1"})
    assert not Keeper.objects.exists()


def test_a_shop_has_so_many_accounts_and_no_more(desk, admitted, monkeypatch):
    shop = admitted()
    made(desk, shop)
    monkeypatch.setattr(keepers, "KEEPERS_MAX", 1)
    desk.post(f"/desk/shops/{shop.pk}/keepers", {"name": "shop-01-2"})
    assert Keeper.objects.count() == 1


def test_whoever_has_the_role_and_no_shop_sees_none(staff, admitted):
    admitted()
    assert staff(Role.KEEPER).get("/shop/").status_code == 404


def test_accounts_are_listed_with_bounded_queries(desk, admitted, django_assert_max_num_queries):
    shop = admitted()
    for number in range(keepers.KEEPERS_MAX):
        keepers.add(None, shop, f"shop-01-{number}")
    with django_assert_max_num_queries(12):
        assert desk.get(f"/desk/shops/{shop.pk}/keepers").status_code == 200
