from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from provisioning.portal.access import Role
from provisioning.portal.staff import chain
from provisioning.town import Town


@pytest.mark.django_db
def test_sessions_and_failures_that_are_over_are_forgotten_and_no_others(staff, monkeypatch):
    for number in (1, 2):
        staff(Role.GRANTS, name=f"clerk-0{number}")
        Client(REMOTE_ADDR=f"192.0.2.{number}").post("/sign-in", {"username": "clerk-03", "password": "wrong"})
    kept = Session.objects.order_by("pk").first()
    Session.objects.exclude(pk=kept.pk if kept else None).update(expire_date=timezone.now() - timedelta(seconds=1))
    AccessAttempt.objects.filter(ip_address="192.0.2.1").update(attempt_time=timezone.now() - timedelta(minutes=16))

    chain.tidy(Town.__new__(Town))
    assert list(Session.objects.all()) == [kept]
    assert [each.ip_address for each in AccessAttempt.objects.all()] == ["192.0.2.2"]
