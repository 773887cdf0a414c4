"""Applications at the desk: the list, one with all that helps to decide it, and its documents."""

from datetime import timedelta

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from provisioning.portal.applying.models import Application, Document
from provisioning.portal.deciding.deciding import OPEN
from provisioning.portal.deciding.forms import FindForm
from provisioning.portal.deciding.models import Decision
from provisioning.portal.deciding.showing import about
from provisioning.portal.staff import trail

_PAGE = 50
_State = Application.State
SECOND = "second"
"""What waits for a second person, as the list's filter calls it."""
SHOWN = (_State.SUBMITTED, SECOND, _State.ASKED, _State.GRANTED, _State.REJECTED, _State.WITHDRAWN)
DAYS = (7, 14, 28, 56)
_OPENED = "deciding.application"


@require_safe
def applications(request: HttpRequest) -> HttpResponse:
    """Those in one state, the oldest first. It names nobody."""
    state = request.GET.get("state", _State.SUBMITTED)
    days = request.GET.get("days", "")
    found = _waiting(_in_state(state), days).select_related("scheme").order_by("submitted_at", "id")
    page = Paginator(found, _PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "deciding/list.html",
        {"page": page, "state": state, "states": _states(), "days": days, "all_days": DAYS, "form": FindForm()},
    )


@require_POST
def find(request: HttpRequest) -> HttpResponse:
    """Open one by its code."""
    code = "".join(one for one in request.POST.get("code", "").upper() if one.isalnum())
    found = Application.objects.exclude(state=_State.DRAFT).filter(code=f"{code[:4]}-{code[4:8]}").first()
    if found is None:
        messages.warning(request, _("There is no application with this code."))
        return redirect("deciding:list")
    return redirect("deciding:application", found.pk)


@require_safe
@never_cache
def application(request: HttpRequest, number: int) -> HttpResponse:
    """One application."""
    found = get_object_or_404(Application.objects.exclude(state=_State.DRAFT), pk=number)
    _note_opened(request, number)
    return render(request, "deciding/application.html", about(request, found))


@require_safe
@never_cache
def document(request: HttpRequest, number: int, document: int) -> HttpResponse:
    """A paper that the family added: always a file to keep, never a page that a browser runs."""
    sent = Document.objects.exclude(application__state=_State.DRAFT)
    found = get_object_or_404(sent, pk=document, application=number)
    trail.note(request, "application.document", f"application {number}", document=document)
    answer = HttpResponse(found.content, content_type=found.media)
    ending = found.media.rpartition("/")[2]
    answer["Content-Disposition"] = f'attachment; filename="application-{number}-{found.pk}.{ending}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _note_opened(request: HttpRequest, number: int) -> None:
    """In the trail once, however often the page is loaded again while it is worked on."""
    if request.session.get(_OPENED) != number:
        trail.note(request, "application.opened", f"application {number}")
        request.session[_OPENED] = number


def _states() -> list[tuple[str, str]]:
    names: dict[str, str] = {
        _State.SUBMITTED: _("To decide"),
        SECOND: _("For a second person"),
        _State.ASKED: _("We asked for more"),
        _State.GRANTED: _("Granted"),
        _State.REJECTED: _("Rejected"),
        _State.WITHDRAWN: _("Withdrawn"),
    }
    return [(state, names[state]) for state in SHOWN]


def _in_state(state: str) -> QuerySet[Application]:
    proposed = Exists(Decision.objects.filter(application=OuterRef("pk"), state=Decision.State.PROPOSED))
    if state == SECOND:
        return Application.objects.filter(proposed, state__in=OPEN)
    if state == _State.SUBMITTED:
        return Application.objects.filter(~proposed, state=state)
    return Application.objects.filter(state=state if state in SHOWN else _State.SUBMITTED)


def _waiting(found: QuerySet[Application], days: str) -> QuerySet[Application]:
    """Those that were sent at least so many days ago."""
    if days not in map(str, DAYS):
        return found
    return found.filter(submitted_at__lte=timezone.now() - timedelta(days=int(days)))
