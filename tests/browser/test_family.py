"""A family's page on a phone, from the letter to the lost pass: each section for eyes, ears, thumbs and keyboards."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser import checks, steps
from tests.browser.conftest import PICTURES, Running, enter
from tests.browser.scripts import MODULE
from tests.provisioning.pages import codes

pytestmark = pytest.mark.xdist_group("browser")
SECTIONS = ("left", "payments", "shops", "block")
HERE = {"latitude": 52.0021, "longitude": 5.998}
"""Beside the second of the sample's shops; nobody said where the third one stands."""
_DAY = 86_400
A_SHOP = {
    "address": "Voorbeeldstraat 1", "postcode": "1234 AB", "town": "Voorbeeld", "category": "kleding",
    "programmes": [7, 8], "latitude": None, "longitude": None, "sells": False,
}  # fmt: skip


@pytest.fixture(scope="module")
def clerk(chromium: Browser, portal: Running) -> Iterator[Page]:
    """Somebody of the desk, who signs in once: a phone's code is good once."""
    context = chromium.new_context(base_url=portal.url, locale="nl-NL")
    yield enter(context.new_page(), portal, "clerk-02")
    context.close()


def letter(clerk: Page, name: str) -> str:
    """The code of a new pass of this family's, which has what the old one had."""
    clerk.goto("/desk/families/")
    steps.send(clerk, name=name)
    return codes(steps.replace_pass(clerk))[0]


def opened(page: Page, code: str) -> None:
    """As the letter's second code opens it, once the portal's tables have followed the chain."""
    page.goto(f"/pass/#{code}")
    steps.eventually(page, "#whose:not([hidden])")
    assert "KP1" not in page.url
    go(page, "payments")
    steps.eventually(page, "#payments [data-rows] > li")


def go(page: Page, name: str) -> None:
    """To a section, as the ways lead there."""
    page.click(f"[data-ways] a[href='#{name}']")
    expect(page.locator(f"#{name} h2")).to_be_focused()
    assert page.get_attribute(f"[data-ways] a[href='#{name}']", "aria-current") == "page"
    assert page.locator("section:visible").count() == 1


def look(page: Page, name: str) -> list[str]:
    """What is wrong with what is open; and its picture, as it is held in one hand."""
    wrong = [f"{name}: {each}" for each in checks.all_of(page)]
    PICTURES.mkdir(parents=True, exist_ok=True)
    for width, size in (("", checks.NARROW), ("-wide", checks.WIDE)):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.screenshot(path=PICTURES / f"family-{name}{width}.png", full_page=True)
    return wrong


def names(page: Page) -> list[str]:
    """The shops, as they stand."""
    return page.locator("#shops [data-rows] h3").all_inner_texts()


def find_a_shop(page: Page, portal: Running) -> None:
    """By what it sells, by its name, and the nearest first: where the phone is, is sent to nobody."""
    go(page, "shops")
    assert names(page) == ["shop-01", "shop-02", "shop-03"]
    page.fill("#shops-search", "BOEKEN")
    assert names(page) == ["shop-03"]
    page.fill("#shops-search", "nergens")
    expect(page.locator("#shops [data-empty]")).to_be_visible()
    page.fill("#shops-search", "")
    page.click("[data-by=distance]")
    expect(page.locator("#shops [data-nowhere]")).to_be_visible()
    page.context.grant_permissions(["geolocation"], origin=portal.url)
    page.context.set_geolocation(HERE)  # type: ignore[arg-type]
    sent = list[str]()
    page.on("request", lambda request: sent.append(f"{request.url} {request.post_data}"))
    page.click("[data-by=distance]")
    expect(page.locator("[data-by=distance]")).to_have_attribute("aria-pressed", "true")
    assert names(page) == ["shop-02", "shop-01", "shop-03"]
    assert page.locator("#shops [data-rows] .tag:visible").count() == 2
    assert not [each for each in sent if "52.00" in each or not each.startswith(portal.url)]
    page.click("[data-by=name]")
    assert names(page) == ["shop-01", "shop-02", "shop-03"]


def without_a_network(page: Page) -> None:
    """What was so is shown with its time, and it is said that it may be old."""
    page.context.set_offline(True)
    go(page, "left")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator("#notice")).to_contain_text("Er is nu geen verbinding")
    assert page.locator("#left .card strong").first.inner_text().startswith("€")
    go(page, "block")
    page.click("[data-act=sure]")
    page.click("[data-act=block]")
    expect(page.locator("#block [data-step=failed]")).to_contain_text("Bel")
    expect(page.locator("#block [data-step=failed] h3")).to_be_focused()
    page.click("#block [data-step=failed] button")
    expect(page.locator("#block [data-step=sure] h3")).to_be_focused()
    page.context.set_offline(False)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator("#notice")).to_be_hidden()


def block(page: Page) -> list[str]:
    """Asked twice, then followed until the contract has it; nothing else is open after that."""
    go(page, "left")
    go(page, "block")
    page.click("[data-act=sure]")
    expect(page.locator("#block [data-step=sure] h3")).to_be_focused()
    wrong = look(page, "block-sure")
    page.click("[data-act=no]")
    expect(page.locator("#block [data-step=ask] button")).to_be_focused()
    page.click("[data-act=sure]")
    page.click("[data-act=block]")
    expect(page.locator("#ended h2")).to_be_focused(timeout=steps.PATIENCE_MS)
    expect(page.locator("#ended [data-state=blocked]")).to_be_visible()
    expect(page.locator("[data-ways]:visible")).to_have_count(0)
    page.goto("/pass/#left")
    expect(page.locator("#ended")).to_be_visible()
    return wrong + look(page, "ended")


