"""A bicycle: seen on a phone, ordered, got ready by the shop, handed over at its till, and found on its statement."""

import time
from dataclasses import dataclass

import pytest
from coincurve import PrivateKey
from playwright.sync_api import Page, Route, expect

from contracts.deployment import Deployment
from contracts.wire import passcode
from contracts.wire.entry import Ask
from contracts.wire.units import Cents, Timestamp, to_hex
from provisioning import grant, paper, settle
from provisioning.passes import NewPass, new_pass
from provisioning.portal.running import founding
from provisioning.town import Town
from tests.browser.conftest import Running
from tests.browser.looking import Looker
from tests.browser.phones import until_known
from tests.browser.steps import press
from tests.provisioning.journals import Till

pytestmark = pytest.mark.xdist_group("browser")
SHOP = 2
PATIENCE_MS = 90_000
GRANTED = 120_00


@dataclass(frozen=True, slots=True)
class Family:
    """A pass on a letter, and the town that gave it a budget."""

    town: Town
    made: NewPass
    programme: int

    @property
    def key(self) -> PrivateKey:
        static = passcode.parse(self.made.code, founding.NETWORK)
        assert isinstance(static, passcode.StaticCode)
        return PrivateKey(static.private_key())

    def fetch(self, cents: int) -> None:
        """Go to the shop: its till asks the contract for just this amount."""
        till, now = Till.registered(self.town, SHOP, 0), Timestamp(int(time.time()))
        till.add(Ask(self.programme, Cents(cents), now, Timestamp(now + 600)), self.key)
        settle.settle(self.town, till.export())


@pytest.fixture
def family(portal: Running) -> Family:
    deployment = Deployment.load(portal.folder / "deployment.json")
    town = Town.open(deployment, founding.accounts()[1])
    numbers = range(1, int(town.view("programme_count")) + 1)
    programme = next(each for each in numbers if town.view("is_admitted", each, SHOP))
    made = new_pass(founding.NETWORK)
    grant.grant(town, programme, to_hex(made.address), [grant.Line(made.address, Cents(GRANTED))])
    until_known(portal, made)  # the page asks once a minute
    return Family(town, made, programme)


def opened(page: Page, code: str) -> None:
    """Scan the letter."""
    page.goto(f"/pass/#{code}")
    page.goto("/pass/#left")
    expect(page.locator("#left [data-rows] li")).to_have_count(1, timeout=PATIENCE_MS)


def order(page: Page, product: str) -> None:
    """Choose one of it, look at the order, and send it."""
    page.locator("#shop [data-rows] > li", has_text=product).locator("select").select_option("1")
    page.click("#shop [data-does=look]")
    page.click("#shop [data-does=order]")


