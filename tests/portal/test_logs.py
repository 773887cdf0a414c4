import io
import logging
from logging.config import dictConfig

import pytest
from django.conf import settings
from django.test import Client, override_settings

from contracts.wire.errors import Broken
from provisioning.portal.logs import Pages
from tests.portal import raising


@pytest.fixture
def log(monkeypatch):
    """What reaches the log, by the handler that the settings describe, whatever other tests made of the root's."""
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    for name in ("portal", "django.request"):
        monkeypatch.setattr(logging.getLogger(name), "disabled", False)
    dictConfig(settings.LOGGING)
    (ours,) = [each for each in root.handlers if any(isinstance(one, Pages) for one in each.filters)]
    beside = logging.StreamHandler(io.StringIO())
    beside.filters, beside.formatter = ours.filters, ours.formatter
    root.addHandler(beside)
    return beside.stream


@pytest.mark.django_db
def test_a_page_that_fails_tells_where_and_nothing_of_what_it_was_given(log):
    with override_settings(ROOT_URLCONF=raising.__name__):
        answer = raising.answer(name="family-02", password="a long walk to the sea")
    assert answer.status_code == 500
    said = log.getvalue()
    assert "POST fails: 500" in said
    assert "builtins.ValueError" in said
    assert "builtins.KeyError" in said
    assert "raising.py" in said
    for secret in ("family-01", "family-02", "a long walk", "about=", "budgets[name]"):
        assert secret not in said
        assert secret not in answer.content.decode()


@pytest.mark.django_db
def test_an_address_that_leads_nowhere_is_not_written_down(log):
    assert Client().get("/family-01/child-01?name=family-01").status_code == 404
    assert "GET no page: 404" in log.getvalue()
    assert "family-01" not in log.getvalue()


@pytest.mark.django_db
def test_a_wrong_password_leaves_nothing_in_the_log(log):
    Client().post("/sign-in", {"username": "clerk-01", "password": "a long walk to the sea"})
    assert log.getvalue() == ""


def test_nobody_writes_a_line_of_his_own_into_the_log(log):
    logging.getLogger("portal").warning("about %s", "one\nERROR django: all is lost")
    assert log.getvalue().splitlines() == ["WARNING portal: about one ERROR django: all is lost"]


def test_our_own_words_are_kept(log):
    logging.getLogger("portal").error("stopped", exc_info=Broken("the key has 31 bytes"))
    assert "Broken: the key has 31 bytes" in log.getvalue()


def test_no_error_is_sent_or_shown_with_its_variables():
    assert settings.DEBUG is False
    assert settings.ADMINS == []
    handlers = [each for name in ("django", "django.request") for each in logging.getLogger(name).handlers]
    assert handlers == []
