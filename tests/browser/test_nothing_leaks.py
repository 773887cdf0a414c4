"""People are known at the desk alone, and sealed: nothing else that a whole town writes holds any of them."""

import base64
import json
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from django.core import signing
from playwright.sync_api import Browser, Page

from provisioning import period
from provisioning.demo import plot
from tests.browser import checks, steps
from tests.browser.leaks import found, written
from tests.browser.steps import Family
from tests.browser.town import Town, opened
from tests.provisioning.pages import codes

YEAR = period.day(int(time.time())).year
FAMILY = Family(
    name="family-Qvözzel Wrimpkwast", address="Zwaluwtongpad 4171", postcode="9731 QX", town="Knorrewoldersluis",
    email="qvozzel.wrimp@knorpost.example", phone="06 90817263", income="1187,43", savings="2963,17",
    children=(
        ("child-Xquübert Wrimpkwast", f"{YEAR - 8}-02-19"),
        ("child-Zjönneke Wrimpkwast", f"{YEAR - 13}-10-23"),
        ("child-Pfläumke Wrimpkwast", f"{YEAR - 15}-05-21"),
    ),
    paper=b"%PDF-1.4\n% payslip-of-Wrimpkwast-70365\n%%EOF\n",
)  # fmt: skip
LISTED = {
    "nummer": "845172093", "naam": "family-Jüffertkloosterhuys", "adres": "Grutsmolenkade 8352", "postcode": "9762 XJ",
    "plaats": "Vlonderzandebuurt", "email": "j.klooster@knorpost.example", "telefoon": "050 8362915",
    "kind": "child-Øllebromke Klooster", "geboren": f"{YEAR - 9}-07-22",
}  # fmt: skip
WORDS, WHY_NOT, QUESTION, ANSWER = (
    "words-of-the-letter Krabbelzwoerd", "Snorrebotje Twijgwortel", "question Plofhazelaar", "answer Drentelzucht",
)  # fmt: skip


def days(born: str) -> list[str]:
    """A day of birth in each way in which people and programs write one."""
    year, month, day = born.split("-")
    return [born, f"{day}-{month}-{year}", f"{day}/{month}/{year}", f"{day}.{month}.{year}", f"{year}{month}{day}"]


def amounts(text: str) -> list[str]:
    """An amount likewise; the last one is cents."""
    digits = text.replace(",", "")
    whole, rest = digits[:-2], digits[-2:]
    return [f"{whole},{rest}", f"{whole}.{rest}", f"{whole[:-3]}.{whole[-3:]},{rest}", digits]


def planted() -> dict[str, str]:
    """All that was typed about people, by what it is."""
    said = {
        "name": FAMILY.name, "address": FAMILY.address, "postcode": FAMILY.postcode, "the postcode as kept": "9731QX",
        "town": FAMILY.town, "e-mail": FAMILY.email, "phone": FAMILY.phone, "paper": "payslip-of-Wrimpkwast",
        "surname": "Wrimpkwast", "words": WORDS, "a name looked for": WHY_NOT, "question": QUESTION, "answer": ANSWER,
        "the listed postcode as kept": "9762XJ",
    }  # fmt: skip
    said |= {f"listed {column}": value for column, value in LISTED.items()}
    said |= {f"child {place}": name for place, (name, _) in enumerate(FAMILY.children)}
    born = [*(born for _, born in FAMILY.children), LISTED["geboren"]]
    said |= {f"born {way}": way for each in born for way in days(each)}
    return said | {f"amount {way}": way for each in (FAMILY.income, FAMILY.savings) for way in amounts(each)}


class Browsers:
    """Each person's own, which note every address that they ask for, and from which page."""

    def __init__(self, chromium: Browser, town: Town) -> None:
        self._chromium, self._town = chromium, town
        self.asked: list[tuple[str, bytes]] = []

    def __call__(self, name: str | None = None) -> Page:
        context = self._chromium.new_context(base_url=self._town.url, locale="nl-NL", viewport=checks.WIDE)  # type: ignore[arg-type]
        context.on("request", lambda request: self._note(request.url, request.headers.get("referer", "")))
        page = context.new_page()
        if name is not None:
            page.goto("/sign-in")
            steps.send(page, username=name, password=self._town.setting.hall.passwords[name])
            steps.send(page, code=self._town.code(name))
        return page

    def _note(self, url: str, before: str) -> None:
        self.asked.append((f"the address of {url.partition('?')[0]}", f"{url}\n{before}".encode()))


