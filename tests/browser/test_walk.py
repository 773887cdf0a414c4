"""One budget's way through the town, on real programs: asked for, decided, printed, spent, paid, and counted."""

import csv
import io
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import xmlschema
from playwright.sync_api import Page

from provisioning import period
from provisioning.demo import plot
from provisioning.payout.rules import faults
from tests.browser import steps
from tests.browser.looking import Looker
from tests.browser.steps import Family, Look
from tests.browser.town import SHOP, Town
from tests.provisioning.pages import codes, texts

pytestmark = pytest.mark.xdist_group("browser")
SCHEMA = Path(__file__).parents[2].parent / "shared/data/iso20022/pain.001.001.09.xsd"
TODAY = period.day(int(time.time()))
YEAR = TODAY.year
FAMILY = Family(
    name="family-77", address="Voorbeeldstraat 77", postcode="1234 AB", town="Voorbeeld",
    email="family-77@example.org", phone="0800 0000", income="1187,43", savings="500",
    children=(
        ("child family-77-1", f"{YEAR - 8}-03-17"),
        ("child family-77-2", f"{YEAR - 13}-03-17"),
        ("child family-77-3", f"{YEAR - 15}-03-17"),
    ),
)  # fmt: skip
GRANTED = (300_00, 400_00, 400_00)
OTHERS = 12
"""Families beside it that buy something, so that figures may be shown."""
SALES = (12_50, 34_95, 7_25)
GIVEN_BACK = 2_00


def figures(page: Page) -> dict[str, str]:
    """The programme's totals, as a spreadsheet gets them."""
    text = page.request.get(f"/desk/figures/{plot.KIND}.csv").text().lstrip("\ufeff")
    return {row["figure"]: row["value"] for row in csv.DictReader(io.StringIO(text))}


