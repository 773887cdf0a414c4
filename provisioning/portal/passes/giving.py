"""Budgets that were decided, on their way to a pass."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from provisioning.grant_plan import PART
from provisioning.portal.passes.models import Grant, Pass
from provisioning.portal.people.models import Household
from provisioning.portal.tasks import asking
from provisioning.portal.tasks.models import Task

_CURRENT = Pass.objects.filter(child=OuterRef("child"), replaced_by=None).exclude(state=Pass.State.REPLACED)
_PART_BEFORE = Grant.objects.filter(series=OuterRef("series"), due_on__lt=OuterRef("due_on"))
PARTS_MAX = 5_000
"""Monthly parts that are given in one go; the next go follows."""
_PRINTED = Q(letters=None) | Q(letters__printed_at__isnull=False)


def waiting() -> QuerySet[Grant]:
    """Grants that are due and that nothing was done about yet, of programmes that run; the oldest first."""
    return _unseen().filter(due_on__lte=timezone.localdate(), stopped=False)


def parts_ahead() -> QuerySet[Grant]:
    """Monthly parts that nothing was done about yet: they can be stopped."""
    return _unseen().filter(Exists(_PART_BEFORE))


def set_stopped(household: Household, *, stopped: bool) -> int:
    """Stop the household's monthly parts that are still to be given, or let them come; how many they are."""
    parts = parts_ahead().filter(child__household=household, stopped=not stopped)
    return Grant.objects.filter(pk__in=[part.pk for part in parts.select_for_update(of=("self",))]).update(
        stopped=stopped
    )


def give_parts() -> None:
    """Give the monthly parts that are due to the passes that had the part before: nobody need ask for them."""
    for _ in range(0, PARTS_MAX, PART):
        found = list(need_none().filter(Exists(_PART_BEFORE.exclude(given_to=None)))[:PART])
        if not found:
            return
        give(None, found)


def _unseen() -> QuerySet[Grant]:
    unseen = Grant.objects.filter(given_to=None, task=None, letters=None, child__isnull=False)
    return unseen.filter(programme__number__isnull=False, programme__closed=False).order_by("id")


def need_letter() -> QuerySet[Grant]:
    """Those whose child has no pass."""
    return waiting().filter(~Exists(_CURRENT))


def need_none() -> QuerySet[Grant]:
    """Those whose child has a pass in its hands, so that no letter has to go."""
    return waiting().filter(Exists(_CURRENT.filter(_PRINTED, state=Pass.State.MADE)))


def give(request: HttpRequest | None, grants: Iterable[Grant]) -> list[Task]:
    """Give those that need no letter to the passes that are there; the others go on waiting. Gives the tasks."""
    with transaction.atomic():
        wanted = [grant.pk for grant in grants]
        found = list(need_none().filter(pk__in=wanted).select_related("programme").select_for_update(of=("self",)))
        passes = _current({grant.child_id for grant in found})
        for grant in found:
            grant.given_to = passes[grant.child_id]
        Grant.objects.bulk_update(found, ("given_to",))
        return ask(request, found)


def ask(request: HttpRequest | None, grants: Sequence[Grant]) -> list[Task]:
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
