"""An account of a shop, from the desk's page to what families see: the pages that no link leads to among them."""

import re
from io import BytesIO

import pytest
from PIL import Image

from tests.browser import checks
from tests.browser.conftest import PICTURES
from tests.browser.steps import press, send
from tests.browser.test_first_sign_in import OWN, code_of

pytestmark = pytest.mark.xdist_group("browser")


def photo():
    out = BytesIO()
    Image.new("RGB", (1200, 900), "teal").save(out, "JPEG")
    return {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


@pytest.mark.timeout(600)
def test_a_keeper_gets_an_account_and_puts_something_in_the_window(sign_in, visit, portal):
    wrong = {}
    PICTURES.mkdir(parents=True, exist_ok=True)

    def look(page, name):
        wrong[name] = checks.all_of(page)
        page.set_viewport_size(checks.WIDE)
        page.screenshot(path=PICTURES / f"keeper-{name}.png", full_page=True)

    desk = sign_in("clerk-01")
    desk.goto("/desk/shops")
    press(desk, "main tbody tr:nth-child(2) a")
    press(desk, "main a[href$='/keepers']")
    send(desk, name="not a name")
    look(desk, "accounts")
    send(desk, name="shop-02-new")
    look(desk, "first-password")
    (password,) = re.findall(r"\b(?:\w{5}-){3}\w{5}\b", desk.inner_text("main"))

    page = visit()
    page.goto("/shop/products")
    send(page, username="shop-02-new", password=password)
    send(page, new_password1=OWN, new_password2=OWN)
    send(page, code=code_of(page))
    press(page, "main a.button")
    assert page.url.endswith("/shop/products")

    press(page, "main a.main")
    send(page, name="Step", cents="veel", stock="2")
    look(page, "product-wrong")
    page.set_input_files("main [name=picture]", photo())
    send(page, cents="24,95")
    row = "main tbody tr:has-text('Step')"
    assert "24,95" in page.inner_text(row)
    assert page.locator(f"{row} img").evaluate("one => one.naturalWidth") == 800
    press(page, f"{row} button")
    look(page, "hidden")
    press(page, "main .note button")
    assert page.locator("main .note button").count() == 0

    page.goto("/shop/products/stock")
    field = page.get_by_label("Step")
    field.fill("-1")
    press(page, "main button.main")
    look(page, "stock-wrong")
    page.get_by_label("Step").fill("7")
    press(page, "main button.main")
    assert page.get_by_label("Step").input_value() == "7"

    families = visit()
    (step,) = (each for each in families.goto("/pass/products/2").json()["products"] if each["name"] == "Step")
    assert (step["cents"], step["stock"]) == (24_95, 7)
    assert families.goto(step["picture"]).headers["content-type"] == "image/jpeg"

    desk.goto(desk.url)
    press(desk, "main tr:has-text('shop-02-new') button.danger")
    page.goto("/shop/")
    assert "/sign-in" in page.url
    assert {name: found for name, found in wrong.items() if found} == {}
