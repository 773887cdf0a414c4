from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from provisioning.portal.applying.models import Application
from provisioning.portal.rules.example import EXAMPLE
from provisioning.portal.rules.models import RuleVersion, Scheme

ANSWERS = {
    "postcode": "9801 ab", "living": "alone", "income": "1200", "savings": "0",
    "child-TOTAL_FORMS": "2", "child-INITIAL_FORMS": "0", "child-0-born": "2018-05-01", "child-1-born": "2012-05-01",
}  # fmt: skip
WHO = {"name": "family-01", "address": "Street 1", "postcode": "9801AB", "town": "Town", "email": "", "phone": ""}
CHILDREN = {
    "child-TOTAL_FORMS": "2", "child-INITIAL_FORMS": "0",
    "child-0-name": "child-01", "child-0-born": "2018-05-01", "child-1-name": "child-02", "child-1-born": "2012-05-01",
}  # fmt: skip
MONEY = {"living": "alone", "income": "1200", "savings": "0"}
ELDEST = "2012-05-01"
PDF = b"%PDF-1.7\nfamily-01 earns little"


def english():
    return Client(headers={"accept-language": "en"})


@pytest.fixture(autouse=True)
def _nobody_tried():
    cache.clear()


@pytest.fixture
def rules(db):
    """A scheme whose rules are in force."""
    scheme = Scheme.objects.create(name="Kindpakket")
    version = RuleVersion(scheme=scheme, number=1, state=RuleVersion.State.LIVE)
    version.conditions, version.live_from = EXAMPLE, timezone.localdate() - timedelta(days=1)
    version.save()
    return version


@pytest.fixture
def family(rules):
    """A browser in English in which an application was begun."""
    browser = english()
    assert browser.post("/apply/begin", ANSWERS | {"scheme": rules.scheme_id}).status_code == 302
    return browser


@pytest.fixture
def sent(family):
    """One that was sent; the browser still holds it."""
    fill(family)
    assert family.post("/apply/review", {"truth": "on"})["location"] == "/application"
    return Application.objects.get()


def fill(browser):
    for step, said in (("who", WHO), ("children", CHILDREN), ("money", MONEY)):
        assert browser.post(f"/apply/{step}", said).status_code == 302
