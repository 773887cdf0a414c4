"""A shop asks, comes in or does not, and is paid where two people say so."""

import re

import pytest
from django.core.cache import cache
from django.test import Client

from contracts.wire.units import from_hex
from provisioning import shop as shops
from provisioning.portal.access import Role
from provisioning.portal.shops.models import Place, Shop
from provisioning.portal.staff.models import Line
from provisioning.portal.tasks import doing
from provisioning.portal.tasks.models import Task
from provisioning.town import Town
from tests.portal.shops.conftest import JOINING

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nobody_asked_yet():
    cache.clear()


def asked(**other: str):
    return Client(headers={"accept-language": "en"}).post("/shops/join", {**JOINING, **other})


def test_a_shop_asks_without_an_account_and_nothing_of_its_keeper_is_readable(desk):
    assert asked().url == "/shops/joined"
    shop = Shop.objects.get()
    assert (shop.state, shop.number, shop.category) == (Shop.State.ASKED, None, 1)
    assert shop.contact["iban"] == "NL91ABNA0417164300"
    for secret in (b"keeper-01", b"NL91", b"example.org"):
        assert secret not in bytes(shop.sealed)
    page = desk.get(f"/desk/shops/{shop.pk}").content.decode()
    assert (page.count("keeper-01"), page.count("NL91ABNA0417164300")) == (1, 1)
    assert "14 0000" in page


@pytest.mark.parametrize(
    "wrong",
    [
        {"iban": "NL91 ABNA 0417 1643 01"},
        {"iban": "US00"},
        {"email": "nobody"},
        {"category": "77"},
        {"category": ""},
        {"name": "x" * 65},
        {"account_name": "\u5e97"},
    ],
)
def test_what_cannot_be_is_told_at_its_field(wrong):
    answer = asked(**wrong)
    assert answer.status_code == 200
    assert "errorlist" in answer.content.decode()
    assert not Shop.objects.exists()


def test_nobody_fills_the_database_from_outside():
    statuses = [asked(name=f"shop-{number}").status_code for number in range(6)]
    assert statuses == [302] * 5 + [429]
    assert Shop.objects.count() == 5


def test_it_is_admitted_paid_by_bank_and_in_the_programmes_for_what_it_sells(programme, desk, shop, town: Town):
    assert shop.state == Shop.State.ADMITTED
    found = town.look("shop", shop.number)
    assert (found["payout"], found["by_bank"]) == (town.me(), True)
    assert shops.placed(town, programme.number, shop.number) == (1, shops.Standing.BY_CATEGORY)
    assert town.view("is_admitted", programme.number, shop.number)
    assert Place.objects.get(shop=shop, programme=programme).takes_part


def test_a_shop_with_an_address_of_its_own_is_paid_there_in_tokens(desk, work, town: Town):
    asked()
    shop = Shop.objects.get()
    assert desk.post(f"/desk/shops/{shop.pk}/admit", {"payout": "0x12"}).status_code == 400
    desk.post(f"/desk/shops/{shop.pk}/admit", {"payout": "0x" + "5a" * 20})
    work()
    shop.refresh_from_db()
    found = town.look("shop", shop.number)
    assert (from_hex(found["payout"].lower()), found["by_bank"]) == (b"\x5a" * 20, False)
    assert bytes(shop.payout or b"") == b"\x5a" * 20


def test_it_is_refused_with_a_reason_and_that_is_taken_back(desk):
    asked()
    shop = Shop.objects.get()
    assert desk.post(f"/desk/shops/{shop.pk}/refuse", {"reason": ""}).status_code == 400
    desk.post(f"/desk/shops/{shop.pk}/refuse", {"reason": "Not in this town"})
    shop.refresh_from_db()
    assert (shop.state, shop.reason) == (Shop.State.REFUSED, "Not in this town")
    desk.post(f"/desk/shops/{shop.pk}/admit", {"payout": ""})
    assert not Task.objects.exists()
    desk.post(f"/desk/shops/{shop.pk}/reopen")
    shop.refresh_from_db()
    assert (shop.state, shop.reason) == (Shop.State.ASKED, "")


