"""Forgetting people: when their time is over, and when they ask for it."""

from dataclasses import asdict, dataclass, replace
from datetime import date
from itertools import chain
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils import timezone

from provisioning.portal.applying.models import Application, Document, Message
from provisioning.portal.deciding import running
from provisioning.portal.deciding.models import Decision, Import
from provisioning.portal.passes.models import Grant
from provisioning.portal.people import keeping, retention
from provisioning.portal.people.models import Household
from provisioning.portal.staff import trail
from provisioning.town import Town

_AT_ONCE = 200
"""Rows of each kind in one round, which is short."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many of each."""

    applications: int = 0
    documents: int = 0
    households: int = 0
    lists: int = 0

    def __bool__(self) -> bool:
        return any(asdict(self).values())


def hourly(_town: Town) -> None:
    """The worker's round."""
    some(timezone.localdate())


def everything(today: date) -> Forgotten:
    """All whose time is over."""
    total = Forgotten()
    while (found := some(today)) or any(each.exists() for each in _stale(today)):
        total = Forgotten(**{name: count + asdict(found)[name] for name, count in asdict(total).items()})
    return total


@transaction.atomic
def some(today: date) -> Forgotten:
    """Some of those whose time is over; nothing when there are none left."""
    forgotten = Forgotten(_applications(today), _documents(today), _households(today), _lists(today))
    if forgotten:
        trail.note(None, "people.forget", **asdict(forgotten))
    return forgotten


@transaction.atomic
def on_request(request: HttpRequest, household: Household) -> bool:
    """Forget a household that asks for it: all of it, or where a pass got money all that the books do not need.

    Whether it is wholly gone.
    """
    number, needed = household.pk, has_money(household)
    _drop_pending(household)
    if needed:
        _reduce(household)
    else:
        household.delete()
    trail.note(request, "people.reduce" if needed else "people.delete", f"household {number}")
    return not needed


@transaction.atomic
def application_on_request(request: HttpRequest, number: int) -> bool:
    """Forget an application that is of no known household; False when it is of one meanwhile."""
    if not Application.objects.select_for_update().filter(pk=number, household=None).exists():
        return False
    Application.objects.filter(pk=number).delete()
    trail.note(request, "people.delete", f"application {number}")
    return True


def has_money(household: Household) -> bool:
    """Whether a pass got a budget, or is getting one: then the law of public money wants to know for whom it was."""
    grants = Grant.objects.filter(child__household=household)
    return grants.exclude(given_to=None).exists() or grants.exclude(task=None).exists()


def _drop_pending(household: Household) -> None:
    Grant.objects.filter(child__household=household, given_to=None, task=None).delete()


def _reduce(household: Household) -> None:
    """Without means of contact, papers and conversations; applications that are open are gone whole."""
    household.describe(replace(household.who, email="", phone=""))
    household.save()
    household.applications.filter(state__in=keeping.OPEN).delete()
    Document.objects.filter(application__household=household).delete()
    Message.objects.filter(application__household=household).delete()
    for application in household.applications.all():
        contents = application.contents
        application.contents = replace(contents, who=replace(contents.who, email="", phone=""))
        application.save()
    keeping.refresh(household)


def _applications(today: date) -> int:
    """Those of no household; with one they go when it does."""
    due = Application.objects.filter(forget_on__lte=today, household=None).order_by("pk")
    return _delete(Application.objects.all(), list(due.values_list("pk", flat=True)[:_AT_ONCE]))


def _documents(today: date) -> int:
    final = Decision.objects.filter(state=Decision.State.FINAL).annotate(day=Coalesce("second_at", "made_at"))
    decided = final.filter(day__date__lt=today - retention.DOCUMENTS)
    due = Document.objects.filter(application__decisions__in=decided).order_by("pk")
    return _delete(Document.objects.all(), list(due.values_list("pk", flat=True)[:_AT_ONCE]))


def _households(today: date) -> int:
    """A day that was written down may have moved: a programme was extended, or something was added."""
    due = []
    for household in chain.from_iterable(each.order_by("pk")[:_AT_ONCE] for each in _stale(today)):
        day = keeping.refresh(household)
        if day is not None and day <= today:
            due.append(household.pk)
    return _delete(Household.objects.all(), due)


def _stale(today: date) -> tuple[QuerySet[Household], QuerySet[Household]]:
    """Whose day has come, and who has none though nothing of theirs is open: each gets one, or goes."""
    unwritten = Household.objects.filter(forget_on=None).exclude(applications__state__in=keeping.OPEN)
    return Household.objects.filter(forget_on__lte=today), unwritten


def _lists(today: date) -> int:
    due = Import.objects.filter(state=Import.State.TRIED, made_at__date__lte=today - retention.IMPORT)
    numbers = list(due.values_list("pk", flat=True)[:_AT_ONCE])
    for number in numbers:
        running.drop(None, number)
    return len(numbers)


def _delete(due: QuerySet[Any], numbers: list[int]) -> int:
    due.filter(pk__in=numbers).delete()
    return len(numbers)
