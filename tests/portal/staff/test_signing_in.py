import re
from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from provisioning.portal.access import Role
from provisioning.portal.staff import accounts, ending
from provisioning.portal.staff.models import FirstPassword, Line, Phone, Recovery

pytestmark = pytest.mark.django_db
OWN = "a long walk to the sea"
WRONG = "not the one at all"


@pytest.fixture
def ready():
    """An account whose phone is set up."""
    return accounts.add_ready("clerk-01", [Role.GRANTS])


class Browser(Client):
    """Reads English."""

    def __init__(self, **more):
        super().__init__(headers={"accept-language": "en"}, **more)


def give(browser, password, name="clerk-01", **more):
    return browser.post("/sign-in", {"username": name, "password": password, **more})


def code(browser, digits=None):
    return browser.post("/sign-in/code", {"code": digits or accounts.code_now("clerk-01")})


def signed_in(password):
    browser = Browser()
    give(browser, password)
    assert code(browser)["Location"] == "/desk/"
    Phone.objects.update(last_t=-1)  # the next of these browsers need not wait for another code
    return browser


def opens(browser, url="/desk/"):
    return browser.get(url).status_code == 200


def actions():
    return list(Line.objects.values_list("action", flat=True))


def test_the_first_sign_in_asks_for_an_own_password_and_a_phone_and_gives_codes_for_paper():
    first, browser = accounts.add("clerk-01", [Role.GRANTS]), Browser()
    assert give(browser, first, next="/account")["Location"] == "/sign-in/password"
    assert not opens(browser)
    assert browser.post("/sign-in/password", {"new_password1": first, "new_password2": first}).status_code == 200
    answer = browser.post("/sign-in/password", {"new_password1": OWN, "new_password2": OWN})
    assert answer["Location"] == "/sign-in/phone"
    assert browser.get("/sign-in/phone").status_code == 200
    picture = browser.get("/sign-in/phone.svg")
    assert (picture["Content-Type"], picture["Cache-Control"]) == ("image/svg+xml", "no-store")
    assert not opens(browser)

    page = browser.post("/sign-in/phone", {"code": accounts.code_now("clerk-01")}).content.decode()
    assert len(re.findall(r"<code>[A-Z0-9]{5}-[A-Z0-9]{5}</code>", page)) == 10
    assert 'href="/account"' in page
    assert opens(browser, "/account")
    assert give(Browser(), first).status_code == 200
    assert give(Browser(), OWN)["Location"] == "/sign-in/code"


def test_the_password_alone_opens_no_page_and_changes_neither_password_nor_phone(ready):
    browser = Browser()
    assert give(browser, ready)["Location"] == "/sign-in/code"
    for url in ("/sign-in/password", "/sign-in/phone", "/sign-in/phone.svg"):
        assert browser.get(url)["Location"] == "/sign-in/code"
        assert browser.post(url, {"new_password1": OWN, "new_password2": OWN}).status_code in {302, 405}
    assert not opens(browser)
    assert User.objects.get().check_password(ready)


def test_a_code_opens_once_and_a_wrong_one_makes_the_next_wait(ready):
    browser, other = Browser(), Browser()
    used = accounts.code_now("clerk-01")
    give(browser, ready)
    give(other, ready)
    assert code(browser, used)["Location"] == "/desk/"
    assert "not right" in code(other, used).content.decode()
    Phone.objects.update(last_t=-1)
    assert "Too many" in code(other).content.decode()
    assert not opens(other)


def test_a_code_from_paper_opens_once(ready):
    from provisioning.portal.staff import second

    codes = second.new_recovery_codes(User.objects.get())
    assert not set(codes) & set(str(Recovery.objects.values_list("hashes", flat=True)[0]))
    for expected in (302, 200):
        browser = Browser()
        give(browser, ready)
        assert browser.post("/sign-in/recovery", {"code": codes[3].lower()}).status_code == expected
        assert opens(browser) is (expected == 302)
    assert len(Recovery.objects.get().hashes) == 9


def test_a_first_password_is_good_for_a_week():
    first = accounts.add("clerk-01", [Role.GRANTS])
    FirstPassword.objects.update(made_at=timezone.now() - timedelta(days=7, minutes=1))
    assert "too old" in give(Browser(), first).content.decode()


def test_five_wrong_passwords_lock_this_name_at_this_address_and_no_other(ready):
    assert [give(Browser(), WRONG).status_code for _ in range(5)] == [200, 200, 200, 200, 429]
    assert give(Browser(), ready).status_code == 429
    elsewhere = Browser(REMOTE_ADDR="192.0.2.7")
    assert give(elsewhere, ready).status_code == 302
    assert actions().count("staff.sign_in_failed") == 5
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))
    assert give(Browser(), ready).status_code == 302


