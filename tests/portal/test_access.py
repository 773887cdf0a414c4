"""The table in access.txt, held to the routes, and every page asked as everybody."""

from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from provisioning.portal.access import ANYBODY, HALFWAY, STAFF, Doorkeeper, Role
from provisioning.portal.staff import accounts

LETTERS = dict(zip("GSFAK", (Role.GRANTS, Role.SHOPS, Role.FINANCE, Role.AUDITOR, Role.KEEPER), strict=True))
WORDS = {"anybody": ANYBODY, "halfway": HALFWAY}
OF_FAMILIES = ("people:", "deciding:", "passes:")
AUDITOR_SENDS = {"staff:password", "staff:recovery_codes", "staff:sessions", "staff:trail_check"}
"""What an auditor may send: about the own account, and the question whether the trail is whole."""

SENDS_ON = "pages:desk"
"""Where everybody who signed in is sent to his own first page."""


def table():
    lines = (Path(__file__).parent / "access.txt").read_text().splitlines()
    rows = [line.split() for line in lines if line and not line.startswith("#")]
    return {
        name: WORDS.get(who[0]) or frozenset(LETTERS[each] for each in who if each in LETTERS) for name, *who in rows
    }


def routes(resolver=None, before=""):
    for each in (resolver or get_resolver()).url_patterns:
        if isinstance(each, URLResolver):
            yield from routes(each, f"{before}{each.namespace}:" if each.namespace else before)
        else:
            yield before + str(each.name), each


TABLE = table()
ROUTES = dict(routes())


def url(name):
    return reverse(name, kwargs=dict.fromkeys(ROUTES[name].pattern.converters, 1))


@pytest.fixture
def browsers(db, staff):
    """Gives a browser of whoever is asked for."""

    def halfway():
        browser = Client()
        password = accounts.add("clerk-01", [Role.GRANTS])
        browser.post("/sign-in", {"username": "clerk-01", "password": password})
        return browser

    def of(standing):
        made = {"anybody": Client, "halfway": halfway, "no role": staff}.get(standing) or (lambda: staff(standing))
        browser = made()
        browser.raise_request_exception = False
        return browser

    return of


def may(standing, who):
    return who == ANYBODY or standing in who


def is_refusal(answer, standing, who):
    if standing in {"anybody", "halfway"}:
        return answer.status_code == 302 and answer["Location"].startswith("/sign-in?next=")
    return answer.status_code == 403 or (who == HALFWAY and answer.headers.get("Location") == "/desk/")


def test_the_table_is_what_the_routes_say():
    said = {name: getattr(each.callback, "who", None) for name, each in ROUTES.items() if isinstance(each, URLPattern)}
    assert said == TABLE


def test_no_two_routes_have_one_name_and_none_takes_forms_of_other_sites():
    names = [name for name, _ in routes()]
    assert len(names) == len(set(names))
    without = [each.callback for each in ROUTES.values() if getattr(each.callback, "csrf_exempt", False)]
    assert [each for each in without if not getattr(each, "signed", False)] == []


def test_a_keeper_opens_no_page_of_the_desk_and_staff_no_page_of_a_shop():
    of_keepers = {name for name, who in TABLE.items() if Role.KEEPER in who}
    assert {name for name in of_keepers if url(name).startswith("/desk/")} == {SENDS_ON}
    shared = {name for name in of_keepers if TABLE[name] & STAFF}
    assert shared == {SENDS_ON, "staff:account", "staff:password", "staff:recovery_codes", "staff:sessions"}


def test_families_are_seen_by_grants_alone():
    assert {who for name, who in TABLE.items() if name.startswith(OF_FAMILIES)} == {frozenset({Role.GRANTS})}


@pytest.mark.parametrize("standing", ["anybody", "halfway", "no role", *Role])
def test_every_page_opens_for_those_in_the_table_and_for_nobody_else(browsers, standing):
    browser = browsers(standing)
    wrong = []
    for name, who in TABLE.items():
        for send in (browser.get, browser.post):
            if send == browser.post and name == "staff:sign_out":
                continue  # nobody would be signed in after it; tests/portal/staff has it
            answer = send(url(name))
            if is_refusal(answer, standing, who) == may(standing, who) or answer.status_code >= 500:
                wrong.append(f"{send.__name__} {name}: {answer.status_code}")
    assert wrong == []


def rows():
    """All that the portal keeps, but for the session itself."""
    kept = [model for model in apps.get_models() if model is not Session]
    return [list(model._default_manager.order_by("pk").values()) for model in kept]


def test_an_auditor_changes_nothing(browsers):
    browser, before = browsers(Role.AUDITOR), rows()
    for name in {name for name, who in TABLE.items() if Role.AUDITOR in who} - AUDITOR_SENDS:
        browser.post(url(name))
        assert rows() == before, name


def _answer(_request):
    return HttpResponse()


def test_a_route_without_who_opens_for_nobody(rf):
    with pytest.raises(PermissionDenied):
        Doorkeeper(_answer).process_view(rf.get("/"), _answer, (), {})