@pytest.mark.timeout(600)
def test_a_family_reads_its_pass_finds_a_shop_and_blocks_a_lost_one(clerk, visit, portal):
    page = visit()
    opened(page, letter(clerk, "family-01"))
    wrong = []
    for name in SECTIONS:
        go(page, name)
        wrong += look(page, name)
    find_a_shop(page, portal)
    without_a_network(page)
    wrong += block(page)
    assert not wrong, "\n".join(wrong)


def otherwise(page: Page, change: Callable[[dict[str, Any]], None]) -> None:
    """The portal says something else of the pass from now on."""

    def answer(route: Route) -> None:
        found = route.fetch()
        told = found.json()
        change(told)
        route.fulfill(response=found, body=json.dumps(told))

    page.route("**/pass/api/state", answer)
    page.reload()


def much(told: dict[str, Any]) -> None:
    """Budgets in every state, money that was given back, and more shops than are drawn at once."""
    (budget,), (paid, *_) = told["budgets"], told["payments"]
    now = told["time"]
    told["budgets"] = [
        budget,
        budget | {"programme": 7, "name": "Zwemmen", "begins": now + 9 * _DAY},
        budget | {"programme": 8, "name": "Sport", "ends": now - 9 * _DAY, "left": 0},
        budget | {"programme": 9, "name": "Boeken", "paused": True, "day_limit": 2**32 - 1, "left": 123_456_78},
    ]
    told["payments"] = [paid, paid | {"refunded": 5_00, "programme": 7}]
    order = {"programme": budget["programme"], "cents": 10_00, "moving": False, "can_cancel": True, "lines": []}
    states = (("ready", False), ("set_aside", False), ("cancelled", True), ("cancelled", False), ("asked", True))
    told["orders"] = [
        *(order | {"order": state, "state": state, "moving": moving, "until": now} for state, moving in states),
        order | {"order": "other", "state": "ready", "programme": 99, "until": now},
    ]
    told["shops"] = [A_SHOP | {"number": n, "name": f"shop-{n:03}"} for n in range(1, 121)]


@pytest.mark.timeout(600)
def test_several_budgets_in_every_state_and_many_shops(clerk, visit):
    page = visit()
    opened(page, letter(clerk, "family-02"))
    otherwise(page, much)
    go(page, "left")
    cards = page.locator("#left .card")
    expect(cards).to_have_count(4)
    said = cards.all_inner_texts()
    assert "vanaf deze dag" in said[1]
    assert "voorbij" in said[2]
    assert "niet weg" in said[3]
    assert "€\N{NO-BREAK SPACE}123.456,78" in said[3]
    assert "Hoogstens" not in said[3]
    assert "Apart gezet voor uw bestellingen\n€\N{NO-BREAK SPACE}30,00" in said[0]
    assert "Apart gezet" not in said[1]
    wrong = look(page, "left-many")
    go(page, "payments")
    assert "gaf terug: €\N{NO-BREAK SPACE}5,00" in page.locator("#payments li").nth(1).inner_text()
    assert "Zwemmen" in page.locator("#payments li").nth(1).inner_text()
    wrong += look(page, "payments-many")
    go(page, "shops")
    assert len(names(page)) == 50
    page.click("[data-more]")
    expect(page.locator("#shops [data-rows] > li").nth(50)).to_be_focused()
    page.click("[data-more]")
    assert len(names(page)) == 120
    expect(page.locator("[data-more]")).to_be_hidden()
    assert "Zwemmen, Sport" in page.locator("#shops [data-rows] > li").first.inner_text()
    assert not wrong, "\n".join(wrong)


@pytest.mark.timeout(600)
def test_in_english_and_with_a_replaced_or_unknown_pass(clerk, visit):
    page = visit()
    old = letter(clerk, "family-03")
    opened(page, old)
    page.click("a[lang=en]")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    go(page, "left")
    assert "is left" in page.locator("#left").inner_text()
    letter(clerk, "family-03")
    page.reload()
    expect(page.locator("#ended [data-state=replaced]")).to_be_visible(timeout=steps.PATIENCE_MS)
    wrong = look(page, "replaced")
    page.route(
        "**/pass/api/state", lambda route: route.fulfill(status=404, json={"error": "unknown", "said": "Not known."})
    )
    page.reload()
    expect(page.locator("#notice")).to_have_text("Not known.")
    assert not wrong, "\n".join(wrong)


def test_without_javascript_it_says_that_the_letter_works(chromium: Browser, portal: Running):
    context = chromium.new_context(base_url=portal.url, locale="nl-NL", java_script_enabled=False)
    page = context.new_page()
    page.goto("/pass/")
    assert "Uw brief werkt nog in elke winkel" in page.inner_text("main")
    assert page.locator("#pass").is_hidden()
    context.close()


DISTANCES = f"""() => {MODULE}("distance").then(({{ metres, said }}) => {{
    const [dam, grote, here] = [[52.3731, 4.8926], [52.3810, 4.6368], [52.3731, 4.8926]]
        .map(([latitude, longitude]) => ({{ latitude, longitude }}));
    return [metres(dam, grote), metres(dam, here), ...[0, 349, 949, 1049, 17450].map(said)];
}})"""


def test_distances_are_those_of_the_earth(visit):
    page = visit()
    page.goto("/pass/")
    far, none, *said = page.evaluate(DISTANCES)
    assert far == pytest.approx(17_390, rel=0.005)
    assert none == 0
    assert said == [f"{text}\N{NO-BREAK SPACE}{unit}" for text, unit in (
        ("0", "m"), ("350", "m"), ("950", "m"), ("1", "km"), ("17,5", "km"),
    )]  # fmt: skip