def look(_page: Page, _name: str) -> None:
    """Pages are looked at elsewhere."""


@pytest.mark.xdist_group("browser")
@pytest.mark.timeout(900)
def test_nothing_that_a_town_writes_names_anybody(chromium: Browser, tmp_path: Path):
    with opened(tmp_path / "town") as town:
        visit = Browsers(chromium, town)
        grants, second = visit("clerk-01"), visit("clerk-02")
        *passes, lost = [*by_application(visit(), grants, second), *by_list(grants)]
        passes += helped(grants)
        in_vain(visit(), grants)
        town.sell({code: 11_00 + place for place, code in enumerate(passes)})
        town.give_back(passes[0], 11_00, 2_50)
        town.settle()
        town.z_report()
        secrets = {f"pass {place}": code for place, code in enumerate([*passes, lost])}
        secrets |= {f"password of {name}": one for name, one in town.setting.hall.passwords.items()}
        holders = [bytes(town.pass_of(code)) for code in passes]
    pieces = [*written(tmp_path / "town"), *visit.asked]
    require_whole(pieces, holders)
    leaked = found(pieces, planted() | secrets)
    assert not leaked, "\n".join(leaked)


def by_application(family: Page, grants: Page, second: Page) -> list[str]:
    """Asked for, asked about, answered, granted by two, printed."""
    steps.check(family, FAMILY, look)
    code = steps.apply(family, FAMILY, look)
    steps.find_application(grants, code, look)
    grants.fill("[name='ask-text']", QUESTION)
    steps.press(grants, "main form[action$='/ask'] button")
    family.goto("/application")
    steps.send(family, reply=ANSWER)
    steps.propose(grants, code, look, words=WORDS)
    steps.confirm(second, code, look)
    return codes(steps.print_passes(grants, look, name=FAMILY.name))


def by_list(grants: Page) -> list[str]:
    """Known to the social service, found by number, printed."""
    content = f"{';'.join(LISTED)}\r\n{';'.join(LISTED.values())}\r\n"
    steps.hand_in_list(grants, content.encode("utf-8-sig"), look)
    return codes(steps.print_passes(grants, look, number=LISTED["nummer"]))


def helped(grants: Page) -> list[str]:
    """At the desk: particulars put right, all that is known handed over, and a lost pass replaced."""
    grants.goto("/desk/families/")
    steps.send(grants, number=LISTED["nummer"])
    family = grants.url
    steps.press(grants, "main a[href$='/kept']")
    grants.fill("main form[action$='/correct'] [name=phone]", FAMILY.phone)
    steps.press(grants, "main form[action$='/correct'] button.main")
    for form in ("pdf", "json"):
        assert steps.downloaded(grants, f"main form[action$='/known'] button[value={form}]")
    grants.goto(family)
    return codes(steps.replace_pass(grants))


def in_vain(nobody: Page, grants: Page) -> None:
    """What is refused is written down nowhere either: searches, forms, lists, codes."""
    grants.goto("/desk/families/")
    steps.send(grants, name=WHY_NOT, postcode=FAMILY.postcode)
    steps.send(grants, name=WHY_NOT, postcode="")
    grants.goto("/desk/imports/")
    faulty = f"{';'.join(LISTED)}\r\n{WHY_NOT};{FAMILY.name};;;;;;;\r\n"
    grants.set_input_files("[name=file]", {"name": "list.csv", "mimeType": "text/csv", "buffer": faulty.encode()})
    steps.send(grants)
    nobody.goto("/application/find")
    steps.send(nobody, code="K7QM-24XD", born=FAMILY.children[0][1])
    nobody.goto("/check")
    nobody.fill("[name=postcode]", f"{FAMILY.postcode} {WHY_NOT}"[:10])
    nobody.fill("[name=income]", WHY_NOT)
    steps.press(nobody, "main form button.main")


