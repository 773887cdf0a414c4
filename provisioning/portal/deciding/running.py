"""Running a list that was tried: in parts, each in one transaction, so that it goes on wherever it was stopped."""

from typing import cast

from django.db import transaction
from django.db.models import Count, Sum
from django.http import HttpRequest
from django.utils import timezone

from provisioning.portal import settings
from provisioning.portal.deciding import granting, known, trying
from provisioning.portal.deciding.matching import GIVEN, Candidate, Kind, Outcome, outcomes
from provisioning.portal.deciding.models import Decision, Import, ImportRow
from provisioning.portal.deciding.reasons import NotPossibleError
from provisioning.portal.people import keeping
from provisioning.portal.people.models import Household
from provisioning.portal.programmes.models import Programme
from provisioning.portal.staff import trail
from provisioning.town import Town

PART = 200


def total(of: Import) -> int:
    """The cents that it gives, or would give."""
    found: int | None = of.rows.filter(kind__in=GIVEN).aggregate(all=Sum("cents"))["all"]
    return found or 0


@transaction.atomic
def start(request: HttpRequest, number: int) -> None:
    """Have it run. Above the amount for one person, by somebody else than who tried it. Raises NotPossibleError."""
    found = _locked(number, Import.State.TRIED)
    granting.running(found.rules.scheme.programme)
    if total(found) > settings.PORTAL.four_eyes_cents and found.by_id == request.user.pk:
        raise NotPossibleError("self")
    found.state, found.started_at = Import.State.RUNNING, timezone.now()
    found.second_id = cast("int", request.user.pk)
    found.save()
    trail.note(request, "import.start", f"import {found.pk}", cents=total(found))


@transaction.atomic
def drop(request: HttpRequest | None, number: int) -> None:
    """Forget a list that was not run. Raises NotPossibleError."""
    found = _locked(number, Import.State.TRIED)
    _end(found, Import.State.DROPPED)
    trail.note(request, "import.drop", f"import {found.pk}")


def go_on(_town: Town) -> None:
    """Do the next part of whatever runs; the worker calls it again and again."""
    for number in Import.objects.filter(state=Import.State.RUNNING).values_list("pk", flat=True):
        run_part(number)


@transaction.atomic
def run_part(number: int) -> bool:
    """Do the next lines. False when there are none left, and the list is done."""
    found = Import.objects.select_for_update(of=("self",)).select_related("rules__scheme__programme").get(pk=number)
    rows = list(found.rows.filter(done=False, kind__in=GIVEN)[:PART])
    if not rows:
        _end(found, Import.State.DONE)
        trail.note(None, "import.done", f"import {found.pk}", cents=total(found))
        return False
    programme = granting.running(found.rules.scheme.programme)
    candidates = trying.opened(rows)
    listed = {bytes(one) for one in found.rows.values_list("print", flat=True) if one is not None}
    here = known.here(candidates, programme)
    for row, one, outcome in zip(rows, candidates, outcomes(candidates, here, listed), strict=True):
        _do(found, programme, one, outcome)
        _write_down(row, outcome)
    ImportRow.objects.bulk_update(rows, ["kind", "code", "about", "cents", "done", "sealed"])
    return True


def _do(of: Import, programme: Programme, one: Candidate, outcome: Outcome) -> None:
    if outcome.kind not in GIVEN:
        return
    household = _household(one)
    grant = granting.give(household, known.child(one.row), programme, outcome.cents)
    decision = _decision(of, household)
    decision.amounts = [*decision.amounts, outcome.cents]
    decision.save()
    decision.grants.add(grant)
    keeping.refresh(household)


def _household(one: Candidate) -> Household:
    """By its number; what the social service says of it is the newest."""
    found = Household.objects.filter(by_number=one.number).first() or Household(language=one.row.language)
    found.describe(known.particulars(one.row))
    found.known = True
    found.save()
    return found


def _decision(of: Import, household: Household) -> Decision:
    found = of.decisions.filter(household=household).first()
    if found is None:
        verdict, state = Decision.Verdict.GRANT, Decision.State.FINAL
        found = Decision(
            of=of, household=household, verdict=verdict, state=state, by_id=of.by_id, second_id=of.second_id
        )
        found.second_at, found.said = of.started_at, {}
    return found


def _write_down(row: ImportRow, outcome: Outcome) -> None:
    row.kind, row.code, row.about, row.cents = outcome.kind, outcome.code, outcome.about, outcome.cents
    row.done, row.sealed = True, None


def _end(found: Import, state: Import.State) -> None:
    found.rows.update(sealed=None, print=None)
    found.state, found.ended_at = state, timezone.now()
    found.save()


def _locked(number: int, state: Import.State) -> Import:
    found = Import.objects.select_for_update(of=("self",)).select_related("rules__scheme__programme")
    one = found.filter(pk=number, state=state).first()
    if one is None:
        raise NotPossibleError("gone")
    return one


def counts(of: Import) -> dict[str, int]:
    """The lines of each kind."""
    found = dict(of.rows.order_by().values_list("kind").annotate(Count("pk")))
    return {kind.value: found.get(kind, 0) for kind in Kind}
