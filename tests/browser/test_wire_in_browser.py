"""The page's own scripts give the golden vectors' bytes in a real browser, and refuse by the wire's names."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from coincurve import PrivateKey
from playwright.sync_api import Browser, Page, Route

import provisioning.portal.family
from contracts.wire import base32, passcode
from contracts.wire.errors import Refused
from contracts.wire.signature import address_of, recover, sign
from contracts.wire.units import from_hex, hash32, to_hex
from tests.wire.vectors import GOLDEN

pytestmark = pytest.mark.xdist_group("browser")
SCRIPTS = Path(provisioning.portal.family.__file__).parent / "static" / "family"
ORIGIN = "http://pass.localhost"
KEY = GOLDEN["codes"][0]["private_key"]
LETTER = GOLDEN["codes"][0]["text"]
ON_PHONE = GOLDEN["phone_codes"][0]["text"]
MODULES = """async work => {
    const wire = await import("/wire.js"), typed = await import("/typed_data.js"), bytes = await import("/bytes.js");
    const errors = await import("/errors.js"), { toHex, fromHex } = bytes;
    const codes = await import("/codes.js");
    const named = code => Object.fromEntries(Object.entries(code).map(
        ([name, value]) => [name, value instanceof Uint8Array ? toHex(value) : value]));
    const does = {
        parse: ([text, network]) => {
            try { return named(wire.parse(text, network)); }
            catch (error) { if (error instanceof errors.Refused) return error.code; throw error; }
        },
        typed: ([text]) => wire.typed(text),
        key: ([text, network]) => {
            const key = wire.privateKey(wire.parse(text, network));
            return [toHex(key), wire.addressOf(key)];
        },
        letter: ([network, secret]) => wire.makeStatic(network, fromHex(secret)),
        phone: ([network, terms]) => wire.makePhone(network, { ...terms, signature: fromHex(terms.signature) }),
        separator: ([domain]) => toHex(typed.separator(domain)),
        delegation: ([domain, terms]) => toHex(typed.delegation(domain, terms)),
        order: ([domain, terms]) => toHex(typed.order(domain, { ...terms, number: BigInt(terms.number) })),
        request: ([domain, told]) => toHex(typed.request(domain, { ...told, body: fromHex(told.body) })),
        fate: ([counter, budget]) => codes.fateOf(counter, budget),
        ceiling: ([state]) => codes.ceilingOf(state, state.budgets[0]),
        usable: ([state]) => codes.usable(state).map(each => each.programme),
        sign: ([key, digest]) => toHex(typed.sign(fromHex(key), fromHex(digest))),
    };
    return work.map(([name, ...given]) => does[name](given));
}"""


@pytest.fixture(scope="module")
def page(chromium: Browser) -> Iterator[Page]:
    """A page that has the scripts, and no portal."""
    context = chromium.new_context()
    context.route(f"{ORIGIN}/**", _answer)
    page = context.new_page()
    page.goto(f"{ORIGIN}/")
    yield page
    context.close()


def _answer(route: Route) -> None:
    name = route.request.url.removeprefix(f"{ORIGIN}/")
    if name:
        route.fulfill(path=SCRIPTS / name, content_type="text/javascript")
    else:
        route.fulfill(body="<!doctype html><title>-</title>", content_type="text/html")


def done(page: Page, *work: tuple[Any, ...]) -> list[Any]:
    """What the scripts make of each piece of work."""
    found: list[Any] = page.evaluate(MODULES, [list(each) for each in work])
    return found


@pytest.mark.parametrize("code", GOLDEN["codes"], ids=lambda code: code["text"])
def test_codes_of_letters_and_their_keys(page, code):
    parsed, key, made = done(
        page,
        ("parse", code["text"], code["network"]),
        ("key", code["text"], code["network"]),
        ("letter", code["network"], code["secret"]),
    )
    assert parsed == {"network": code["network"], "secret": code["secret"]}
    assert key == [code["private_key"], code["address"]]
    assert made == code["text"]


@pytest.mark.parametrize("row", GOLDEN["phone_codes"], ids=lambda row: f"counter {row['counter']}")
def test_codes_of_phones(page, row):
    terms = {name: row[name] for name in ("programme", "ceiling", "expiry", "counter", "signature")}
    parsed, made, digest = done(
        page,
        ("parse", row["text"], row["network"]),
        ("phone", row["network"], terms),
        ("delegation", GOLDEN["domain"], terms),
    )
    assert parsed == {"network": row["network"], **terms}
    assert made == row["text"]
    assert digest == row["digest"]


def test_the_domain(page):
    assert done(page, ("separator", GOLDEN["domain"])) == [GOLDEN["domain"]["separator"]]


def test_requests(page):
    row = GOLDEN["digests"]["request"]
    told = {**{name: row[name] for name in ("method", "target", "body", "time")}, "address": row["terminal"]}
    assert done(page, ("request", GOLDEN["domain"], told)) == [row["digest"]]


@pytest.mark.parametrize("row", GOLDEN["orders"], ids=lambda row: f"number {row['number']}")
def test_orders(page, row):
    digest, signed = done(page, ("order", GOLDEN["domain"], row), ("sign", KEY, row["digest"]))
    assert (digest, signed) == (row["digest"], row["signature"])


def test_signatures_are_the_wires_own_to_the_byte(page):
    digests = [hash32(from_hex(row["digest"])) for row in (*GOLDEN["phone_codes"], *GOLDEN["signatures"])]
    digests += [hash32(bytes([number]) * 32) for number in range(32)]
    key = PrivateKey(from_hex(KEY))
    made = done(page, *(("sign", KEY, to_hex(digest)) for digest in digests))
    assert made == [to_hex(sign(key, digest)) for digest in digests]
    assert {from_hex(each)[32] >> 7 for each in made} == {0, 1}, "both parities were met"
    assert {recover(digest, from_hex(each)) for digest, each in zip(digests, made, strict=True)} == {address_of(key)}


BAD = {
    "empty": " ",
    "half a code": LETTER[:-1],
    "one sign": LETTER[:4],
    "the beginning of one": "KP",
    "two of them": LETTER + LETTER,
    "one sign wrong": LETTER[:-1] + ("A" if LETTER[-1] != "A" else "B"),
    "padding that is not zero": ON_PHONE[:-1] + base32.ALPHABET[base32.ALPHABET.index(ON_PHONE[-1]) ^ 1],
    "a sign that no code has": LETTER[:10] + "U" + LETTER[11:],
    "a kind of the future": passcode.PREFIX + base32.encode_checked(b"\x09\x00\x07" + bytes(20)),
    "a kind that is none": LETTER[:3] + "ZZ" + LETTER[5:],
    "another version": "KP2" + LETTER[3:],
    "a receipt": "KR1" + LETTER[3:],
    "something else": "HELLO",
    "of another town": GOLDEN["codes"][2]["text"],
    "in small letters, as caps lock makes them": LETTER.lower(),
}


@pytest.mark.parametrize("text", BAD.values(), ids=BAD)
def test_what_is_no_code_is_refused_by_the_wires_name_and_nothing_else_is(page, text):
    network = GOLDEN["codes"][0]["network"]
    try:
        expected: object = {"network": network, "secret": to_hex(bytes(passcode.parse(text, network).secret))}  # type: ignore[union-attr]
    except Refused as error:
        expected = error.reason.name
    assert done(page, ("parse", text, network)) == [expected]


def test_what_people_type_is_read_as_they_meant_it(page):
    spaced = " ".join(LETTER[at : at + 4] for at in range(0, len(LETTER), 4)).lower()
    human = LETTER[:3] + LETTER[3:].replace("0", "o").replace("1", "l")
    assert done(page, ("typed", spaced), ("typed", human)) == [LETTER, LETTER]


WINDOW = f"0x{1 << 63 | 0b101:016x}"
FATES = {71: "open", 70: "used", 69: "open", 68: "used", 8: "open", 7: "used", 6: "lapsed", 0: "lapsed"}
"""What became of each counter, when the newest one that was used is 70."""


def test_what_became_of_a_code_is_told_by_the_contracts_window(page):
    budget = {"counter": 70, "window": WINDOW}
    assert done(page, *(("fate", counter, budget) for counter in FATES)) == list(FATES.values())


NOW, DAY = int(time.time()), 86_400
BUDGET = {"programme": 1, "left": 60_00, "day_limit": 50_00, "begins": NOW - DAY, "ends": NOW + DAY, "paused": False}


def state(orders=(), **changes):
    return {"budgets": [{**BUDGET, **changes}], "orders": list(orders)}


def order(**changes):
    return {"programme": 1, "cents": 89_00, "state": "ready", "until": NOW + DAY, **changes}


CEILINGS = {
    "the day's limit": (state(), 50_00),
    "what is left": (state(left=20_00), 20_00),
    "an order that lies ready": (state([order()]), 89_00),
    "an order with nothing left": (state([order()], left=0), 89_00),
    "a small order": (state([order(cents=5_00)]), 50_00),
    "an order of another scheme": (state([order(programme=2)]), 50_00),
    "an order that is over": (state([order(until=NOW - DAY)]), 50_00),
    "an order that waits to be set aside": (state([order(state="asked")]), 50_00),
}


@pytest.mark.parametrize(("told", "cents"), CEILINGS.values(), ids=CEILINGS)
def test_a_code_allows_what_may_be_spent_today_or_what_an_order_takes(page, told, cents):
    assert done(page, ("ceiling", told)) == [cents]


USABLE = {
    "open": (state(), [1]),
    "empty": (state(left=0), []),
    "empty, with an order": (state([order()], left=0), [1]),
    "paused": (state(paused=True), []),
    "not begun": (state(begins=NOW + DAY), []),
    "over": (state(ends=NOW - DAY), []),
}


@pytest.mark.parametrize(("told", "programmes"), USABLE.values(), ids=USABLE)
def test_there_are_codes_where_there_is_something_to_pay_with(page, told, programmes):
    assert done(page, ("usable", told)) == [programmes]