def test_it_is_left_out_of_one_programme_and_let_in_again(programme, desk, shop, work, town: Town):
    for standing, takes in (("2", False), ("0", True), ("1", True)):
        desk.post(f"/desk/shops/{shop.pk}/place", {"programme": programme.pk, "standing": standing})
        work()
        assert town.view("is_admitted", programme.number, shop.number) is takes
        assert Place.objects.get(shop=shop, programme=programme).takes_part is takes
    desk.post(f"/desk/shops/{shop.pk}/place", {"programme": programme.pk, "standing": "3"})
    assert not work()


def test_what_it_sells_is_said_to_the_programmes_again(programme, desk, shop, work, town: Town):
    desk.post(f"/desk/shops/{shop.pk}/edit", {**JOINING, "category": "2"})
    work()
    assert shops.placed(town, programme.number, shop.number) == (2, shops.Standing.BY_CATEGORY)
    assert not town.view("is_admitted", programme.number, shop.number)
    assert Shop.objects.get(pk=shop.pk).contact["iban"] == "NL91ABNA0417164300", "its account stays"


def test_it_leaves_and_comes_back_under_its_number(programme, desk, shop, work, town: Town):
    desk.post(f"/desk/shops/{shop.pk}/leave")
    work()
    assert not town.view("is_admitted", programme.number, shop.number)
    desk.post(f"/desk/shops/{shop.pk}/admit", {"payout": ""})
    work()
    back = Shop.objects.get(pk=shop.pk)
    assert (back.state, back.number) == (Shop.State.ADMITTED, shop.number)
    assert town.view("is_admitted", programme.number, shop.number)


def test_it_comes_back_under_its_number_and_is_paid_as_before_whatever_address_is_given(desk, shop, work, town: Town):
    desk.post(f"/desk/shops/{shop.pk}/leave")
    work()
    desk.post(f"/desk/shops/{shop.pk}/admit", {"payout": "0x" + "5a" * 20})
    work()
    back = Shop.objects.get(pk=shop.pk)
    assert (back.state, back.number, back.payout) == (Shop.State.ADMITTED, shop.number, None)
    assert town.look("shop", shop.number)["payout"] == town.me()


def test_an_admission_that_was_given_up_registers_nothing_once_another_was_done(desk, work, town: Town):
    asked()
    shop = Shop.objects.get()
    for payout in ("0x" + "5a" * 20, ""):
        desk.post(f"/desk/shops/{shop.pk}/admit", {"payout": payout})
        Task.objects.filter(arguments__payout="0x" + "5a" * 20).update(state=Task.State.REFUSED)
    work()
    before = int(town.view("shop_count"))
    refused = Task.objects.earliest("id")
    desk.post(f"/desk/tasks/{refused.pk}/again")
    assert doing.do_next(town) == refused
    refused.refresh_from_db()
    assert refused.state == Task.State.BROKEN
    assert int(town.view("shop_count")) == before


def test_another_account_counts_once_somebody_else_confirmed_it(desk, staff, shop):
    new = {"iban": "NL02 ABNA 0123 4567 89", "account_name": "Keeper"}
    assert desk.post(f"/desk/shops/{shop.pk}/account", new).status_code == 302
    shop.refresh_from_db()
    assert shop.contact["iban"] == "NL91ABNA0417164300"
    other = staff(Role.FINANCE, name="clerk-02")
    seen = re.findall(r'name="seen" value="(\w+)"', other.get(f"/desk/shops/{shop.pk}").content.decode())[0]
    desk.post(f"/desk/shops/{shop.pk}/account/confirm", {"seen": seen})
    assert Shop.objects.get(pk=shop.pk).contact["iban"] == "NL91ABNA0417164300", "not by who wrote it down"
    other.post(f"/desk/shops/{shop.pk}/account/confirm", {"seen": seen})
    shop.refresh_from_db()
    assert (shop.contact["iban"], shop.contact["account_name"]) == ("NL02ABNA0123456789", "Keeper")
    assert "new_iban" not in shop.contact
    assert shop.account_changed_at is not None