def stands(page: Page, state: str) -> None:
    """The newest order is in this state, sooner or later."""
    card = page.locator(f"#orders li[data-state={state}]")
    for _ in range(PATIENCE_MS // 2000):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        if card.count():
            return
        page.wait_for_timeout(2000)
    raise AssertionError(f"no order is {state}: {page.inner_text('#orders')}")


@pytest.mark.timeout(900)
def test_a_bicycle_is_ordered_and_handed_over(visit, sign_in, portal, family):
    look, page = Looker("orders"), visit()
    opened(page, family.made.code)
    page.goto("/pass/#shops")
    page.click(f"#shops a[href='#shop-{SHOP}']")
    page.wait_for_selector("#shop [data-rows] > li")
    look(page, "products")

    page.locator("#shop [data-rows] > li", has_text="Fiets").locator("select").select_option("1")
    page.click("#shop [data-does=look]")
    summary = page.inner_text("#shop [data-step=sure]")
    assert [said for said in ("120,00", "89,00", "31,00") if said not in summary] == []
    look(page, "summary")
    page.click("#shop [data-does=order]")
    page.wait_for_selector("#shop [data-step=done]:not([hidden])")
    look(page, "sent")
    page.click("#shop [data-step=done] a")
    stands(page, "set_aside")
    look(page, "list")

    shop = sign_in("keeper-02")
    shop.goto("/shop/orders")
    look(shop, "shop-list")
    press(shop, "main tbody a")
    look(shop, "shop-one")
    assert family.made.code not in shop.content()
    press(shop, "main form[action$='/ready'] button.main")
    look(shop, "shop-ready")
    stands(page, "ready")
    look(page, "ready")

    family.fetch(89_00)
    stands(page, "handed_over")
    look(page, "handed-over")
    page.goto("/pass/#left")
    expect(page.locator("#left [data-rows]")).to_contain_text("31,00", timeout=PATIENCE_MS)
    on_statement(shop, "89,00")

    cancelled_by_phone(page, look)
    refused_as_sold_out(page, shop)
    found_at_the_desk(sign_in("clerk-01"), family, look)
    said_offline(page, look)
    look.require_right()


def on_statement(shop: Page, amount: str) -> None:
    """As any sale."""
    for _ in range(PATIENCE_MS // 2000):
        shop.goto("/shop/statement")
        if amount in shop.inner_text("main"):
            return
        shop.wait_for_timeout(2000)
    raise AssertionError(shop.inner_text("main"))


def answer_lost(route: Route) -> None:
    """The portal hears the question, and the phone no answer."""
    route.fetch()
    route.abort()


def cancelled_by_phone(page: Page, look: Looker) -> None:
    """Ordered, and not wanted after all."""
    page.goto(f"/pass/#shop-{SHOP}")
    page.route("**/pass/api/order", answer_lost, times=1)
    order(page, "Voetbal")
    page.wait_for_selector("#shop [data-part=wrong]:not([hidden])")
    look(page, "not-sent")
    page.click("#shop [data-does=order]")  # the same order once more, as the desk sees below
    page.wait_for_selector("#shop [data-step=done]:not([hidden])")
    page.goto("/pass/#orders")
    stands(page, "set_aside")
    page.click("#orders li[data-state=set_aside] [data-does=sure]")
    look(page, "sure")
    page.click("#orders [data-part=sure]:not([hidden]) [data-does=cancel]")
    stands(page, "cancelled")
    expect(page.locator("#orders")).to_contain_text("Het geld staat weer bij uw tegoed.", timeout=PATIENCE_MS)


def refused_as_sold_out(page: Page, shop: Page) -> None:
    """Somebody was first: it is said, and what is there now is shown."""
    page.goto(f"/pass/#shop-{SHOP}")
    page.locator("#shop [data-rows] > li", has_text="Voetbal").locator("select").select_option("1")
    shop.goto("/shop/products/stock")
    shop.get_by_label("Voetbal").fill("0")
    press(shop, "main button.main")
    page.click("#shop [data-does=look]")
    page.click("#shop [data-does=order]")
    expect(page.locator("#shop [data-part=changed]")).to_contain_text("Van Voetbal zijn er nog 0.")
    expect(page.locator("#shop [data-rows] > li", has_text="Voetbal")).to_contain_text("Uitverkocht")


def found_at_the_desk(desk: Page, family: Family, look: Looker) -> None:
    """A family that calls reads its number out."""
    desk.goto("/desk/orders")
    look(desk, "desk-list")
    desk.fill("[name=label]", paper.label(family.made.address))
    press(desk, "main form[action$='/find'] button")
    assert desk.locator("main tbody tr").count() == 2
    look(desk, "desk-found")
    press(desk, "main tbody a")
    look(desk, "desk-one")


def said_offline(page: Page, look: Looker) -> None:
    """Nothing can be ordered without a network, and the page says so."""
    page.context.set_offline(True)
    page.goto("/pass/#orders")
    page.goto(f"/pass/#shop-{SHOP}")
    page.wait_for_selector("#shop [data-part=offline]:not([hidden])")
    look(page, "offline")
    page.context.set_offline(False)
