"""What one application's page shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.forms import Form
from django.http import HttpRequest
from django.utils import timezone

from provisioning.portal import settings
from provisioning.portal.applying.models import Application
from provisioning.portal.deciding import duplicates
from provisioning.portal.deciding.deciding import OPEN
from provisioning.portal.deciding.forms import AskForm, GrantForm, RejectForm, WhyForm
from provisioning.portal.deciding.granting import months_of
from provisioning.portal.deciding.models import Decision
from provisioning.portal.deciding.reasons import SAID
from provisioning.portal.people.forms import ForgetForm
from provisioning.portal.people.models import ChildParticulars
from provisioning.portal.rules.explaining import explain


@dataclass(frozen=True, slots=True, repr=False)
class ShownChild:
    """A child, and its age when the application was sent."""

    who: ChildParticulars
    age: int


def about(request: HttpRequest, application: Application, **typed: Form) -> dict[str, Any]:
    """For the template; `typed` forms stand in the place of empty ones."""
    decisions = list(application.decisions.select_related("by", "second"))
    standing = {Decision.State.FINAL, *([Decision.State.PROPOSED] if application.state in OPEN else [])}
    stands = next((one for one in decisions if one.state in standing), None)
    alikes = duplicates.of(application)
    is_open = application.state in OPEN and stands is None
    return {
        "application": application,
        "contents": application.contents,
        "children": _children(application),
        "explained": explain(application.judgement, months_of(application)) if application.judgement else [],
        "documents": application.documents.defer("sealed"),
        "conversation": application.conversation.all(),
        "alikes": alikes,
        "decisions": decisions,
        "stands": stands,
        "mine": stands is not None and stands.by_id == request.user.pk,
        "is_open": is_open,
        "said": SAID,
        "forget_form": ForgetForm(),
        "four_eyes_cents": settings.PORTAL.four_eyes_cents,
        "four_eyes_week_cents": settings.PORTAL.four_eyes_week_cents,
        **_forms(application, alikes, is_open=is_open),
        **typed,
    }


def _forms(application: Application, alikes: Sequence[duplicates.Alike], *, is_open: bool) -> dict[str, Form]:
    if not is_open:
        return {"why_form": WhyForm()}
    judgement = application.judgement
    advised = [reason.value for reason in judgement.reasons] if judgement else []
    return {
        "grant_form": GrantForm(application, alikes),
        "reject_form": RejectForm(advised=advised),
        "ask_form": AskForm(),
    }


def _children(application: Application) -> list[ShownChild]:
    sent = timezone.localdate(application.submitted_at or application.made_at)
    return [ShownChild(child, child.age(sent)) for child in application.contents.children]
