"""The pass on a phone: what a till reads from its screen, what the contract says of it, and what it gives away."""

import base64
import io
import re
import time
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from coincurve import PrivateKey
from PIL import Image, ImageFilter
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

from contracts.wire import base32, passcode
from contracts.wire.passcode import StaticCode
from contracts.wire.reasons import Reason
from contracts.wire.signature import address_of
from provisioning import addressed, letter_words, paper
from provisioning.addressed import Letter, Pile, Sender
from provisioning.passes import NewPass, new_pass
from tests.browser import checks
from tests.browser.conftest import PICTURES, Running
from tests.browser.phones import Phones, Recorder, Till, readings
from tests.browser.scripts import MODULE, REFRESH
from tests.provisioning import pages

pytestmark = [pytest.mark.xdist_group("browser"), pytest.mark.timeout(600)]
PHONE: ViewportSize = {"width": 390, "height": 844}
PATIENCE = 120_000
MADE = f"""([cents, expires]) => Promise.all(["codes", "keyring", "session"].map({MODULE}))
    .then(async ([codes, keyring, session]) =>
    (await codes.make(keyring.current(), session.state().budgets[0], cents, keyring.now() + expires)).text)"""


@pytest.fixture(scope="module")
def phones(portal: Running) -> Phones:
    return Phones(portal)


@pytest.fixture(scope="module")
def till(phones: Phones) -> Till:
    return Till(phones)


@pytest.fixture
def phone(chromium: Browser, portal: Running) -> Iterator[Callable[..., Page]]:
    """Another phone each time it is called."""
    contexts: list[BrowserContext] = []

    def another(url: str = portal.url) -> Page:
        context = chromium.new_context(
            base_url=url,
            locale="nl-NL",
            viewport=PHONE,
            device_scale_factor=2,
            is_mobile=True,
            has_touch=True,
        )
        contexts.append(context)
        return context.new_page()

    yield another
    for context in contexts:
        context.close()


def opened(page: Page, made: NewPass) -> Page:
    """The letter's link is opened, and there is a code to hold up, once the portal knows the pass."""
    page.goto(f"/pass/#{made.code}")
    return showing(page)


