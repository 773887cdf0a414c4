"""An order whose answer was lost: whatever a phone sends next has its number, until it is known what became of it."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route

import provisioning.portal.family

pytestmark = [pytest.mark.xdist_group("browser"), pytest.mark.timeout(120)]
SCRIPTS = Path(provisioning.portal.family.__file__).parent / "static" / "family"
ORIGIN = "http://pass.localhost"
PAGE = f"""<!doctype html><html lang="nl"><title>-</title>
<div id="pass" data-chain-id="31337" data-contract="0x{"11" * 20}" data-network="1"></div>"""
HELD = """() => Promise.all(["vault", "keyring"].map(name => import(`/${name}.js`))).then(async ([vault, keyring]) => {
    await vault.add({address: "0x" + "22".repeat(20), network: 1, key: new Uint8Array(32).fill(7)});
    await keyring.load();
})"""
SENT = """programme => Promise.all(["ordering", "keyring"].map(name => import(`/${name}.js`))).then(
    async ([{ Draft }, keyring]) => {
        await keyring.load();
        const basket = {lines: [{product: 1, quantity: 1}], total: 500};
        const budget = {programme, left: 900, day_limit: 900, ends: 4_000_000_000};
        const draft = new Draft(basket, 3, budget, 14);
        return draft.send().then(() => "ordered", error => error.code ?? error.constructor.name);
    })"""


@pytest.fixture
def sent(chromium: Browser) -> Iterator[Callable[[int, int, str], tuple[str, str]]]:
    """Sends an order from this programme, which is answered so; gives what the page makes of that, and its number."""
    context = chromium.new_context()
    orders: list[dict[str, Any]] = []
    now: list[tuple[int, str]] = []

    def answer(route: Route) -> None:
        path = route.request.url.removeprefix(ORIGIN)
        if path == "/pass/api/order":
            orders.append(json.loads(route.request.post_data or ""))
            status, error = now[-1]
            if status:
                route.fulfill(status=status, json={"error": error, "said": "-"} if error else {"order": {}})
            else:
                route.abort()
        elif path == "/":
            route.fulfill(body=PAGE, content_type="text/html")
        else:
            route.fulfill(path=SCRIPTS / path[1:], content_type="text/javascript")

    def send(programme: int, status: int, error: str = "") -> tuple[str, str]:
        now.append((status, error))
        page.goto(f"{ORIGIN}/")  # with nothing in memory
        said = page.evaluate(SENT, programme)
        assert orders[-1]["programme"] == programme
        return said, orders[-1]["number"]

    context.route(f"{ORIGIN}/**", answer)
    page: Page = context.new_page()
    page.goto(f"{ORIGIN}/")
    page.evaluate(HELD)
    yield send
    context.close()


def test_a_changed_order_has_the_number_of_the_one_of_which_no_answer_came(sent):
    lost, number = sent(1, 0)
    assert (lost, number == str(int(number))) == ("TryAgain", True)
    assert sent(2, 503, "away") == ("TryAgain", number)
    assert sent(2, 409, "price") == ("price", number)  # the first one may be on its way yet
    assert sent(2, 409, "number") == ("number", number)
    said, other = sent(2, 200)
    assert (said, other != number) == ("ordered", True)
    assert sent(2, 200)[1] not in {number, other}
