"""Deciding an application: grant, reject, ask for more; a second person above an amount; and undoing.

Each function is one transaction, which looks again at what it decides about, and writes the trail.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from provisioning.portal.applying.models import Application, Message
from provisioning.portal.deciding import alone, granting
from provisioning.portal.deciding.models import Decision
from provisioning.portal.deciding.reasons import NotPossibleError
from provisioning.portal.people import keeping, retention
from provisioning.portal.people.models import Household
from provisioning.portal.staff import trail

_State = Application.State
OPEN = (_State.SUBMITTED, _State.ASKED)


@dataclass(frozen=True, slots=True, repr=False)
class Proposal:
    """A grant as somebody wants it: cents for each child, words for the family, why not what the rules advise."""

    amounts: Sequence[int]
    words: str = ""
    why: str = ""
    household: Household | None = None
    """The known one that this is; None for a new one."""


@transaction.atomic
def grant(request: HttpRequest, number: int, proposal: Proposal) -> Decision:
    """Grant it; above what one person may alone, propose it to a second. Raises NotPossibleError."""
    application = _open(number)
    decision = Decision(
        application=application, household=proposal.household, verdict=Decision.Verdict.GRANT,
        state=Decision.State.PROPOSED, amounts=list(proposal.amounts), by_id=_me(request),
    )  # fmt: skip
    decision.said = {"words": proposal.words, "why": proposal.why}
    granting.require_possible(decision)
    is_alone = alone.may_grant(_me(request), decision.cents, granting.total(decision))
    decision.save()
    changed = bool(proposal.why)
    trail.note(request, "decision.propose", _subject(decision), cents=decision.cents, changed=changed)
    if is_alone:
        _carry_out(request, decision)
    return decision


@transaction.atomic
def reject(request: HttpRequest, number: int, reasons: Sequence[str], words: str) -> Decision:
    """Reject it. Raises NotPossibleError."""
    application = _open(number)
    decision = Decision(
        application=application, verdict=Decision.Verdict.REJECT, state=Decision.State.FINAL,
        reasons=list(reasons), by_id=_me(request),
    )  # fmt: skip
    decision.said = {"words": words}
    decision.save()
    forget_on = timezone.localdate() + retention.REJECTED
    _set(application, state=_State.REJECTED, forget_on=forget_on)
    trail.note(request, "decision.reject", _subject(decision), reasons=list(reasons))
    return decision


@transaction.atomic
def ask(request: HttpRequest, number: int, text: str) -> None:
    """Ask the family for more; its answer makes the application submitted again. Raises NotPossibleError."""
    application = _open(number)
    Message.of(application, text, by_family=False).save()
    _set(application, state=_State.ASKED)
    trail.note(request, "application.ask", f"application {application.pk}")


@transaction.atomic
def confirm(request: HttpRequest, number: int) -> Decision:
    """The second person agrees. Raises NotPossibleError."""
    decision = _proposed(number)
    if decision.by_id == request.user.pk:
        raise NotPossibleError("self")
    decision.second_id, decision.second_at = request.user.pk, timezone.now()
    _carry_out(request, decision)
    return decision


@transaction.atomic
def give_back(request: HttpRequest, number: int, why: str) -> Decision:
    """The second person does not agree, or the first takes it back. Raises NotPossibleError."""
    decision = _proposed(number)
    _end(request, decision, Decision.State.RETURNED, why)
    trail.note(request, "decision.return", _subject(decision))
    return decision


@transaction.atomic
def undo(request: HttpRequest, number: int, why: str) -> Decision:
    """Take it back while no pass has anything of it; its application is open again. Raises NotPossibleError."""
    decision = _locked(number)
    if decision.state != Decision.State.FINAL:
        raise NotPossibleError("gone")
    granting.take_back(decision)
    _end(request, decision, Decision.State.UNDONE, why)
    if decision.application is not None:
        _set(decision.application, state=_State.SUBMITTED, forget_on=None, household=None)
    trail.note(request, "decision.undo", _subject(decision), cents=decision.cents)
    return decision


def _carry_out(request: HttpRequest, decision: Decision) -> None:
    granting.require_possible(decision)
    household = granting.carry_out(decision)
    application = granting.application_of(decision)
    forget_on = keeping.of_programme(granting.programme_of(application))
    _set(application, state=_State.GRANTED, household=household, forget_on=forget_on)
    keeping.refresh(household)
    trail.note(request, "decision.grant", _subject(decision), cents=decision.cents, household=household.pk)


def _open(number: int) -> Application:
    application = Application.objects.select_for_update().filter(pk=number, state__in=OPEN).first()
    if application is None or application.decisions.filter(state=Decision.State.PROPOSED).exists():
        raise NotPossibleError("state")
    return application


def _proposed(number: int) -> Decision:
    decision = _locked(number)
    if decision.state != Decision.State.PROPOSED or granting.application_of(decision).state not in OPEN:
        raise NotPossibleError("gone")
    return decision


def _locked(number: int) -> Decision:
    decision = Decision.objects.select_for_update().filter(pk=number).first()
    if decision is None:
        raise NotPossibleError("gone")
    return decision


def _end(request: HttpRequest, decision: Decision, state: Decision.State, why: str) -> None:
    decision.state, decision.second_id, decision.second_at = state, request.user.pk, timezone.now()
    decision.said = {**decision.said, "back": why}
    decision.save()


def _set(application: Application, **fields: object) -> None:
    for name, value in fields.items():
        setattr(application, name, value)
    application.save(update_fields=list(fields))


def _me(request: HttpRequest) -> int:
    return cast("int", request.user.pk)


def _subject(decision: Decision) -> str:
    if decision.application_id is None:
        return f"household {decision.household_id}"
    return f"application {decision.application_id}"
