import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from provisioning.portal.access import STAFF, Role


def pages(resolver=None, before=""):
    for each in (resolver or get_resolver()).url_patterns:
        if isinstance(each, URLResolver):
            yield from pages(each, f"{before}{each.namespace}:" if each.namespace else before)
        else:
            yield before + str(each.name), each


def test_every_page_says_who_may_open_it():
    silent = [name for name, each in pages() if isinstance(each, URLPattern) and not hasattr(each.callback, "who")]
    assert silent == []


@pytest.mark.django_db
def test_the_desk_opens_for_staff_alone(staff):
    assert Client().get("/desk/").status_code == 302
    assert staff(Role.AUDITOR).get("/desk/").status_code == 200
    assert staff(name="nobody").get("/desk/").status_code == 403
    assert frozenset(Role) == STAFF