def test_an_account_that_changed_after_it_was_seen_is_not_confirmed(desk, staff, shop):
    desk.post(f"/desk/shops/{shop.pk}/account", {"iban": "NL02 ABNA 0123 4567 89"})
    other = staff(Role.FINANCE, name="clerk-02")
    seen = re.findall(r'name="seen" value="(\w+)"', other.get(f"/desk/shops/{shop.pk}").content.decode())[0]
    desk.post(f"/desk/shops/{shop.pk}/account", {"iban": "NL20 INGB 0001 2345 67"})
    other.post(f"/desk/shops/{shop.pk}/account/confirm", {"seen": seen})
    assert Shop.objects.get(pk=shop.pk).contact["iban"] == "NL91ABNA0417164300"


def test_another_account_is_dropped(desk, shop):
    desk.post(f"/desk/shops/{shop.pk}/account", {"iban": "NL02 ABNA 0123 4567 89"})
    desk.post(f"/desk/shops/{shop.pk}/account/drop")
    shop.refresh_from_db()
    assert (shop.contact["iban"], shop.account_by, shop.account_changed_at) == ("NL91ABNA0417164300", None, None)


def test_who_does_not_deal_with_shops_sees_no_keeper(staff, shop):
    for role in (Role.GRANTS, Role.AUDITOR):
        assert staff(role, name=f"clerk-{role}").get(f"/desk/shops/{shop.pk}").status_code == 403


def test_the_list_asks_the_database_as_often_for_sixty_as_for_three(desk, django_assert_max_num_queries):
    shops = [Shop(name=f"shop-{number:02}") for number in range(60)]
    for shop in shops:
        shop.contact = {}
    Shop.objects.bulk_create(shops)
    with django_assert_max_num_queries(12):
        assert desk.get("/desk/shops").content.count(b"shop-") == 50
    Shop.objects.filter(name__gt="shop-02").delete()
    with django_assert_max_num_queries(12):
        assert desk.get("/desk/shops").content.count(b"shop-") == 3


def test_the_trail_tells_what_was_done_and_nothing_of_whoever_keeps_the_shop(desk, staff, shop):
    desk.post(f"/desk/shops/{shop.pk}/account", {"iban": "NL02 ABNA 0123 4567 89", "account_name": "Keeper"})
    desk.post(f"/desk/shops/{shop.pk}/edit", {**JOINING, "phone": "0900"})
    lines = list(Line.objects.filter(subject=f"shop {shop.pk}"))
    assert [line.action for line in lines] == ["shop.ask", "shop.account.propose", "shop.edit"]
    told = " ".join(str(line.about) for line in Line.objects.all())
    for secret in ("keeper", "Keeper", "NL02", "NL91", "0800", "0900", "example.org"):
        assert secret not in told


PLACES = {"52.1234, 6.1234": (52.1234, 6.1234), "-0.5,-179": (-0.5, -179.0), "": (None, None)}


@pytest.mark.parametrize("said", PLACES)
def test_the_desk_says_where_a_shop_stands(desk, shop, said):
    edit = f"/desk/shops/{shop.pk}/edit"
    assert desk.post(edit, {**JOINING, "place": "1, 2"}).status_code == 302
    assert desk.post(edit, {**JOINING, "place": said}).status_code == 302
    shop.refresh_from_db()
    assert (shop.latitude, shop.longitude) == PLACES[said]
    assert desk.get(edit).context["form"]["place"].value() == (said.replace("-0.5,-179", "-0.5, -179.0") or None)


@pytest.mark.parametrize(
    "said", ["91, 6", "52.1, 181", "52.1", "52,1 6,1", "52.1, 6.1, 7", "nan, 1", "1e1, 1", "somewhere"]
)
def test_a_place_that_is_none_is_told_so(desk, shop, said):
    answer = desk.post(f"/desk/shops/{shop.pk}/edit", {**JOINING, "place": said})
    assert "place" in answer.context["form"].errors
    shop.refresh_from_db()
    assert shop.latitude is None


def test_a_shop_that_asks_does_not_say_its_place(desk, shop):
    assert "place" not in desk.get("/desk/shops/new").context["form"].fields
    assert b'name="place"' not in desk.get("/shops/join").content
