"""Writing rules and putting them in force. What was in force is never changed: a new version follows it."""

from datetime import date

from django.db import transaction
from django.http import HttpRequest

from provisioning.portal.rules.example import EXAMPLE
from provisioning.portal.rules.judging import Conditions
from provisioning.portal.rules.models import RuleVersion, Scheme
from provisioning.portal.staff import trail

_State = RuleVersion.State


@transaction.atomic
def draft(request: HttpRequest | None, scheme: Scheme) -> RuleVersion:
    """The scheme's draft: the one that is there, or a new one as its newest version is."""
    newest = scheme.versions.select_for_update().order_by("-number").first()
    if newest is not None and newest.state == _State.DRAFT:
        return newest
    made = RuleVersion(scheme=scheme, number=newest.number + 1 if newest else 1)
    made.conditions = newest.conditions if newest else EXAMPLE
    made.made_by_id = request.user.pk if request else None
    made.save()
    _note(request, "draft", made)
    return made


@transaction.atomic
def write(request: HttpRequest | None, version: RuleVersion, conditions: Conditions) -> bool:
    """Let a draft say this, and `version` with it; False when it is none any more."""
    found = RuleVersion.objects.select_for_update().filter(pk=version.pk, state=_State.DRAFT).first()
    if found is None:
        return False
    found.conditions, found.made_by_id = conditions, request.user.pk if request else None
    found.save()
    _note(request, "written", found)
    version.refresh_from_db()
    return True


@transaction.atomic
def drop(request: HttpRequest, version: RuleVersion) -> bool:
    """Delete a draft; False when it is none any more."""
    _note(request, "dropped", version)
    if RuleVersion.objects.filter(pk=version.pk, state=_State.DRAFT).delete()[0]:
        return True
    transaction.set_rollback(True)
    return False


@transaction.atomic
def enact(request: HttpRequest | None, version: RuleVersion, day: date) -> bool:
    """Put a draft in force from that day on, as `version` has it.

    False when it is none any more, was written anew since, or was written by who asks.
    """
    drafts = RuleVersion.objects.filter(state=_State.DRAFT, made_at=version.made_at)
    found = drafts.select_for_update().filter(pk=version.pk).first()
    if found is None or (request is not None and found.made_by_id == request.user.pk):
        return False
    found.state, found.live_from = _State.LIVE, day
    found.save()
    _note(request, "live", found, live_from=day.isoformat())
    return True


@transaction.atomic
def stop(request: HttpRequest, scheme: Scheme) -> None:
    """Take what is in force out of it: nobody can apply for this scheme until another version is."""
    scheme.versions.filter(state=_State.LIVE).update(state=_State.RETIRED)
    trail.note(request, "rules.stopped", f"scheme {scheme.pk}")


def _note(request: HttpRequest | None, verb: str, version: RuleVersion, **more: str) -> None:
    trail.note(request, f"rules.{verb}", f"rules {version.pk}", scheme=version.scheme_id, number=version.number, **more)
