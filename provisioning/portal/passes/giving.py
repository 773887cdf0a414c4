"""Budgets that were decided, on their way to a pass."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest

from provisioning.grant_plan import PART
from provisioning.portal.passes.models import Grant, Pass
from provisioning.portal.tasks import asking
from provisioning.portal.tasks.models import Task

_CURRENT = Pass.objects.filter(child=OuterRef("child"), replaced_by=None).exclude(state=Pass.State.REPLACED)
_PRINTED = Q(letters=None) | Q(letters__printed_at__isnull=False)


def waiting() -> QuerySet[Grant]:
    """Grants that nothing was done about yet, of programmes that run; the oldest first."""
    unseen = Grant.objects.filter(given_to=None, task=None, letters=None, child__isnull=False)
    return unseen.filter(programme__number__isnull=False, programme__closed=False).order_by("id")


def need_letter() -> QuerySet[Grant]:
    """Those whose child has no pass."""
    return waiting().filter(~Exists(_CURRENT))


def need_none() -> QuerySet[Grant]:
    """Those whose child has a pass in its hands, so that no letter has to go."""
    return waiting().filter(Exists(_CURRENT.filter(_PRINTED, state=Pass.State.MADE)))


def give(request: HttpRequest, grants: Iterable[Grant]) -> list[Task]:
    """Give those that need no letter to the passes that are there; the others go on waiting. Gives the tasks."""
    with transaction.atomic():
        wanted = [grant.pk for grant in grants]
        found = list(need_none().filter(pk__in=wanted).select_related("programme").select_for_update(of=("self",)))
        passes = _current({grant.child_id for grant in found})
        for grant in found:
            grant.given_to = passes[grant.child_id]
        Grant.objects.bulk_update(found, ("given_to",))
        return ask(request, found)


def ask(request: HttpRequest, grants: Sequence[Grant]) -> list[Task]:
    """Have grants that have a pass made on the contract, in the caller's transaction."""
    tasks = []
    for number, part in _parts(grants):
        keys = [grant.pk for grant in part]
        task = asking.ask(request, "passes.grant", programme=number, reference=part[0].reference, grants=keys)
        Grant.objects.filter(pk__in=keys).update(task=task)
        tasks.append(task)
    return tasks


def _current(children: set[int | None]) -> dict[int | None, Pass]:
    found = Pass.objects.filter(_PRINTED, child__in=children, replaced_by=None, state=Pass.State.MADE)
    return {each.child_id: each for each in found.order_by("id")}


def _parts(grants: Sequence[Grant]) -> Iterator[tuple[int, list[Grant]]]:
    """As many as one transaction takes, of one programme, by its number on the contract."""
    by_programme = defaultdict(list)
    for grant in grants:
        by_programme[grant.programme.number].append(grant)
    for number, found in by_programme.items():
        if number is None:
            raise ValueError("a grant of a draft is given")
        for start in range(0, len(found), PART):
            yield number, found[start : start + PART]
