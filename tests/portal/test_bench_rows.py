"""The bench knows the tables' columns and the pages' addresses: those that are there now."""

import pytest
from django.urls import resolve

from provisioning.portal.applying.models import Application
from provisioning.portal.deciding.models import Decision
from provisioning.portal.figures.models import Sale
from provisioning.portal.passes.models import Grant
from tests.bench import portal_rows
from tests.bench.portal import PAGES


@pytest.mark.django_db
def test_the_rows_of_a_large_town_fit_the_tables(monkeypatch):
    counts = {"PASSES": 100, "APPLICATIONS": 20, "SALES": 200}
    for name, count in counts.items():
        monkeypatch.setattr(portal_rows, name, count)
    portal_rows.fill()
    made = [model.objects.count() for model in (Grant, Application, Decision, Sale)]
    assert made == [100, 20, 20, 200]


@pytest.mark.parametrize("path", PAGES.values())
def test_every_page_that_is_measured_is_there(path):
    assert resolve(path.partition("?")[0]).view_name
