"""An application before it is sent."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import get_language

from provisioning.portal.applying import codes, holding
from provisioning.portal.applying.contents import Contents
from provisioning.portal.applying.models import Application
from provisioning.portal.rules.judging import Answers
from provisioning.portal.rules.models import Scheme

KEPT = timedelta(days=30)
"""After the last change; then it is deleted."""


def begin(scheme: Scheme, answers: Answers, token: str) -> Application:
    """A new draft with these answers, held by whoever has the token."""
    draft = Application(
        scheme=scheme, token_hash=holding.hashed(token), code=_unused(), language=get_language() or "nl"
    )
    draft.contents, draft.forget_on = Contents.begun(answers), timezone.localdate() + KEPT
    draft.save()
    return draft


def change(draft: Application, contents: Contents) -> bool:
    """Keep what was said now; False when it was sent or deleted meanwhile."""
    draft.contents, draft.forget_on = contents.in_step(), timezone.localdate() + KEPT
    still = Application.objects.filter(pk=draft.pk, state=Application.State.DRAFT)
    return still.update(sealed=draft.sealed, forget_on=draft.forget_on) == 1


def find(code: str, born: str) -> Application | None:
    """The application with this code, if its eldest child was born on that day (YYYY-MM-DD)."""
    found = Application.objects.filter(code=code).first()
    if found is None or found.contents.eldest.isoformat() != born:
        return None
    return found


def _unused() -> str:
    while Application.objects.filter(code=(code := codes.new())).exists():
        pass
    return code
