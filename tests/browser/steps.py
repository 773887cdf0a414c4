"""What families and clerks do in a browser, a step at a time, by the pages' own forms and links."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, Route

Look = Callable[[Page, str], None]
"""Called with each page that a step opens, and a name for it."""
PATIENCE_MS = 120_000


@dataclass(frozen=True, slots=True)
class Family:
    """What one types about itself. Amounts as people write them, days as 2016-03-17."""

    name: str
    address: str
    postcode: str
    town: str
    email: str
    phone: str
    income: str
    savings: str
    children: tuple[tuple[str, str], ...]
    paper: bytes = b"%PDF-1.4\n%%EOF\n"


def press(page: Page, selector: str) -> None:
    """Press it, and wait for the page that follows."""
    with page.expect_navigation():
        page.click(selector)


def send(page: Page, **fields: str) -> None:
    """Fill these fields in, and press the page's first main button."""
    for name, value in fields.items():
        page.fill(f"main [name='{name}']", value)
    press(page, "main form button.main")


def eventually(page: Page, selector: str) -> None:
    """Load the page again and again until this is on it, as what it waits for is another process's work."""
    for _ in range(PATIENCE_MS // 1000):
        if page.locator(selector).count():
            return
        page.wait_for_timeout(1000)
        page.reload()
    raise AssertionError(f"{selector} never came on {page.url}: {page.inner_text('main')}")


def downloaded(page: Page, selector: str) -> bytes:
    """The file that pressing this gives."""
    with page.expect_download() as download:
        page.click(selector)
    return Path(download.value.path()).read_bytes()


def opened_pdf(page: Page, selector: str, path: str) -> bytes:
    """What pressing this shows in another tab, whose address ends so."""
    found: list[bytes] = []

    def take(route: Route) -> None:
        answer = route.fetch()
        found.append(answer.body())
        route.fulfill(response=answer)

    page.context.route(f"**{path}", take)
    with page.expect_popup() as popup:
        page.click(selector)
    while not found:
        page.wait_for_timeout(100)
    popup.value.close()
    page.context.unroute(f"**{path}")
    return found[0]


def cents(text: str) -> int:
    """An amount on a page."""
    return int(re.sub(r"[^\d-]", "", text))


# A family


def check(page: Page, family: Family, look: Look) -> None:
    """The first page and the five questions, up to what they say."""
    page.goto("/")
    look(page, "home")
    press(page, "main a.button.main")
    look(page, "check")
    page.fill("[name=postcode]", family.postcode)
    page.check("[name=living][value=alone]")
    page.fill("[name=income]", family.income)
    page.fill("[name=savings]", family.savings)
    for place, (_, born) in enumerate(family.children):
        if place:
            press(page, "button[name=more]")
        page.fill(f"[name='child-{place}-born']", born)
    press(page, "main form button.main")
    look(page, "result")


def apply(page: Page, family: Family, look: Look, scheme: str = "Kindpakket") -> str:
    """From there through each step to the code that the family gets."""
    press(page, f"main button[name=scheme]:has-text('{scheme}')")
    look(page, "who")
    send(page, name=family.name, address=family.address, town=family.town, email=family.email, phone=family.phone)
    look(page, "children")
    send(page, **{f"child-{place}-name": name for place, (name, _) in enumerate(family.children)})
    look(page, "money")
    send(page)
    look(page, "papers")
    page.check("[name=kind][value=income]")
    page.set_input_files("[name=paper]", {"name": "paper.pdf", "mimeType": "application/pdf", "buffer": family.paper})
    press(page, "main form[enctype] button")
    look(page, "papers-added")
    press(page, "main a.button.main")
    look(page, "review")
    page.check("[name=truth]")
    send(page)
    look(page, "sent")
    return page.inner_text("main dl.facts strong")


# Who decides


def find_application(page: Page, code: str, look: Look) -> None:
    """Open it by its code."""
    page.goto("/desk/applications/")
    look(page, "applications")
    page.fill("[name=code]", code)
    press(page, "main form[action$='/find'] button")


def propose(page: Page, code: str, look: Look, **words: str) -> None:
    """Grant what the rules advise: above the amount for one person, that is a proposal."""
    find_application(page, code, look)
    look(page, "application")
    for name, said in words.items():
        page.fill(f"[name='grant-{name}']", said)
    if page.locator("[name=grant-seen]").count():
        page.check("[name=grant-seen]")
    press(page, "main form[action$='/grant'] button.main")
    look(page, "application-proposed")


def confirm(page: Page, code: str, look: Look) -> bytes:
    """As the second person; the letter of the decision."""
    find_application(page, code, look)
    look(page, "application-second")
    press(page, "main form[action$='/confirm'] button.main")
    look(page, "application-granted")
    return downloaded(page, "main form[action$='/letter'] button.main")


def print_passes(page: Page, look: Look, **by: str) -> bytes:
    """Find the family, make its letters, and say that they are on paper: the budgets are given then."""
    page.goto("/desk/families/")
    look(page, "families")
    send(page, **by)
    look(page, "family")
    press(page, "main form[action$='/letters'] button.main")
    look(page, "letters")
    document = opened_pdf(page, "main form[action$='/make'] button.main", "/make")
    page.reload()
    look(page, "letters-made")
    press(page, "main form[action$='/printed'] button.main")
    look(page, "letters-printed")
    eventually(page, "[data-task][data-state=done]")
    look(page, "letters-given")
    return document


def replace_pass(page: Page) -> bytes:
    """A lost pass of the family whose page is open: the letter of the one in its place, once its budget has moved."""
    document = opened_pdf(page, "main form[action$='/replace'] button", "/replace")
    page.reload()
    eventually(page, "main:not(:has([data-task][data-state=waiting]))")
    return document


def hand_in_list(page: Page, content: bytes, look: Look) -> bytes:
    """A list of the social service: tried, run, and its letters of decision."""
    page.goto("/desk/imports/")
    look(page, "imports")
    page.set_input_files("[name=file]", {"name": "list.csv", "mimeType": "text/csv", "buffer": content})
    send(page)
    look(page, "import-tried")
    press(page, "main form[action$='/start'] button.main")
    eventually(page, "main form[action$='/letters']")
    look(page, "import-done")
    return downloaded(page, "main form[action$='/letters'] button")


# Who pays


def change_account(first: Page, second: Page, shop: str, iban: str, look: Look) -> None:
    """One writes a shop's account down, another one confirms it."""
    first.goto("/desk/shops")
    look(first, "shops")
    press(first, f"main a:text-is('{shop}')")
    look(first, "shop")
    press(first, "main a[href$='/account']")
    look(first, "account")
    send(first, iban=iban)
    look(first, "account-waits")
    second.goto(first.url)
    look(second, "account-second")
    press(second, "main form[action$='/confirm'] button.main")
    look(second, "account-confirmed")


def make_bank_file(first: Page, second: Page, programme: int, look: Look) -> bytes:
    """One plans it, another one confirms it; its bytes."""
    first.goto("/desk/payouts/")
    look(first, "payouts")
    press(first, "main a.button.main")
    look(first, "payout-new")
    first.check(f"[name=programmes][value='{programme}']")
    send(first)
    look(first, "payout-asked")
    eventually(first, "main .scroll table")
    look(first, "payout-planned")
    assert not first.locator("main form[action$='/confirm']").count()
    second.goto(first.url)
    look(second, "payout-second")
    press(second, "main form[action$='/confirm'] button.main")
    eventually(second, "main form[action$='/download']")
    look(second, "payout-made")
    return downloaded(second, "main form[action$='/download'] button.main")


def statement(page: Page, shop: int, first: str, last: str, look: Look) -> None:
    """The shop's days."""
    page.goto("/desk/payouts/statement")
    look(page, "statement-ask")
    page.select_option("[name=shop]", str(shop))
    send(page, first=first, last=last)
