"""An application is sent, answered, and withdrawn: what a family does to it, each once and only while it still can."""

from datetime import date, timedelta

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language

from provisioning.portal.applying.contents import Contents
from provisioning.portal.applying.models import Application, Mark, Message
from provisioning.portal.people import sealing
from provisioning.portal.rules import current
from provisioning.portal.rules.judging import Judgement, judge
from provisioning.portal.staff import trail

WITHDRAWN_KEPT = timedelta(days=30)
_State = Application.State


def advice(application: Application, day: date) -> Judgement | None:
    """What the rules in force on that day say; None when nobody can apply for this scheme then."""
    rules = current.of_scheme(application.scheme_id, day)
    return judge(rules.conditions, application.contents.answers, day) if rules else None


@transaction.atomic
def send(request: HttpRequest | None, application: Application, day: date) -> bool:
    """Judge and submit it; False when it is no draft any more, or nobody can apply for this scheme now."""
    draft = Application.objects.select_for_update().filter(pk=application.pk, state=_State.DRAFT).first()
    rules = current.of_scheme(application.scheme_id, day)
    if draft is None or rules is None:
        return False
    contents = draft.contents
    draft.rules, draft.advice = rules, judge(rules.conditions, contents.answers, day).as_json()
    draft.state, draft.submitted_at, draft.forget_on = _State.SUBMITTED, timezone.now(), None
    draft.language = get_language() or draft.language
    draft.save()
    Mark.objects.bulk_create(_marks(draft, contents))
    _note(request, "sent", draft)
    return True


@transaction.atomic
def answer(request: HttpRequest, application: Application, text: str) -> bool:
    """Give what the town asked; False when it asks nothing any more."""
    if not _moved(application, (_State.ASKED,), state=_State.SUBMITTED):
        return False
    Message.of(application, text, by_family=True).save()
    _note(request, "answered", application)
    return True


@transaction.atomic
def withdraw(request: HttpRequest, application: Application) -> bool:
    """Take it back: a draft is deleted at once, another later. False when it was decided meanwhile."""
    if Application.objects.filter(pk=application.pk, state=_State.DRAFT).delete()[0]:
        return True
    forget_on = timezone.localdate() + WITHDRAWN_KEPT
    if not _moved(application, (_State.SUBMITTED, _State.ASKED), state=_State.WITHDRAWN, forget_on=forget_on):
        return False
    _note(request, "withdrawn", application)
    return True


def _moved(application: Application, before: tuple[Application.State, ...], **after: object) -> bool:
    return Application.objects.filter(pk=application.pk, state__in=before).update(**after) == 1


def _note(request: HttpRequest | None, verb: str, application: Application) -> None:
    trail.note(request, f"application.{verb}", f"application {application.pk}")


def _marks(application: Application, contents: Contents) -> list[Mark]:
    who = contents.who
    said = [(Mark.Kind.ADDRESS, f"{who.postcode} {who.address}"), (Mark.Kind.NAME, who.name)]
    said += [(Mark.Kind.CHILD, f"{child.name} {child.born}") for child in contents.children]
    return [Mark(application=application, kind=kind, print=sealing.fingerprint(kind, text)) for kind, text in said]