def showing(page: Page) -> Page:
    page.wait_for_selector("#pay:visible")
    for _ in range(PATIENCE // 500):
        if page.locator("#pay [data-when=showing]").is_visible():
            return page
        page.wait_for_timeout(500)
        page.evaluate(REFRESH)
    raise AssertionError(page.inner_text("main"))


def until(holds: Callable[[], bool]) -> None:
    """Wait for it; the page's own policy keeps a browser's way of doing that out."""
    ends = time.monotonic() + PATIENCE / 1000
    while not holds():
        assert time.monotonic() < ends, "it never came"


def picture(page: Page) -> Image.Image:
    """What a till's scanner has before it."""
    return Image.open(io.BytesIO(page.screenshot()))


def text_of(page: Page) -> str:
    """The code on the screen."""
    (text,) = set(readings(picture(page)))
    return text


def again(page: Page) -> str:
    """Leave the code, and come back to another one."""
    page.goto("/pass/#left")
    page.wait_for_selector("#left:visible")
    page.goto("/pass/#pay")
    return text_of(showing(page))


# What a till reads


def test_a_till_reads_what_the_pass_signed(phone, phones):
    made = phones.granted(90_00)
    page = opened(phone(), made)
    before = page.evaluate("Math.floor(Date.now() / 1000)")
    code = phones.read(text_of(page))
    assert code.pass_address(phones.domain) == made.address
    assert (code.network, code.delegation.programme, code.delegation.ceiling) == (phones.network, 1, 90_00)
    assert 120 < code.delegation.expiry - before <= 180
    assert 1 <= code.delegation.counter <= 32


BLURS = {
    "as it is": lambda image: image,
    "from further away": lambda image: image.resize((image.width // 2, image.height // 2)),
    "far away": lambda image: image.resize((image.width // 3, image.height // 3)),
    "out of focus": lambda image: image.filter(ImageFilter.GaussianBlur(3)),
    "dim": lambda image: image.convert("L").point(lambda value: 60 + value * 0.35),
    "askew": lambda image: image.convert("L").rotate(9, fillcolor=255, resample=Image.Resampling.BILINEAR),
}


@pytest.fixture(scope="module")
def screen(chromium, portal, phones) -> Image.Image:
    context = chromium.new_context(base_url=portal.url, viewport=PHONE, device_scale_factor=2, is_mobile=True)
    shown = picture(opened(context.new_page(), phones.granted(20_00)))
    context.close()
    return shown


@pytest.mark.parametrize("seen", BLURS.values(), ids=BLURS)
def test_both_decoders_read_the_screen_however_it_is_held(screen, phones, seen):
    found = readings(seen(screen))
    assert len(found) == 2, "one for each decoder"
    assert len({phones.read(text) for text in found}) == 1


def test_a_screen_without_a_code_is_not_read(screen):
    assert readings(screen.crop((0, 0, screen.width, 300))) == []


def test_each_code_has_a_counter_of_its_own(phone, phones):
    page = opened(phone(), phones.granted(20_00))
    texts = [text_of(page), again(page), again(page)]
    counters = [phones.read(text).delegation.counter for text in texts]
    assert counters == [counters[0], counters[0] + 1, counters[0] + 2]


def changed(page: Page, before: str) -> bool:
    """Whether another code is shown."""
    return page.inner_html("#pay .qr") != before


def test_it_changes_by_itself_and_rests_after_five_until_somebody_taps(phone, phones):
    page = phone()
    page.clock.install()
    opened(page, phones.granted(20_00))
    seen = [text_of(page)]
    for _ in range(4):
        shown = page.inner_html("#pay .qr")
        page.clock.run_for(121_000)
        until(partial(changed, page, shown))
        seen.append(text_of(page))
    assert len({phones.read(text).delegation.counter for text in seen}) == 5
    page.clock.run_for(121_000)
    page.wait_for_selector("#pay [data-when=resting]:visible")
    assert readings(picture(page)) == []
    page.click("#pay [data-part=again]")
    showing(page)
    assert phones.read(text_of(page)).delegation.counter > phones.read(seen[-1]).delegation.counter


def test_a_clock_that_is_set_back_makes_no_code_last_longer(phone, phones):
    page = phone()
    page.add_init_script("""const real = Date.now; window.back = 0; Date.now = () => real() - window.back;""")
    opened(page, phones.granted(20_00))
    page.evaluate("window.back = 3_600_000")
    for _ in range(2):  # two ticks, so that one at least was after it
        before = page.inner_text("#pay .count [data-part=left]")
        until(lambda: page.inner_text("#pay .count [data-part=left]") != before)  # noqa: B023
    assert int(page.inner_text("#pay .count [data-part=left]").partition(":")[0]) < 2


def test_who_hears_the_page_is_told_when_it_matters_and_not_each_second(phone, phones):
    page = phone()
    page.clock.install()
    opened(page, phones.granted(20_00))
    assert page.locator("#pay .count").get_attribute("aria-hidden") == "true"
    page.evaluate("""() => { window.heard = []; new MutationObserver(() => window.heard.push(
        document.getElementById("say").textContent)).observe(document.getElementById("say"), {childList: true}); }""")
    page.clock.run_for(119_000)
    heard = [text for text in page.evaluate("window.heard") if "code" in text]
    assert heard == ["Over 30 seconden komt er een nieuwe code."]


HIDE = """hidden => { Object.defineProperty(document, "hidden", {configurable: true, get: () => hidden});
    document.dispatchEvent(new Event("visibilitychange")); }"""


def test_no_code_is_made_while_nobody_looks(phone, phones):
    page = phone()
    page.clock.install()
    opened(page, phones.granted(20_00))
    before, shown = text_of(page), page.inner_html("#pay .qr")
    page.evaluate(HIDE, True)
    page.clock.run_for(600_000)
    assert page.inner_html("#pay .qr") == shown
    page.evaluate(HIDE, False)
    until(partial(changed, page, shown))
    after = phones.read(text_of(page)).delegation.counter
    assert after == phones.read(before).delegation.counter + 1


AWAKE = """window.locks = []; Object.defineProperty(navigator, "wakeLock", {value: {request: async () => {
    window.locks.push("on"); return {release: () => window.locks.push("off")}; }}});"""


def test_the_screen_stays_on_while_there_is_a_code_and_no_longer(phone, phones):
    page = phone()
    page.add_init_script(AWAKE)
    opened(page, phones.granted(20_00))
    until(lambda: page.evaluate("window.locks") == ["on"])
    page.goto("/pass/#left")
    until(lambda: page.evaluate("window.locks") == ["on", "off"])


def test_a_clock_that_is_wrong_is_put_right_and_the_codes_with_it(phone, phones):
    page = phone()
    page.add_init_script("const real = Date.now; Date.now = () => real() - 5_000_000;")
    code = phones.read(text_of(opened(page, phones.granted(20_00))))
    assert 100 < code.delegation.expiry - page.evaluate("Math.floor((Date.now() + 5_000_000) / 1000)") <= 182


# What the contract says of it


def until_paid(page: Page) -> None:
    """The portal has read in a final block that the code was used, and the page has heard of it."""
    page.evaluate(f"setInterval({REFRESH}, 1000)")
    page.wait_for_selector("#pay [data-when=paid]:visible", timeout=PATIENCE)


def test_it_pays_once_and_the_balance_follows(phone, phones, till):
    made = phones.granted(90_00)
    page = opened(phone(), made)
    first = text_of(page)
    assert till.take(first, 12_50).reason is Reason.PAID
    until_paid(page)
    assert "77,50" in page.inner_text("#pay [data-when=paid]")
    page.screenshot(path=PICTURES / "phone-paid.png")
    page.click("#pay [data-part=again]")
    second = phones.read(text_of(showing(page)))
    assert second.delegation.counter > phones.read(first).delegation.counter
    assert second.delegation.ceiling == phones.left(made.address) == 77_50
    assert till.take(first, 12_50).reason is Reason.PHONE_CODE_USED


def test_one_that_is_late_and_one_that_is_too_small_are_refused_by_name(phone, phones, till):
    page = opened(phone(), phones.granted(90_00))
    late, small, good = (page.evaluate(MADE, each) for each in ([20_00, -1], [5_00, 60], [20_00, 60]))
    assert till.take(late, 5_00).reason is Reason.PHONE_CODE_EXPIRED
    assert till.take(small, 6_00).reason is Reason.PHONE_CODE_CEILING
    assert till.take(good, 6_00).reason is not Reason.PHONE_CODE_EXPIRED


def test_a_phone_that_lost_everything_repeats_no_counter_and_stays_within_the_window(phone, phones, till):
    made = phones.granted(90_00)
    used: list[int] = []
    for _ in range(3):
        page = opened(phone(), made)  # with nothing kept
        code = phones.read(text := text_of(page))
        assert till.take(text, 1_00).reason is Reason.PAID
        assert max(used, default=0) < code.delegation.counter <= max(used, default=0) + 32
        used.append(code.delegation.counter)
        until_paid(page)


# The letter


def test_the_letters_second_code_opens_the_page_and_leaves_no_trace_in_the_address(phone, phones, portal):
    made = phones.granted(20_00)
    sender = Sender("Gemeente Voorbeeld", "14 0000", f"{portal.url}/pass/")
    document = addressed.draw(Pile([Letter(made, ["family-01"], "child-01", letter_words.DUTCH)], sender))
    (link,) = pages.links(document)
    page = phone()
    page.goto(link)
    assert phones.read(text_of(showing(page))).pass_address(phones.domain) == made.address
    assert page.url == f"{portal.url}/pass/"
    page.go_back()
    page.go_forward()
    assert made.code not in page.url


def test_it_can_be_typed_in_and_what_is_wrong_is_said(phone, phones):
    made, page = phones.granted(20_00), phone()
    page.goto("/pass/")
    for typed, said in (("", "Typ de code"), (made.code[:-2], "ontbreekt"), ("HELLO", "niet de code van een pas")):
        page.fill("#type-code", typed)
        page.click("#first form:visible button.main")
        assert said in page.inner_text("#first-wrong")
        assert page.get_attribute("#type-code", "aria-invalid") == "true"
    page.fill("#type-code", new_pass(phones.network + 1).code)
    page.click("#first form:visible button.main")
    assert "andere gemeente" in page.inner_text("#first-wrong")
    page.fill("#type-code", " ".join(re.findall("....", made.code)).lower())
    page.click("#first form:visible button.main")
    assert phones.read(text_of(showing(page))).pass_address(phones.domain) == made.address


def test_a_second_pass_is_asked_about_and_both_can_be_used_and_taken_off(phone, phones):
    one, two = phones.granted(20_00), phones.granted(30_00)
    page = opened(phone(), one)
    page.goto(f"/pass/#{two.code}")
    page.wait_for_selector("#first [data-part=adding]:visible")
    assert paper.label(two.address) in page.inner_text("#first")
    page.click("#first [data-part=back]")
    signer = lambda: phones.read(text_of(showing(page))).pass_address(phones.domain)  # noqa: E731
    assert signer() == one.address, "nothing was replaced"
    page.goto(f"/pass/#{two.code}")
    page.fill("#add-name", "de oudste")
    page.click("#first form:visible button.main")
    assert signer() == two.address
    page.goto("/pass/#passes")
    page.click(f"[data-address='0x{one.address.hex()}'] [data-does=use]")
    page.goto("/pass/#pay")
    assert signer() == one.address
    tab = page.context.new_page()
    tab.goto("/pass/#passes")
    until(lambda: tab.locator("#passes [data-part=row]").count() == 2)
    page.goto("/pass/#passes")
    page.click(f"[data-address='0x{one.address.hex()}'] [data-does=remove]")
    page.click("#passes [data-does=yes]")
    until(lambda: page.locator("#passes [data-part=row]").count() == 1)
    until(lambda: tab.locator("#passes [data-part=row]").count() == 1)
    page.goto("/pass/#pay")
    assert signer() == two.address
    page.goto("/pass/#passes")
    page.click("#passes [data-does=clear]")
    page.click("#passes [data-does=yes]")
    for each in (page, tab):
        each.wait_for_selector("#first [data-part=typing]:visible")
        assert paper.label(two.address) not in each.content()
    page.reload()
    page.wait_for_selector("#first [data-part=typing]:visible")


def test_a_pass_that_nobody_knows_shows_no_code(phone, phones):
    page = phone()
    page.goto(f"/pass/#{new_pass(phones.network).code}")
    page.wait_for_selector("#notice:visible")
    assert not page.locator("#pay [data-when=showing]").is_visible()


def test_what_was_said_of_a_pass_that_is_taken_off_is_not_said_of_the_next(phone, phones):
    page = opened(phone(), phones.granted(20_00))
    page.goto(f"/pass/#{new_pass(phones.network).code}")
    page.click("#first [data-part=adding] button.main")
    page.wait_for_selector("#notice:visible")
    page.goto("/pass/#passes")
    page.locator("#passes li", has=page.locator("[data-part=mine]:visible")).locator("[data-does=remove]").click()
    page.click("#passes [data-does=yes]")
    until(lambda: page.locator("#passes [data-part=row]").count() == 1)
    assert page.locator("#notice").is_hidden()


NOTHING_KEPT = """IDBFactory.prototype.open = () => { throw new DOMException("no", "SecurityError"); };"""


def test_a_browser_that_keeps_nothing_says_so(phone, phones):
    page = phone()
    page.add_init_script(NOTHING_KEPT)
    made = phones.granted(20_00)
    page.goto(f"/pass/#{made.code}")
    page.wait_for_selector("#notice:visible")
    assert "bewaart niets" in page.inner_text("#notice")
    assert "uw brief werkt nog" in page.inner_text("#notice").lower()
    assert made.code not in page.url


def test_a_store_that_the_browser_closed_is_opened_again(phone, phones):
    page = phone()
    page.add_init_script("""const real = IDBFactory.prototype.open; window.opened = [];
        IDBFactory.prototype.open = function (...of) {
            const asked = real.apply(this, of);
            asked.addEventListener("success", () => window.opened.push(asked.result));
            return asked;
        };""")
    opened(page, phones.granted(20_00))
    page.evaluate("""() => { for (const each of window.opened) {
        each.close(); each.dispatchEvent(new Event("close")); } }""")
    page.evaluate(f"() => {MODULE}('vault').then(vault => vault.passes())")
    assert page.evaluate("window.opened.length") == 2


# Without a network


def test_after_the_first_visit_it_works_with_the_network_cut(phone, phones, till):
    made = phones.granted(40_00)
    page = opened(phone(), made)
    page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
    shared = page.evaluate(MADE, [5_00, 3600])
    before = phones.read(text_of(page)).delegation.counter
    page.context.set_offline(True)
    page.goto("/pass/")
    text = text_of(showing(page))
    assert phones.read(text).delegation.counter > before
    page.wait_for_selector("#pay [data-part=offline]:visible")
    page.screenshot(path=PICTURES / "phone-offline.png")
    page.goto(f"/pass/shared#{shared}")
    assert set(readings(picture(page))) == {shared}
    page.context.set_offline(False)
    assert till.take(text, 2_00).reason is Reason.PAID


def test_without_a_code_nobody_is_told_that_one_can_pay(phone, phones):
    page = opened(phone(), phones.granted(20_00))
    page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
    page.context.set_offline(True)
    page.goto(f"/pass/#{new_pass(phones.network).code}")
    page.click("#first [data-part=adding] button.main")
    page.wait_for_selector("#notice:visible")
    assert page.locator("#pay [data-part=offline]").is_hidden()


def test_a_phone_that_never_visited_has_nothing_offline(phone):
    page = phone()
    page.context.set_offline(True)
    with pytest.raises(Exception, match="ERR_INTERNET_DISCONNECTED"):
        page.goto("/pass/")


# Sharing


def share(page: Page, euros: str) -> None:
    page.goto("/pass/#share")
    page.fill("#share-amount", euros)
    page.click("#share form button.main")


def test_a_shared_code_pays_once_up_to_its_ceiling_and_its_state_is_told(phone, phones, till):
    page = opened(phone(), phones.granted(90_00))
    share(page, "91,00")
    assert page.get_attribute("#share-amount", "aria-invalid") == "true"
    share(page, "15,00")
    page.wait_for_selector("#share [data-part=made]:visible")
    page.locator("#share [data-part=made]").scroll_into_view_if_needed()
    text = text_of(page)
    code = phones.read(text)
    assert code.delegation.ceiling == 15_00
    assert 6 * 86_400 < code.delegation.expiry - page.evaluate("Date.now() / 1000") < 8 * 86_400
    assert page.locator("#share [data-fate=open]:visible").count() == 1
    grandparent = phone()
    grandparent.goto(f"/pass/shared#{text}")
    assert text_of(grandparent) == text
    assert "15,00" in grandparent.inner_text("main")
    assert till.take(text, 15_01).reason is Reason.PHONE_CODE_CEILING
    share(page, "10,00")
    until(lambda: page.locator("#share [data-part=list] li").count() == 2)
    page.locator("#share [data-part=made]").scroll_into_view_if_needed()
    assert till.take(text_of(page), 9_00).reason is Reason.PAID
    page.evaluate(REFRESH)
    page.wait_for_selector("#share [data-fate=used]:visible", timeout=PATIENCE)


def test_the_button_pressed_twice_at_once_makes_one_code(phone, phones):
    page = opened(phone(), phones.granted(90_00))
    page.goto("/pass/#share")
    page.fill("#share-amount", "15,00")
    page.evaluate("""() => { const press = document.querySelector("#share form button.main");
        press.click(); press.click(); }""")
    page.wait_for_selector("#share [data-part=made]:visible")
    again(page)  # by then a second one would be there, too
    page.goto("/pass/#share")
    page.wait_for_selector("#share [data-part=list] li")
    assert page.locator("#share [data-part=list] li").count() == 1


def test_a_shared_code_is_kept_as_a_picture_and_copied_as_a_link(phone, phones, portal):
    page = opened(phone(), phones.granted(90_00))
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    share(page, "15,00")
    page.wait_for_selector("#share [data-part=made]:visible")
    page.locator("#share [data-part=made]").scroll_into_view_if_needed()
    text = text_of(page)
    with page.expect_download() as kept:
        page.click("#share [data-does=keep]")
    assert set(readings(Image.open(kept.value.path()))) == {text}
    page.click("#share [data-does=copy]")
    until(lambda: "gekopieerd" in page.inner_text("#share"))
    assert page.evaluate("navigator.clipboard.readText()") == f"{portal.url}/pass/shared#{text}"


FAILING = """[window.tried, window.wrong] = [0, "AbortError"];
    const fails = () => { window.tried += 1; return Promise.reject(new DOMException("no", window.wrong)); };
    Object.defineProperty(navigator, "clipboard", {value: {writeText: fails}});
    Object.defineProperty(navigator, "canShare", {value: () => false});
    Object.defineProperty(navigator, "share", {value: fails});"""


def test_a_link_that_is_neither_copied_nor_sent_is_said_and_can_be_copied_by_hand(phone, phones, portal):
    page = phone()
    page.add_init_script(FAILING)
    opened(page, phones.granted(90_00))
    share(page, "15,00")
    page.wait_for_selector("#share [data-part=made]:visible")
    link = page.locator("#share [data-part=link]")
    page.click("#share [data-does=send]")
    until(lambda: page.evaluate("window.tried") == 1)  # and turned away from it
    assert (page.inner_text("#share [data-part=said]"), link.is_hidden()) == ("", True)
    page.evaluate("window.wrong = 'NotAllowedError'")
    for does, said in (("send", "niet gelukt"), ("copy", "niet worden gekopieerd")):
        page.click(f"#share [data-does={does}]")
        until(lambda: said in page.inner_text("#share [data-part=said]"))  # noqa: B023
    assert link.input_value().startswith(f"{portal.url}/pass/shared#KP1")
    assert page.evaluate("getSelection().toString()") == link.input_value()
    assert checks.accessible(page) == []
    page.set_viewport_size(PHONE)
    page.screenshot(path=PICTURES / "phone-share-by-hand.png", full_page=True)
    page.click("#share [data-does=again]")
    until(link.is_hidden)


def test_the_page_of_a_shared_code_shows_nothing_else(phone, phones):
    page = phone()
    for behind in ("", "HELLO", new_pass(phones.network).code):
        page.goto("about:blank")
        page.goto(f"/pass/shared#{behind}")
        page.wait_for_selector("[data-part=none]:visible")
        assert readings(picture(page)) == []


# What it gives away


def secrets(made: NewPass, network: int) -> dict[str, bytes]:
    """What would give the pass away, in each way in which it might be written."""
    code = passcode.parse(made.code, network)
    assert isinstance(code, StaticCode)
    raw = {"secret": bytes(code.secret), "key": code.private_key()}
    assert address_of(PrivateKey(raw["key"])) == made.address
    ways: dict[str, Callable[[bytes], bytes]] = {
        "as bytes": bytes,
        "as hex": lambda found: found.hex().encode(),
        "as base32": lambda found: base32.encode(found)[:-1].lower().encode(),
        "as base64": lambda found: base64.b64encode(found).rstrip(b"=")[:-1].lower(),
        "as base64 for addresses": lambda found: base64.urlsafe_b64encode(found).rstrip(b"=")[:-1].lower(),
        "as a number": lambda found: str(int.from_bytes(found)).encode(),
        "as a list": lambda found: ",".join(map(str, found)).encode(),
    }
    found = {f"{name} {how}": way(value) for name, value in raw.items() for how, way in ways.items()}
    return {**found, "the letter's code": made.code.lower().encode()}


def given_away(sent: bytes, made: NewPass, network: int) -> list[str]:
    """Which of it stands in what was sent; nothing here tells capitals from small letters."""
    small = bytes(sent).lower()
    return [name for name, needle in secrets(made, network).items() if needle.lower() in small]


@pytest.fixture
def recorder(portal: Running) -> Iterator[Recorder]:
    made = Recorder(portal.url)
    yield made
    made.close()


def test_no_key_no_secret_and_no_code_is_in_anything_that_a_phone_sends(phone, phones, recorder):
    made = phones.granted(40_00)
    page = opened(phone(recorder.url), made)
    codes = [text_of(page)]
    share(page, "5,00")
    page.locator("#share [data-part=made]").scroll_into_view_if_needed()
    codes.append(text_of(page))
    page.goto(f"/pass/shared#{codes[-1]}")
    for section in ("left", "payments", "shops", "block", "passes", "pay"):
        page.goto(f"/pass/#{section}")
        page.wait_for_selector(f"#{section}:visible")
    page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
    page.reload()
    codes.append(text_of(showing(page)))
    sent = bytes(recorder.sent)
    assert sent.lower().count(f"x-pass: 0x{made.address.hex()}".encode()) >= 2, "what a phone sends is seen here"
    assert b"/pass/worker.js" in sent
    assert given_away(sent, made, phones.network) == []
    assert [code for code in codes if code.encode() in sent.upper()] == []
    assert b"cookie" not in sent.lower()


def test_the_search_finds_each_of_them_where_it_is_sent(phone, phones, recorder):
    made = phones.granted(40_00)
    page = opened(phone(recorder.url), made)
    for name, needle in secrets(made, phones.network).items():
        before = len(recorder.sent)
        page.evaluate(
            "bytes => fetch('/pass/', {method: 'POST', body: new Uint8Array(bytes)}).then(() => undefined)",
            list(needle),
        )
        assert name in given_away(bytes(recorder.sent[before:]), made, phones.network)


# For everybody


def test_every_section_can_be_used_by_everybody(phone, phones):
    PICTURES.mkdir(parents=True, exist_ok=True)
    page = phone()
    wrong: list[str] = []

    def look(name: str) -> None:
        page.wait_for_timeout(200)
        found = checks.all_of(page)
        wrong.extend(f"{name}: {each}" for each in found)
        page.set_viewport_size(PHONE)
        page.screenshot(path=PICTURES / f"phone-{name}.png", full_page=True)

    page.goto("/pass/")
    page.wait_for_selector("#first:visible")
    page.click("#first form:visible button.main")
    look("first")
    opened(page, phones.granted(60_00))
    look("pay")
    share(page, "5,00")
    page.wait_for_selector("#share [data-part=made]:visible")
    shared = partial(page.evaluate, MADE, [5_00, 3600])()
    look("share")
    page.goto(f"/pass/#{phones.granted(10_00).code}")
    page.wait_for_selector("#first [data-part=adding]:visible")
    look("second")
    page.fill("#add-name", "de oudste")
    page.click("#first form:visible button.main")
    showing(page)
    page.goto("/pass/#passes")
    page.click("#passes [data-does=clear]")
    look("passes")
    page.goto(f"/pass/shared#{shared}")
    look("shared")
    assert not wrong, "\n".join(wrong)
