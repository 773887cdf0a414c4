"""A new till: its sheet is made, the till enrols itself, and somebody lets it in."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from contracts.wire.errors import Broken
from provisioning.portal.pages.rows import held
from provisioning.portal.programmes.models import Programme
from provisioning.portal.shops import gateway, opening, sheets
from provisioning.portal.shops.forms import TillForm
from provisioning.portal.shops.models import Enrolment, Shop, Terminal
from provisioning.portal.shops.views import one
from provisioning.portal.staff import trail
from provisioning.portal.tasks.asking import ask

_State = Enrolment.State


@transaction.atomic
def new(request: HttpRequest, number: int) -> HttpResponse:
    """A sheet for one more till of a shop."""
    shop, form = one(request, number), TillForm(request.POST or None)
    may = shop.number is not None and shop.state == Shop.State.ADMITTED and gateway.is_there()
    if request.method != "POST" or not form.is_valid() or not may:
        return render(request, "shops/till.html", {"form": form, "shop": shop, "may": may})
    return _made(request, Enrolment(shop=shop, **form.cleaned_data))


@require_POST
@transaction.atomic
def replace(request: HttpRequest, number: int) -> HttpResponse:
    """A sheet for a till that takes the place of one that is broken, lost or stolen."""
    old = get_object_or_404(Terminal.objects.select_related("shop"), pk=number)
    if not gateway.is_there() or old.address is None:
        return redirect("shops:terminal", old.pk)
    return _made(request, Enrolment(shop=old.shop, label=old.label, replaces=old))


def _made(request: HttpRequest, enrolment: Enrolment) -> HttpResponse:
    try:
        enrolment.sealed = sheets.sealed_code(enrolment.shop)
    except Broken:
        messages.error(request, _("The portal has no contract yet. Ask whoever runs it."))
        return redirect("shops:one", enrolment.shop.pk)
    enrolment.save()
    enrolment.task = ask(request, "shops.offer", id=enrolment.pk, shop=enrolment.shop.number)
    enrolment.save(update_fields=["task"])
    return redirect("shops:enrolment", enrolment.pk)


@require_safe
def enrolment(request: HttpRequest, number: int) -> HttpResponse:
    """How far it is."""
    found = _one(request, number)
    about = {"enrolment": found, "shop": found.shop, "slices": _planned(found)}
    return render(request, "shops/enrolment.html", about)


def _planned(found: Enrolment) -> list[tuple[Programme, int]]:
    """What lies apart for it, once it is in, by programme."""
    if found.replaces is not None:
        return [(row.programme, row.left) for row in found.replaces.slices.select_related("programme") if row.left]
    return [(programme, programme.slice) for programme in opening.programmes_of(found.shop) if programme.slice]


@require_POST
@transaction.atomic
def sheet(request: HttpRequest, number: int) -> HttpResponse:
    """The sheet as a PDF, until it was used."""
    found = _one(request, number)
    if found.state != _State.OFFERED:
        return _not_now(request, found)
    try:
        content = sheets.pdf(found)
    except Broken as fault:
        messages.error(request, str(fault))
        return redirect("shops:enrolment", found.pk)
    trail.note(request, "till.sheet", f"till {found.pk}", shop=found.shop.pk)
    name = f'attachment; filename="kassa-{found.pk}.pdf"'
    return HttpResponse(content, "application/pdf", headers={"Content-Disposition": name, "Cache-Control": "no-store"})


@require_POST
@transaction.atomic
def admit(request: HttpRequest, number: int) -> HttpResponse:
    """Let in the till that used the sheet, instead of another one or besides."""
    found = _one(request, number)
    if found.state != _State.USED or found.is_waiting:
        return _not_now(request, found)
    about = {"id": found.pk, "shop": found.shop.number, "terminal": found.shown, "code": f"till {found.pk}"}
    if found.replaces is None:
        found.task = ask(request, "shops.enrol", **about)
    else:
        revoke = request.POST.get("revoke") == "yes"
        found.task = ask(request, "shops.replace", **about, old=found.replaces.shown, revoke=revoke)
    found.save(update_fields=["task"])
    return redirect("shops:enrolment", found.pk)


@require_POST
@transaction.atomic
def end(request: HttpRequest, number: int) -> HttpResponse:
    """The sheet is not wanted any more: whoever uses it is not let in."""
    found = _one(request, number)
    if found.state == _State.ADMITTED or found.is_waiting:
        return _not_now(request, found)
    found.state, found.sealed = _State.DROPPED, None
    found.save(update_fields=["state", "sealed"])
    trail.note(request, "till.end", f"till {found.pk}", shop=found.shop.pk)
    return redirect("shops:one", found.shop.pk)


def _one(request: HttpRequest, number: int) -> Enrolment:
    """The enrolment of this row, held until the transaction ends when something is to be changed."""
    return held(request, Enrolment.objects.select_related("shop", "task", "replaces"), number)


def _not_now(request: HttpRequest, found: Enrolment) -> HttpResponse:
    messages.warning(request, _("This cannot be done now. Look at how the till stands."))
    return redirect("shops:enrolment", found.pk)
