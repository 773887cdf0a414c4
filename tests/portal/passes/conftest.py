"""Households with grants, and the record that says whose network passes are of."""

import secrets

import pytest

from contracts.deployment import Deployment
from contracts.wire.units import Address, Hash
from provisioning.portal import settings
from provisioning.portal.access import Role
from provisioning.portal.passes.models import Grant
from provisioning.portal.people.models import Child, ChildParticulars, Household, Particulars
from provisioning.portal.programmes.models import Programme
from tests.provisioning.conftest import NETWORK, deployment, shared_town, town  # noqa: F401 -- fixtures

RECORD = Deployment(
    chain_id=1, contract=Address(b"\x01" * 20), block=0, code_hash=Hash(bytes(32)), network=NETWORK,
    token=Address(b"\x02" * 20), rpc_url=None,
)  # fmt: skip


@pytest.fixture
def record():
    path = settings.PLACE / settings.PORTAL.record
    path.unlink(missing_ok=True)
    RECORD.save(path)
    yield path
    path.unlink()


@pytest.fixture
def clerk(staff):
    """Somebody who grants, and reads English."""
    browser = staff(Role.GRANTS)
    browser.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return browser


@pytest.fixture
def programme(db) -> Programme:
    return a_programme(1)


def a_programme(number: int | None, name: str = "Kindpakket") -> Programme:
    return Programme.objects.create(
        number=number, name=name, begins=0, ends=2**39, floor_limit=5_000, day_limit=0, offline_window=86_400
    )


def household(number: int, language: str = "nl") -> Household:
    who = Particulars(f"family-{number:02}", f"Voorbeeldstraat {number}", "1234 AB", "Voorbeeld", number=f"{number:04}")
    made = Household.of(who, language=language)
    made.save()
    return made


def child(of: Household, number: int = 1) -> Child:
    made = Child.of(of, ChildParticulars(f"child-{number:02}", "2018-03-01"))
    made.save()
    return made


def granted(to: Child, programme: Programme, cents: int = 30_000) -> Grant:
    return Grant.objects.create(child=to, programme=programme, cents=cents, reference=secrets.token_hex(16))
