"""Families of the sample: what they applied for, what was decided, and which passes they have. All are nobody's."""

import secrets
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from provisioning.passes import NewPass, new_pass
from provisioning.portal.applying import drafts, sending
from provisioning.portal.applying.contents import Contents
from provisioning.portal.applying.models import Application
from provisioning.portal.deciding import deciding
from provisioning.portal.deciding.deciding import Proposal
from provisioning.portal.passes import giving
from provisioning.portal.passes.models import Grant, Pass
from provisioning.portal.people.models import ChildParticulars, Household, Particulars
from provisioning.portal.rules.judging import Answers, Living
from provisioning.portal.rules.models import Scheme
from provisioning.portal.sample import schemes
from provisioning.portal.sample.staff import FIRST, asking
from provisioning.town import Town

WITH_PASSES = 24
"""So many families that figures of them may leave the desk."""


@dataclass(frozen=True, slots=True)
class Case:
    """A family: its children's ages, its income in cents a month, and what becomes of its application."""

    ages: tuple[int, ...]
    income: int = 1_200_00
    becomes: str = "passes"


CASES = (
    *(Case(ages) for ages in ((6, 9), (13,), (5,), (8, 12), (10,), (7,), (15,), (11, 16)) * (WITH_PASSES // 8)),
    Case((4,), becomes="letters"),
    Case((9, 14), becomes="letters"),
    Case((12,), becomes="letters"),
    Case((5, 8, 12, 16), becomes="proposed"),
    Case((3,), becomes="rejected"),
    Case((8,), 9_000_00, becomes="rejected"),
    Case((16,), becomes="asked"),
    Case((4, 6), becomes="sent"),
    Case((9,), becomes="sent"),
    Case((8,), 2_000_00, becomes="sent"),
)


@transaction.atomic
def fill() -> None:
    """The rules in force, and all families; nothing when there are rules. No family without the first programme."""
    if Scheme.objects.exists():
        return
    schemes.fill_rules()
    scheme = Scheme.objects.filter(name=schemes.FIRST.name).first()
    if scheme is not None:
        for number, case in enumerate(CASES, start=1):
            _decide(_apply(scheme, number, case), case.becomes)


@transaction.atomic
def hand_out(town: Town) -> list[NewPass]:
    """Passes for the first families, as if they had got their letters; the others' letters are still to be made."""
    if Pass.objects.exists():
        return []
    households = Household.objects.order_by("id").values_list("id", flat=True)[:WITH_PASSES]
    grants = list(Grant.objects.filter(child__household__in=list(households)).select_related("child").order_by("id"))
    made = [new_pass(town.deployment.network) for _ in grants]
    for grant, one in zip(grants, made, strict=True):
        Pass.objects.create(address=one.address, child=grant.child)
    giving.give(asking(FIRST), grants)
    return made


def _apply(scheme: Scheme, number: int, case: Case) -> Application:
    name, today = f"family-{number:02}", timezone.localdate()
    born = tuple(date(today.year - age - 1, 12, 1 + place) for place, age in enumerate(case.ages))
    answers = Answers("1234 AB", Living.ALONE, born, case.income, 500_00)
    address = {"address": f"Voorbeeldstraat {number}", "postcode": "1234 AB", "town": "Voorbeeld"}
    who = Particulars(name, email=f"{name}@example.org", phone="0800 0000", number=f"{number:09}", **address)
    children = tuple(ChildParticulars(f"child {name}-{place}", day.isoformat()) for place, day in enumerate(born, 1))
    draft = drafts.begin(scheme, answers, secrets.token_urlsafe())
    drafts.change(draft, Contents(who, children, answers))
    sending.send(_family(), draft, today)
    return Application.objects.get(pk=draft.pk)


def _family() -> HttpRequest:
    request = HttpRequest()
    request.user = AnonymousUser()
    return request


def _decide(application: Application, becomes: str) -> None:
    judged = application.judgement
    if becomes in {"passes", "letters", "proposed"} and judged is not None:
        amounts = [child.cents for child in judged.children]
        deciding.grant(asking(FIRST), application.pk, Proposal(amounts))
    elif becomes == "rejected" and judged is not None:
        deciding.reject(asking(FIRST), application.pk, [judged.reasons[0]], "")
    elif becomes == "asked":
        deciding.ask(asking(FIRST), application.pk, "Stuur ons een loonstrook van de laatste maand.")
