"""A family's way, on real programs: two schemes, a letter, a phone at the counter, an order, and a club."""

import io
import time

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from contracts.wire.reasons import Reason
from provisioning import period
from tests.browser import steps
from tests.browser.looking import Looker
from tests.browser.phones import readings
from tests.browser.scripts import MODULE, REFRESH
from tests.browser.steps import Family, Look
from tests.browser.town import Town
from tests.provisioning.pages import codes, links, texts

pytestmark = pytest.mark.xdist_group("browser")
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True}
BORN = f"{period.day(int(time.time())).year - 9}-03-17"
FAMILY = Family(
    name="family-78", address="Voorbeeldstraat 78", postcode="1234 AB", town="Voorbeeld",
    email="family-78@example.org", phone="0800 0000", income="1187,43", savings="500",
    children=(("child family-78-1", BORN),),
)  # fmt: skip
BUDGET, MONTH, PURCHASE, BICYCLE = 300_00, 25_00, 12_50, 89_00
PATIENCE_MS = 120_000
LATE = f"""() => Promise.all(["codes", "keyring", "session"].map({MODULE}))
    .then(async ([codes, keyring, session]) =>
        (await codes.make(keyring.current(), session.state().budgets[0], 1000, keyring.now() - 60)).text)"""


@pytest.mark.timeout(1500)
def test_a_family_pays_by_phone_orders_a_bicycle_and_goes_to_a_club(town: Town, somebody):
    look = Looker("family")
    clerk = somebody("clerk-01")
    for scheme in ("Kindpakket", "Sportclub"):
        page = somebody()
        steps.check(page, FAMILY, passed)
        steps.propose(clerk, steps.apply(page, FAMILY, passed, scheme), passed)
    paper = steps.print_passes(clerk, passed, name=FAMILY.name)
    assert any(FAMILY.address in text for text in texts(paper))
    (letter,), (link,) = codes(paper), links(paper)

    phone = somebody(**PHONE)
    opened(phone, link, look)
    paid_by_phone(town, phone, look)
    ordered(town, phone, somebody("keeper-01"), letter, look)
    at_the_club(town, phone, letter, look)
    look.require_right()


def passed(_page: Page, _name: str) -> None:
    """A page that the budget's own way has looked at."""


def opened(phone: Page, link: str, look: Look) -> None:
    """The letter's second code, read by the phone's camera."""
    phone.goto(link)
    until(phone, "#pay [data-when=showing]:visible")
    assert "KP1" not in phone.url
    look(phone, "pay")
    phone.goto("/pass/#left")
    expect(phone.locator("#left [data-rows] li")).to_have_count(2, timeout=PATIENCE_MS)
    expect(phone.locator("#left")).to_contain_text("300,00")
    look(phone, "left")


def paid_by_phone(town: Town, phone: Page, look: Look) -> None:
    """Held up by one press: approved, and the balance follows. Used again, or late, a code is refused by name."""
    chosen(phone, "Kindpakket")
    (code,) = set(readings(Image.open(io.BytesIO(phone.screenshot()))))
    town.at_the_counter(lambda hands: hands.know([town.pass_of_phone(code)]))
    phone.click("#pay [data-part=hold]")
    town.at_the_counter(lambda hands: hands.charge(PURCHASE))
    until(phone, "#pay [data-when=paid]:visible")
    expect(phone.locator("#pay [data-part=rest]")).to_contain_text("287,50")
    look(phone, "paid")
    town.at_the_counter(lambda hands: hands.refuse(code, Reason.PHONE_CODE_USED))
    town.at_the_counter(lambda hands: hands.refuse(phone.evaluate(LATE), Reason.PHONE_CODE_EXPIRED))
    phone.goto("/pass/#payments")
    expect(phone.locator("#payments")).to_contain_text("12,50", timeout=PATIENCE_MS)
    look(phone, "payments")


def ordered(town: Town, phone: Page, keeper: Page, letter: str, look: Look) -> None:
    """On the phone, got ready by the shop, and handed over at its till by one key, above the floor limit."""
    phone.goto("/pass/#shop-1")
    phone.locator("#shop [data-rows] > li", has_text="Fiets").locator("select").select_option("1", timeout=PATIENCE_MS)
    phone.click("#shop [data-does=look]")
    phone.click("#shop [data-does=order]")
    phone.goto("/pass/#orders")
    until(phone, "#orders li[data-state=set_aside]")
    look(phone, "ordered")
    keeper.goto("/shop/orders")
    steps.press(keeper, "main tbody a")
    steps.press(keeper, "main form[action$='/ready'] button.main")
    before = net(keeper)
    look(keeper, "shop-order-ready")
    until(phone, "#orders li[data-state=ready]")
    town.at_the_counter(lambda hands: hands.until_ready([town.pass_of(letter)]))
    town.at_the_counter(lambda hands: hands.hand_over(letter, "Fiets", BICYCLE))
    until(phone, "#orders li[data-state=handed_over]")
    look(phone, "handed-over")
    phone.goto("/pass/#left")
    expect(phone.locator("#left")).to_contain_text("198,50", timeout=PATIENCE_MS)
    until_net(keeper, before + BICYCLE)
    look(keeper, "shop-statement")


def at_the_club(town: Town, phone: Page, letter: str, look: Look) -> None:
    """The other scheme, of which the first month's part is there."""
    town.at_the_counter(lambda hands: hands.open_club())
    town.at_the_counter(lambda hands: hands.sell_at_club(letter, MONTH))
    phone.goto("/pass/#payments")
    until(phone, "#payments li:nth-of-type(3)")
    expect(phone.locator("#payments")).to_contain_text("25,00")
    look(phone, "payments-in-all")


def net(keeper: Page) -> int:
    """What the shop gets for all that it sold, by its own statement."""
    keeper.goto("/shop/statement")
    return steps.cents(keeper.locator("main tfoot tr > *").last.inner_text())


def until_net(keeper: Page, cents: int) -> None:
    """The statement follows the contract a moment after the page of orders does."""
    for _ in range(PATIENCE_MS // 1000):
        if net(keeper) == cents:
            return
        keeper.wait_for_timeout(1000)
    raise AssertionError(keeper.inner_text("main"))


def chosen(phone: Page, programme: str) -> None:
    """The code is for this scheme."""
    phone.goto("/pass/#pay")
    until(phone, "#pay [data-when=showing]:visible")
    phone.get_by_label(programme, exact=True).check()
    until(phone, "#pay [data-when=showing]:visible")
    phone.wait_for_function("document.querySelector('#pay [data-part=ceiling]').textContent.includes('300,00')")


def until(phone: Page, selector: str) -> None:
    """Look again and again until this is on the page: what it waits for is other processes' work."""
    for _ in range(PATIENCE_MS // 1000):
        if phone.locator(selector).count():
            return
        phone.evaluate(REFRESH)
        phone.wait_for_timeout(1000)
    raise AssertionError(f"{selector} never came: {phone.inner_text('main')}")