def until_figures(page: Page, holds: Callable[[dict[str, str]], bool]) -> dict[str, str]:
    """Those that the worker has read once all is settled."""
    for _ in range(steps.PATIENCE_MS // 1000):
        if holds(found := figures(page)):
            return found
        page.wait_for_timeout(1000)
    raise AssertionError(figures(page))


def cells(page: Page, row: str) -> list[str]:
    return page.locator(f"{row} > *").all_inner_texts()


def sums(texts_of_cells: list[str]) -> tuple[int, ...]:
    """Sales, sold, not paid, given back, net: the last five of a statement's row."""
    return tuple(steps.cents(text) for text in texts_of_cells[-5:])


def of_z(sums_: dict) -> tuple[int, ...]:
    """The same of a Z report."""
    given_back = sums_["refunds"]["cents"] - sums_["refunds_rejected"]["cents"]
    return sums_["count"], sums_["cents"], sums_["rejected"]["cents"], given_back, sums_["net_cents"]


@pytest.mark.timeout(1500)
def test_a_budget_s_way_from_five_questions_to_the_bank(town: Town, somebody):
    look = Looker("walk")
    grants, second, money, reader = map(somebody, ("clerk-01", "clerk-02", "clerk-03", "auditor-01"))
    before = until_figures(reader, lambda found: found.get("passes", "").isdecimal())

    family = somebody()
    applied_for(family, look)
    application = steps.apply(family, FAMILY, look)
    passes = granted(grants, second, application, look)
    assert len(passes) == len(FAMILY.children)
    family.goto("/application")
    look(family, "application-of-the-family")

    report = sold(town, passes)
    paid(town, money, second, report, look)
    settled(second, report, look)
    counted(reader, before, report, look)
    look.require_right()


def applied_for(page: Page, look: Look) -> None:
    """The five questions say what the rules then give."""
    steps.check(page, FAMILY, look)
    said = page.inner_text("main .note.good")
    assert f"{sum(GRANTED) // 100:,}".replace(",", ".") in said, said


def granted(grants: Page, second: Page, application: str, look: Look) -> list[str]:
    """Two people decide, and one prints: the codes that stand on the paper."""
    steps.propose(grants, application, look)
    assert not grants.locator("main form[action$='/confirm']").count(), "who proposed it may confirm it"
    letter = " ".join(texts(steps.confirm(second, application, look)))
    for child, _ in FAMILY.children:
        assert child in letter
    document = steps.print_passes(grants, look, name=FAMILY.name)
    assert all(FAMILY.address in page for page in texts(document))
    look_at_family(grants, look)
    return codes(document)


def look_at_family(page: Page, look: Look) -> None:
    """With its passes and budgets, and all that is kept of it."""
    page.goto("/desk/families/")
    steps.send(page, name=FAMILY.name)
    look(page, "family-with-passes")
    steps.press(page, "main a[href$='/kept']")
    look(page, "family-kept")


def sold(town: Town, passes: list[str]) -> dict:
    """At the counter: to this family and to others, and some of it given back; the till's Z report."""
    others = {town.setting.code(f"family-{number:02}"): 10_00 + number for number in range(1, OTHERS + 1)}
    town.sell(dict(zip(passes, SALES, strict=True)) | others)
    town.give_back(passes[1], SALES[1], GIVEN_BACK)
    town.settle()
    report = town.z_report()
    sold_in_all = sum(SALES) + sum(others.values())
    assert (report["total"]["cents"], report["turnover_cents"]) == (sold_in_all, sold_in_all - GIVEN_BACK)
    return report


def paid(town: Town, money: Page, second: Page, report: dict, look: Look) -> None:
    """The shop chooses its bank, and two people make a file that pays what it sold."""
    town.choose_bank()
    steps.change_account(money, second, f"Winkel {SHOP}", "NL02ABNA0123456789", look)
    content = steps.make_bank_file(money, second, plot.KIND, look)
    turnover = report["turnover_cents"]
    assert content.decode().count("<CdtTrfTxInf>") == 1
    assert f'<InstdAmt Ccy="EUR">{turnover // 100}.{turnover % 100:02}</InstdAmt>' in content.decode()
    assert [*faults(content)] == []
    if SCHEMA.exists():
        xmlschema.XMLSchema(str(SCHEMA)).validate(content.decode())
    assert int(town.setting.town.view("credit", plot.KIND, SHOP)) == 0


def settled(page: Page, report: dict, look: Look) -> None:
    """The shop's statement says what its till's Z report says, by programme and in all."""
    steps.statement(page, SHOP, f"{TODAY - timedelta(days=1)}", f"{TODAY + timedelta(days=1)}", look)
    total = of_z(report["total"])
    for _ in range(steps.PATIENCE_MS // 1000):
        if page.locator("main tfoot").count() and sums(cells(page, "main tfoot tr")) == total:
            break
        page.wait_for_timeout(1000)
        page.reload()
    look(page, "statement")
    rows = page.locator("main .scroll >> nth=0").locator("tbody tr")
    assert [sums(row.locator("> *").all_inner_texts()) for row in rows.all()] == [
        of_z(each) for each in report["programmes"]
    ]
    assert sums(cells(page, "main tfoot tr")) == total


def counted(page: Page, before: dict[str, str], report: dict, look: Look) -> None:
    """The figures have moved by just this, on the dashboard too."""
    turnover = report["turnover_cents"]
    spent = f"{turnover // 100}.{turnover % 100:02}"
    after = until_figures(page, lambda found: found.get("spent") == spent)
    assert int(after["passes"]) == int(before["passes"]) + len(GRANTED)
    assert steps.cents(after["granted"]) == steps.cents(before["granted"]) + sum(GRANTED)
    assert (before["activated"], after["activated"]) == ("0", str(len(GRANTED) + OTHERS))
    page.goto("/desk/figures")
    assert f"{turnover // 100},{turnover % 100:02}" in page.inner_text(
        f"section[aria-labelledby=programme-{plot.KIND}]"
    )
    look(page, "figures")
    steps.press(page, f"#programme-{plot.KIND} a")
    look(page, "figures-of-the-programme")
    page.goto("/desk/trail")
    look(page, "trail")
    page.goto("/desk/tasks")
    look(page, "tasks")
