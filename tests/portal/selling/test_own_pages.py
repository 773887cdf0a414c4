"""A shop's first page, statement, tills and details: its own, and nobody else's."""

import html
from datetime import date

import pytest
from django.utils import timezone

from contracts.wire.reasons import MEANINGS, Reason
from provisioning.portal.payouts.models import Credit, DaySum
from provisioning.portal.programmes.models import Programme
from provisioning.portal.shops.models import Terminal
from provisioning.portal.staff.models import Line

pytestmark = pytest.mark.django_db
ENGLISH = {"accept-language": "en"}
ABOUT = {"begins": 0, "ends": 2**39, "floor_limit": 1, "day_limit": 1, "offline_window": 3600}
PAGES = ("/shop/", "/shop/statement", "/shop/terminals", "/shop/details")


@pytest.fixture(autouse=True)
def programme(db):
    return Programme.objects.create(name="Kindpakket", number=5, **ABOUT)


def sold(shop, cents, day=None, till=b"\1" * 20):
    about = {"refund": False, "standing": "paid", "count": 1, "first": 1, "last": 1, "programme": 5}
    DaySum.objects.create(shop=shop.number, cents=cents, day=day or timezone.localdate(), terminal=till, **about)


def read(browser, page):
    answer = browser.get(page, headers=ENGLISH)
    assert answer.status_code == 200, page
    return html.unescape(answer.content.decode())


def test_money_that_waits_is_the_shops_own(browser, mine, admitted):
    Credit.objects.create(programme=5, shop=mine.number, cents=123_45, why="PAID")
    Credit.objects.create(programme=5, shop=admitted(2).number, cents=678_90, why="PAID")
    page = read(browser, "/shop/")
    assert "123.45" in page
    assert "Kindpakket" in page
    assert "678.90" not in page


def test_the_statement_is_of_the_readers_shop_whatever_the_address_says(browser, mine, admitted):
    other = admitted(2)
    sold(mine, 12_34)
    sold(other, 56_78, till=b"\2" * 20)
    days = {"first": "2026-01-01", "last": "2026-12-31"} | {"shop": other.number}
    today = timezone.localdate()
    days |= {"first": date(today.year, 1, 1), "last": date(today.year, 12, 31)}
    for query in ({}, days):
        page = browser.get("/shop/statement", query, headers=ENGLISH).content.decode()
        assert "12.34" in page
        assert "56.78" not in page
    table = b"".join(browser.get("/shop/statement.csv", days).streaming_content).decode()
    assert '"12.34"' in table
    assert "56.78" not in table
    paper = browser.get("/shop/statement.pdf", days)
    assert paper.content.startswith(b"%PDF")
    assert f"shop-{mine.number}-" in paper["Content-Disposition"]
    assert [line.about["form"] for line in Line.objects.filter(action="payouts.statement")] == ["csv", "pdf"]


def test_the_pages_link_leads_to_the_shops_own_files(browser, mine):
    sold(mine, 12_34)
    page = read(browser, "/shop/statement")
    assert 'href="/shop/statement.csv?' in page
    assert 'href="/shop/statement.pdf?' in page
    assert "/desk/" not in page


def test_days_that_are_none_are_said_and_no_file_comes_of_them(browser, mine):
    sold(mine, 12_34)
    wrong = {"first": "2026-02-01", "last": "2026-01-01"}
    assert "errorlist" in browser.get("/shop/statement", wrong).content.decode()
    for form in ("csv", "pdf"):
        assert browser.get(f"/shop/statement.{form}", wrong)["Location"] == "/shop/statement"


def test_a_label_that_begins_as_a_formula_is_text_in_the_table(browser, mine):
    Terminal.objects.create(shop=mine, label="=1+1", address=b"\1" * 20)
    sold(mine, 12_34)
    table = b"".join(browser.get("/shop/statement.csv").streaming_content).decode()
    assert '"\'=1+1"' in table


def test_a_till_that_needs_somebody_says_what_to_do(browser, mine, admitted):
    about = {"trouble": Reason.SLICE_SHORT, "trouble_since": timezone.now()}
    Terminal.objects.create(shop=mine, label="counter", address=b"\1" * 20, **about)
    Terminal.objects.create(shop=mine, label="till-of-before", address=b"\2" * 20, retired=True, **about)
    Terminal.objects.create(shop=admitted(2), label="of another", address=b"\3" * 20, **about)
    for page in ("/shop/", "/shop/terminals"):
        said = read(browser, page)
        assert "counter" in said
        assert MEANINGS[Reason.SLICE_SHORT].en.split(".")[0] in said
        assert "till-of-before" not in said
        assert "of another" not in said


def test_a_till_that_is_well_is_not_on_the_first_page(browser, mine):
    Terminal.objects.create(shop=mine, label="counter", address=b"\1" * 20, sequence=7)
    assert "counter" not in read(browser, "/shop/")
    assert "<dd>7</dd>" in read(browser, "/shop/terminals")


def test_details_show_no_more_of_the_account_than_its_end(browser, mine):
    mine.contact = {"iban": "NL91ABNA0417164300", "person": "contact-01", "phone": "0800 0000"}
    mine.save()
    page = read(browser, "/shop/details")
    assert "4300" in page
    assert "contact-01" in page
    assert "0417" not in page
    assert '<form method="post" action="/shop' not in page


def test_a_shop_that_was_never_admitted_has_empty_pages(keeper, admitted):
    browser = keeper(admitted(None, state="asked"))
    for page in PAGES:
        read(browser, page)


@pytest.mark.parametrize("number", [3, 60])
def test_pages_are_read_with_bounded_queries(browser, mine, number, django_assert_max_num_queries):
    for each in range(number):
        till = bytes([each + 1]) * 20
        Programme.objects.create(name=f"P{each}", number=100 + each, **ABOUT)
        Credit.objects.create(programme=100 + each, shop=mine.number, cents=1, why="PAID")
        Terminal.objects.create(shop=mine, label=f"till-{each}", address=till, trouble=Reason.SLICE_SHORT)
        sold(mine, 1_00, till=till)
    for page in (*PAGES, "/shop/statement.csv"):
        with django_assert_max_num_queries(16):
            answer = browser.get(page)
            assert answer.status_code == 200
            assert b"".join(answer)
