"""The dashboard, a programme's page and its file, from figures that were summed before."""

import csv
import io
import re
from datetime import date

import pytest
from django.test import Client

from provisioning.portal.access import Role
from provisioning.portal.figures.models import Progress, Shown, Waiting
from provisioning.portal.figures.summing import Between, Figures, Part, Weeks
from provisioning.portal.programmes.models import Programme
from provisioning.portal.shops.models import Shop

pytestmark = pytest.mark.django_db

FIGURES = Figures(
    passes=Between(least=80, most=80),
    granted=24_000_00,
    activated=Between(least=60, most=60),
    spent=12_000_00,
    drawn=None,
    slices=None,
    terminals=3,
    categories=(Part(of=(1, 2), cents=12_000_00),),
    shops=(Part(of=(1,), cents=9_000_00), Part(of=(2, 3), cents=3_000_00)),
    weeks=(
        Weeks(first=date(2026, 11, 2), last=date(2026, 11, 8), cents=2_000_00),
        Weeks(first=date(2026, 11, 9), last=date(2026, 11, 22), cents=10_000_00),
    ),
)


def live(number, figures=FIGURES):
    about = {"begins": 0, "ends": 2**39, "floor_limit": 50_00, "day_limit": 50_00, "offline_window": 3_600}
    Programme.objects.create(number=number, name=f"programme-{number:02}", **about)
    if figures:
        Shown.objects.create(programme=number, time=1_790_000_000, figures=figures.model_dump(mode="json"))


def said(answer):
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def test_the_dashboard_has_every_programme_beside_the_goals(staff):
    live(1)
    live(2, None)
    live(3)
    page = said(staff(Role.AUDITOR).get("/desk/figures", headers={"accept-language": "en"}))
    assert "programme-01" in page
    assert "75%" in page  # of the passes
    assert "€ 12,000.00" in page
    assert page.count(">not shown<") == 4
    assert ">100%<" in page
    assert ">60%<" in page
    assert "There are no figures yet" in page
    names = re.findall(r'role="region" aria-label="([^"]*)"', page)
    assert len(names) == len(set(names))  # so that landmarks can be told apart


def test_a_programme_is_shown_by_shop_category_and_week_in_pictures_and_tables(staff):
    live(1)
    Shop.objects.create(number=1, name="shop-<01>", sealed=b"")
    page = said(staff(Role.FINANCE).get("/desk/figures/1", headers={"accept-language": "en"}))
    assert page.count("<svg") == page.count("<table") == 4
    assert "shop-&lt;01&gt;" in page
    assert "Shop 2, Shop 3" in page
    assert "2 shops together" in page
    assert "Clothing, Shoes" in page
    assert "style=" not in page
    dutch = said(staff(Role.SHOPS, name="clerk-02").get("/desk/figures/1", headers={"accept-language": "nl"}))
    assert "Kleding, Schoenen" in dutch
    assert "€ 9.000,00" in dutch


def test_the_file_has_the_same_figures_and_nothing_that_is_held_back(staff):
    live(1)
    Shop.objects.create(number=1, name="=cmd", sealed=b"")
    answer = staff(Role.AUDITOR).get("/desk/figures/1.csv", headers={"accept-language": "en"})
    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    assert {"figure": "spent", "name": "Spent", "value": "12000.00", "share": "0.5000"} in rows
    assert {"figure": "shop", "name": "'=cmd", "value": "9000.00", "share": "0.7500"} in rows
    assert [row["value"] for row in rows if row["figure"] in {"drawn", "slices"}] == ["", ""]
    assert sum(float(row["value"]) for row in rows if row["figure"] == "week") == 12_000


def test_a_share_that_is_held_back_has_no_bar(staff):
    held = {"activated": Between(least=71, most=79), "spent": None, "shops": (), "categories": (), "weeks": ()}
    live(1, FIGURES.model_copy(update=held))
    page = said(staff(Role.AUDITOR).get("/desk/figures/1", headers={"accept-language": "en"}))
    assert "<svg" not in page
    assert "71 to 79" in page


def test_what_is_not_there_is_not_found_and_nobody_from_outside_looks(staff):
    live(1)
    assert staff(Role.GRANTS).get("/desk/figures/9").status_code == 404
    assert staff(Role.GRANTS, name="clerk-02").get("/desk/figures/9.csv").status_code == 404
    for path in ("/desk/figures", "/desk/figures/1", "/desk/figures/1.csv"):
        assert Client().get(path).status_code == 302


def test_purchases_on_their_way_and_what_could_not_be_read_are_told(staff):
    client = staff(Role.AUDITOR)
    assert "on their way" not in said(client.get("/desk/figures", headers={"accept-language": "en"}))
    Waiting.objects.create(entries=7, oldest_seconds=600, read_at="2026-11-27T12:00Z")
    Progress.objects.create(contract=bytes(20), chain_id=1, block=1, unread=2)
    page = said(client.get("/desk/figures", headers={"accept-language": "en"}))
    assert "the oldest for 10 minutes" in page
    assert "2 purchases could not be read" in page


def test_queries_do_not_grow_with_programmes_and_shops(staff, django_assert_max_num_queries):
    client = staff(Role.AUDITOR)
    for number in range(1, 4):
        live(number)
    for count in (3, 60):
        for number in range(Programme.objects.count() + 1, count + 1):
            live(number)
            Shop.objects.create(number=number, name=f"shop-{number:02}", sealed=b"")
        for path in ("/desk/figures", "/desk/figures?page=2", "/desk/figures/3", "/desk/figures/3.csv"):
            with django_assert_max_num_queries(9):
                assert client.get(path).status_code == 200
