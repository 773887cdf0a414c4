"""Running a list that was tried: in parts, each in one transaction, so that it goes on wherever it was stopped."""

from typing import cast

from django.db import transaction
from django.db.models import Count, Sum
from django.http import HttpRequest
from django.utils import timezone

from provisioning.portal.deciding import alone, granting, known, trying, writing
from provisioning.portal.deciding.matching import GIVEN, Kind, Outcome, outcomes
from provisioning.portal.deciding.models import Import, ImportRow
from provisioning.portal.deciding.reasons import NotPossibleError
from provisioning.portal.deciding.writing import Given
from provisioning.portal.staff import trail
from provisioning.town import Town

PART = 200


def total(of: Import) -> int:
    """The cents that it gives, or would give."""
    found: int | None = of.rows.filter(kind__in=GIVEN).aggregate(all=Sum("cents"))["all"]
    return found or 0


@transaction.atomic
def start(request: HttpRequest, number: int) -> None:
    """Have it run. Above what one person may alone, by somebody else than who tried it. Raises NotPossibleError."""
    found = _locked(number, Import.State.TRIED)
    granting.running(found.rules.scheme.programme)
    me = cast("int", request.user.pk)
    if found.by_id == me and not alone.may_grant(me, total(found), total(found)):
        raise NotPossibleError("self")
    found.state, found.started_at = Import.State.RUNNING, timezone.now()
    found.second_id = me
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
    """Do the next lines. False when there is nothing left to do: all are done, or the programme was closed."""
    found = Import.objects.select_for_update(of=("self",)).select_related("rules__scheme__programme").get(pk=number)
    rows = list(found.rows.filter(done=False, kind__in=GIVEN)[:PART])
    if not rows:
        _end(found, Import.State.DONE)
        trail.note(None, "import.done", f"import {found.pk}", cents=total(found))
        return False
    try:
        programme = granting.running(found.rules.scheme.programme)
    except NotPossibleError:
        _end(found, Import.State.DROPPED)
        trail.note(None, "import.stopped", f"import {found.pk}", left=found.rows.filter(done=False).count())
        return False
    candidates = trying.opened(rows)
    listed = {bytes(one) for one in found.rows.values_list("print", flat=True) if one is not None}
    here = known.here(candidates, programme)
    found_out = list(outcomes(candidates, here, listed))
    given = zip(candidates, found_out, strict=True)
    writing.write(found, programme, [Given(one.row, each.cents) for one, each in given if each.kind in GIVEN])
    for row, outcome in zip(rows, found_out, strict=True):
        _write_down(row, outcome)
    ImportRow.objects.bulk_update(rows, ["kind", "code", "about", "cents", "done", "sealed"])
    return True


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