def require_whole(pieces: list[tuple[str, bytes]], holders: list[bytes]) -> None:
    """That all of it was looked at: each place that must know the passes is there, and does."""
    for place in ("gateway/", "chain/", "portal/", f"{plot.TILLS[0].name}/"):
        texts = [content for where, content in pieces if where.startswith(place)]
        for holder in holders:
            assert any(holder in text or holder.hex().encode() in text for text in texts), place
    logs = [where for where, _ in pieces if where.endswith(".log")]
    assert {"chain.log", "gateway.log", "portal/serve.log", "portal/work.log", "shop-01.log"} <= {*logs}
    assert sum(where.startswith("the address of") for where, _ in pieces) > 100


# That it would be seen

NAME = "family-Qvözzel Wrimpkwast"
CLEAR: dict[str, Callable[[str], bytes]] = {
    "plain": lambda text: text.encode(),
    "lower case": lambda text: text.lower().encode(),
    "capitals": lambda text: text.upper().encode(),
    "a URL": lambda text: quote(text).encode(),
    "a form": lambda text: quote_plus(text).encode(),
    "JSON": lambda text: json.dumps({"who": text}).encode(),
    "UTF-16": lambda text: text.encode("utf-16"),
    "UTF-16 the other way": lambda text: text.lower().encode("utf-16-be"),
    "Latin-1": lambda text: text.encode("latin-1"),
    "hex": lambda text: text.encode().hex().encode(),
    "base64": lambda text: base64.b64encode(text.encode() + b"?"),
    "base64 from the second sign": lambda text: base64.b64encode(b"?" + text.encode()),
    "base64 from the third sign": lambda text: base64.b64encode(b"??" + text.encode() + b"?"),
    "base64 of a URL": lambda text: base64.urlsafe_b64encode(b"?" + text.lower().encode()),
}


@pytest.mark.parametrize("form", CLEAR)
def test_a_plant_is_seen_in_a_file(form, tmp_path):
    (tmp_path / "some.log").write_bytes(b"INFO: \xff\x00" + CLEAR[form](NAME) + b"\n")
    assert found(written(tmp_path), {"name": NAME})
    assert not found(written(tmp_path), {"name": "family-Jüffertkloosterhuys"})


@pytest.mark.parametrize("form", CLEAR)
def test_a_plant_is_seen_across_the_pages_of_a_database(form, tmp_path):
    with sqlite3.connect(tmp_path / "some.sqlite") as database:
        database.execute("CREATE TABLE some (one)")
        for much in range(0, 9_000, 7):
            database.execute("INSERT INTO some VALUES (?)", (bytes(much) + CLEAR[form](NAME),))
    hits = found(written(tmp_path), {"name": NAME})
    assert any("some.sqlite, some" in hit for hit in hits)


@pytest.mark.parametrize("packed", [False, True])
def test_a_plant_is_seen_in_a_session(packed, tmp_path, settings):
    session = {"_messages": [NAME] * (20 if packed else 1)}
    with sqlite3.connect(tmp_path / "some.sqlite") as database:
        database.execute("CREATE TABLE django_session (session_data)")
        kept = signing.dumps(session, key="some", compress=True)
        assert kept.startswith(".") == packed
        database.execute("INSERT INTO django_session VALUES (?)", (kept,))
    assert found(written(tmp_path), {"name": NAME})


def test_a_figure_is_seen_as_a_number_and_not_within_another_one(tmp_path):
    with sqlite3.connect(tmp_path / "some.sqlite") as database:
        database.execute("CREATE TABLE some (cents INTEGER)")
        database.execute("INSERT INTO some VALUES (118743)")
        database.execute("INSERT INTO some VALUES (91296317)")
    plants = {way: way for each in (FAMILY.income, FAMILY.savings) for way in amounts(each)}
    hits = found(written(tmp_path), plants)
    assert {hit.partition(" ")[0] for hit in hits} == {"118743"}
    assert all(hit.endswith("some.sqlite, some") for hit in hits)


def test_a_plant_is_seen_in_an_address(tmp_path):
    asked = [("the address of /desk/families/", f"http://127.0.0.1/desk/families/?name={quote_plus(NAME)}".encode())]
    assert found(asked, {"name": NAME})
