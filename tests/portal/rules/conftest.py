from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from provisioning.portal.rules import changing
from provisioning.portal.rules.example import EXAMPLE
from provisioning.portal.rules.models import RuleVersion, Scheme

OWN = EXAMPLE.model_copy(update={"source": "a notice of the town"})


@pytest.fixture
def scheme(db):
    return Scheme.objects.create(name="Kindpakket")


@pytest.fixture
def in_force(scheme):
    """A version since yesterday."""
    version = changing.draft(None, scheme)
    changing.write(None, version, OWN)
    changing.enact(None, version, timezone.localdate() - timedelta(days=1))
    return RuleVersion.objects.get()


@pytest.fixture
def draft(in_force):
    """The next version, written by somebody who is not asked here."""
    version = changing.draft(None, in_force.scheme)
    RuleVersion.objects.filter(pk=version.pk).update(made_by=User.objects.create_user("clerk-09"))
    version.refresh_from_db()
    return version