def test_all_of_one_network_of_ipv6_is_one_address(ready):
    for place in range(5):
        give(Browser(REMOTE_ADDR=f"2001:db8:0:1::{place:x}"), WRONG)
    assert give(Browser(REMOTE_ADDR="2001:db8:0:1::9"), ready).status_code == 429
    assert give(Browser(REMOTE_ADDR="2001:db8:0:2::9"), ready).status_code == 302


def test_nothing_that_was_typed_is_kept_with_the_failures(ready):
    give(Browser(), WRONG, name="my own password", next="/desk/?family-01")
    browser = signed_in(ready)
    browser.post("/account/password", {"password": WRONG, "new_password1": OWN, "new_password2": OWN})
    kept = str(list(AccessAttempt.objects.values()))
    assert len(AccessAttempt.objects.all()) == 2
    for typed in (WRONG, OWN, "my own password", "clerk-01", "family-01"):
        assert typed not in kept


def test_the_session_has_another_name_after_each_step(ready):
    browser = Browser()
    browser.get("/sign-in")
    names = []
    for step in (lambda: give(browser, ready), lambda: code(browser)):
        step()
        names.append(browser.cookies["session"].value)
    assert len(set(names)) == 2
    assert Session.objects.count() == 1


@pytest.mark.parametrize(("name", "seconds"), [("seen", ending.IDLE_SECONDS), ("began", ending.DAY_SECONDS)])
def test_a_session_ends_when_nobody_is_there_and_after_a_working_day(staff, name, seconds):
    browser = staff(Role.GRANTS)
    for more, expected in ((-5, True), (5, False)):
        session = browser.session
        session[name] = int(timezone.now().timestamp()) - seconds - more
        session.save()
        assert opens(browser) is expected


def test_the_table_of_sessions_has_no_cookie_that_opens_one(ready):
    browser = signed_in(ready)
    cookie, (row,) = browser.cookies["session"].value, Session.objects.all()
    assert row.session_key != cookie
    thief = Browser()
    thief.cookies["session"] = row.session_key
    assert (opens(thief), opens(browser)) == (False, True)
    browser.post("/sign-out")
    assert not Session.objects.exists()


@pytest.mark.parametrize(("page", "is_use"), [("/desk/tasks/states?ids=1", False), ("/desk/tasks/", True)])
def test_a_page_that_asks_by_itself_keeps_no_session_open(staff, page, is_use):
    browser = staff(Role.GRANTS)
    session, before = browser.session, int(timezone.now().timestamp()) - ending.IDLE_SECONDS + 60
    session["seen"] = before
    session.save()
    assert browser.get(page).status_code == 200
    assert (browser.session["seen"] > before) is is_use


def test_another_password_ends_every_other_session(ready):
    here, there = signed_in(ready), signed_in(ready)
    wrong = {"password": WRONG, "new_password1": OWN, "new_password2": OWN}
    assert here.post("/account/password", wrong).status_code == 200
    assert here.post("/account/password", {**wrong, "password": ready})["Location"] == "/account"
    assert (opens(here), opens(there)) == (True, False)
    assert User.objects.get().check_password(OWN)


def test_all_other_sessions_are_ended_on_request_and_the_password_stays(ready):
    here, there = signed_in(ready), signed_in(ready)
    assert here.post("/account/sessions", {"password": ready})["Location"] == "/account"
    assert (opens(here), opens(there)) == (True, False)
    assert User.objects.get().check_password(ready)


def test_new_codes_make_the_old_ones_worthless_and_need_the_password(ready):
    browser, before = signed_in(ready), Recovery.objects.get().hashes
    assert "not your password" in browser.post("/account/recovery", {"password": WRONG}).content.decode()
    assert Recovery.objects.get().hashes == before
    assert "<code>" in browser.post("/account/recovery", {"password": ready}).content.decode()
    assert not set(Recovery.objects.get().hashes) & set(before)


def test_wrong_passwords_are_counted_on_the_account_s_pages_too(ready):
    browser = signed_in(ready)
    answers = [browser.post("/account/sessions", {"password": WRONG}).status_code for _ in range(5)]
    assert answers[-1] == 429


def test_signing_out_ends_the_session_and_only_by_post(ready):
    browser = signed_in(ready)
    assert browser.get("/sign-out").status_code == 405
    assert browser.post("/sign-out").status_code == 302
    assert not opens(browser)
    assert actions()[-3:] == ["staff.password_given", "staff.signed_in", "staff.signed_out"]


def test_nobody_is_sent_to_another_site_after_signing_in(ready):
    browser = Browser()
    give(browser, ready, next="https://example.org/")
    assert code(browser)["Location"] == "/desk/"


def test_the_database_without_the_portal_s_key_has_no_seed(ready):
    assert Phone.objects.get().key != Phone.objects.get().bin_key.hex()
