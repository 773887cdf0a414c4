"""The pages on the way in, which no link leads to: first password, phone, codes for paper, wrong tries."""

import io
import re
from base64 import b32decode

import pytest
import zxingcpp
from django_otp.oath import totp
from PIL import Image

from tests.browser import checks

pytestmark = pytest.mark.xdist_group("browser")
OWN = "a long walk to the sea"


def code_of(page):
    """What an app shows that scanned the picture on the page."""
    (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(page.locator("main img").screenshot())))
    secret = re.search("secret=([A-Z2-7]+)", found.text)
    assert secret
    return f"{totp(b32decode(secret[1])):06d}"


def send(page, **fields):
    for name, value in fields.items():
        page.fill(f"[name={name}]", value)
    page.click("main form button.main")


@pytest.mark.timeout(600)
def test_somebody_new_comes_in_by_their_own_password_and_phone(visit, portal):
    password = portal.command("user", "add", "clerk-09", "--role", "auditor").split()[-1]
    page, wrong = visit(), {}

    def look(name):
        wrong[name] = checks.all_of(page)
        page.set_viewport_size(checks.WIDE)

    page.goto("/desk/trail")
    send(page, username="clerk-09", password="wrong")
    look("a wrong password")
    send(page, username="clerk-09", password=password)
    look("one's own password")
    send(page, new_password1=OWN, new_password2=OWN)
    send(page, code="000000")
    look("the phone, and a wrong code")
    page.wait_for_timeout(1100)  # a wrong code makes the next wait for a second
    send(page, code=code_of(page))
    look("codes for paper")
    codes = page.locator("li code").all_inner_texts()
    page.click("main a.button")
    assert page.url.endswith("/desk/trail")

    page.goto("/account/recovery")
    look("new codes")
    page.click("header form.out button")
    send(page, username="clerk-09", password=OWN)
    look("the code")
    page.click("main a")
    look("a code from paper")
    send(page, code=codes[0])
    assert page.url.endswith("/desk/")
    assert {name: found for name, found in wrong.items() if found} == {}
