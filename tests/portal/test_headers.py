import pytest
from django.test import Client, override_settings

from provisioning.portal.access import Role
from provisioning.portal.staff import accounts
from tests.portal import raising

ANSWERS = {
    "page": lambda staff: staff(Role.GRANTS).get("/desk/"),
    "sign-in": lambda _staff: Client().get("/sign-in"),
    "redirect": lambda _staff: Client().get("/desk/"),
    "refused": lambda staff: staff(Role.GRANTS).get("/desk/trail"),
    "missing": lambda _staff: Client().get("/nothing/here"),
    "without the form's mark": lambda _staff: Client(enforce_csrf_checks=True).post("/sign-in"),
    "broken": lambda _staff: raising.answer(),
}


@pytest.mark.parametrize("kind", ANSWERS)
@pytest.mark.django_db
def test_every_answer_tells_browsers_what_owasp_lists(staff, kind):
    with override_settings(ROOT_URLCONF=raising.__name__ if kind == "broken" else "provisioning.portal.urls"):
        answer = ANSWERS[kind](staff)
    policy = answer["Content-Security-Policy"]
    assert "unsafe" not in policy
    told = {"default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"}
    assert told | {"worker-src 'self'", "manifest-src 'self'"} <= set(policy.split("; "))
    assert answer["Cache-Control"] == "no-store"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert {"camera=()", "geolocation=()", "microphone=()"} <= set(answer["Permissions-Policy"].split(", "))
    assert "Server" not in answer


@pytest.mark.django_db
def test_a_familys_page_alone_may_ask_where_the_phone_is():
    policy = set(Client().get("/pass/")["Permissions-Policy"].split(", "))
    assert {"geolocation=(self)", "screen-wake-lock=(self)", "camera=()", "microphone=()"} <= policy


def test_a_file_of_looks_may_be_kept_and_says_the_rest():
    answer = Client().get("/static/portal/portal.css")
    assert "no-store" not in answer["Cache-Control"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.django_db
def test_cookies_are_for_this_site_alone_and_no_script_reads_them():
    browser, password = Client(), accounts.add_ready("clerk-01", [Role.GRANTS])
    browser.get("/sign-in")
    browser.post("/language", {"language": "en"})
    browser.post("/sign-in", {"username": "clerk-01", "password": password})
    assert set(browser.cookies) == {"session", "csrf", "django_language"}
    for cookie in browser.cookies.values():
        assert (cookie["httponly"], cookie["samesite"], cookie["domain"]) == (True, "Lax", "")
