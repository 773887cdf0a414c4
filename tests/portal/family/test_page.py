"""The shell: the same for everybody, and for nobody in particular."""

import re

import pytest
from django.test import Client

from provisioning.portal.access import Role

pytestmark = pytest.mark.django_db


def test_it_sets_no_cookie_and_names_the_contract_and_whom_to_call(record, portal):
    answer = Client().get("/pass/")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert not answer.cookies
    assert f'data-contract="0x{record.contract.hex()}"' in page
    assert f'data-network="{record.network}"' in page
    assert portal.contact in "".join(re.findall(r"<noscript>.*?</noscript>", page, re.DOTALL))
    assert "csrf" not in page


def test_it_is_the_same_for_whoever_is_signed_in(record, staff):
    clerk = staff(Role.GRANTS, name="clerk-07")
    assert clerk.get("/pass/").content == Client().get("/pass/").content


def test_another_language_is_kept_for_whoever_presses_it_and_for_nobody_else(record):
    browser = Client()
    assert 'lang="nl"' in browser.get("/pass/").content.decode()
    answer = browser.get("/pass/?language=en")
    assert (answer.status_code, answer["Location"]) == (302, "/pass/")
    assert answer.cookies["django_language"].value == "en"
    assert '<html lang="en">' in browser.get("/pass/").content.decode()
    assert not Client().get("/pass/?language=xx").cookies


def test_its_title_says_nothing_of_whom_it_is_for(record, portal):
    titles = re.findall("<title>(.*)</title>", Client().get("/pass/").content.decode())
    assert titles == [f"Uw pas | {portal.municipality}"]


def test_without_a_contract_it_says_that_the_letter_works_all_the_same(portal):
    answer = Client().get("/pass/")
    assert answer.status_code == 404
    assert "Uw brief werkt" in answer.content.decode()
