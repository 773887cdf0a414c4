"""A till at the desk: how it is, what lies apart for it, and its end."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from contracts.wire.reasons import MEANINGS, Reason
from provisioning.portal.access import Role, roles_of
from provisioning.portal.programmes.asking import claim
from provisioning.portal.programmes.models import Programme
from provisioning.portal.shops import gateway
from provisioning.portal.shops.forms import RaiseForm
from provisioning.portal.shops.models import Slice, Terminal
from provisioning.portal.shops.views import new_code
from provisioning.portal.tasks.asking import ask


def terminal(request: HttpRequest, number: int) -> HttpResponse:
    """One."""
    return _page(request, _one(number))


def _page(request: HttpRequest, found: Terminal, wrong: RaiseForm | None = None) -> HttpResponse:
    about = {
        "terminal": found,
        "slices": _slices(found, wrong),
        "trouble": trouble_of(found),
        "may_edit": Role.SHOPS in roles_of(request),
        "has_gateway": gateway.is_there(),
        "can_sell": any(not one.revoked for one in found.slices.all()) and not found.retired,
    }
    return render(request, "shops/terminal.html", about, status=200 if wrong is None else 400)


def _slices(found: Terminal, wrong: RaiseForm | None) -> list[tuple[Programme, Slice, RaiseForm]]:
    """What it has of each programme that goes on, with a form to give it more."""
    rows = {row.programme_id: row for row in found.slices.all()}
    slices = []
    for programme in Programme.objects.filter(closed=False).exclude(number=None):
        row = rows.get(programme.pk) or Slice(terminal=found, programme=programme)
        form = RaiseForm(initial={"once": new_code(), "programme": programme.pk}, auto_id=f"slice{programme.pk}_%s")
        if wrong is not None and wrong.data.get("programme") == str(programme.pk):
            form = wrong
        slices.append((programme, row, form))
    return slices


def trouble_of(found: Terminal) -> str:
    """Why its entries are not settled, in the reader's language; nothing while all is well."""
    if found.trouble is None or found.trouble not in set(Reason):
        return ""
    meaning = MEANINGS[Reason(found.trouble)]
    return meaning.nl if (get_language() or "").startswith("nl") else meaning.en


@require_POST
@transaction.atomic
def raise_slice(request: HttpRequest, number: int) -> HttpResponse:
    """Set more apart for it in one programme."""
    found, form = _one(number), RaiseForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form)
    said = form.cleaned_data
    programme = get_object_or_404(Programme, pk=said["programme"], closed=False, number__isnull=False)
    if said["cents"] > programme.reserve:
        form.add_error("cents", _("There is less money free."))
        return _page(request, found, form)
    if claim(said["once"]):
        about = {"programme": programme.number, "cents": said["cents"], "code": said["once"]}
        _asked(request, found, "shops.raise", **about)
    return redirect("shops:terminal", found.pk)


@require_POST
@transaction.atomic
def revoke(request: HttpRequest, number: int) -> HttpResponse:
    """Pay nothing more to it, for good: it was stolen, or nobody knows where it is."""
    found = _one(number)
    if request.POST.get("sure") != "yes":
        messages.warning(request, _("Tick the box first: this cannot be undone."))
    else:
        _asked(request, found, "shops.revoke")
    return redirect("shops:terminal", found.pk)


@require_POST
@transaction.atomic
def release(request: HttpRequest, number: int) -> HttpResponse:
    """What lay apart for one that has retired is free again."""
    found = _one(number)
    if found.retired:
        _asked(request, found, "shops.release")
    return redirect("shops:terminal", found.pk)


def _asked(request: HttpRequest, found: Terminal, kind: str, **about: Any) -> None:
    found.task = ask(request, kind, terminal=found.shown, **about)
    found.save(update_fields=["task"])


def _one(number: int) -> Terminal:
    about = Terminal.objects.select_related("shop", "task").prefetch_related("slices__programme")
    return get_object_or_404(about, pk=number, address__isnull=False)
