"""Shops at the desk: who asks, who takes part, and in which programmes."""

import secrets
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from provisioning.portal.access import Role, roles_of
from provisioning.portal.pages.rows import held
from provisioning.portal.people import sealing
from provisioning.portal.programmes.forms import category_name
from provisioning.portal.programmes.models import Programme
from provisioning.portal.shops.forms import AdmitForm, EditForm, JoinForm, RefuseForm, ShopForm, written
from provisioning.portal.shops.models import Enrolment, Place, Shop
from provisioning.portal.staff import trail
from provisioning.portal.tasks.asking import ask

_PAGE = 50
_OPEN = (Enrolment.State.MADE, Enrolment.State.OFFERED, Enrolment.State.USED)


@require_safe
def shops(request: HttpRequest) -> HttpResponse:
    """All of them, or those in one state."""
    state = request.GET.get("state", "")
    found = Shop.objects.select_related("task").annotate(tills=Count("terminals")).order_by("name", "id")
    if state in Shop.State.values:
        found = found.filter(state=state)
    page = Paginator(found, _PAGE).get_page(request.GET.get("page"))
    for one in page:
        one.sells = category_name(one.category)  # type: ignore[attr-defined]
    about = {"page": page, "state": state, "states": Shop.State.choices, "query": f"state={state}&"}
    return render(request, "shops/list.html", {**about, "may_edit": _may_edit(request)})


@require_safe
def shop(request: HttpRequest, number: int) -> HttpResponse:
    """One: who it is, where it takes part, its tills."""
    return _page(request, one(request, number))


def _page(request: HttpRequest, found: Shop, status: int = 200, **forms: Any) -> HttpResponse:
    about = {
        "shop": found,
        "keeper": found.contact,
        "sells": category_name(found.category),
        "places": _places(found),
        "standings": Place.Standing.choices,
        "terminals": found.terminals.select_related("task").prefetch_related("slices__programme"),
        "enrolments": found.enrolments.filter(state__in=_OPEN),
        "may_edit": _may_edit(request),
        "admit": AdmitForm(auto_id="admit_%s"),
        "refuse": RefuseForm(auto_id="refuse_%s"),
        "is_mine": found.account_by_id == request.user.pk,
        "seen": print_of(found.contact),
    }
    return render(request, "shops/one.html", {**about, **forms}, status=status)


def _places(found: Shop) -> list[tuple[Programme, Place]]:
    """What it is to each programme that is not closed."""
    rows = {row.programme_id: row for row in found.places.select_related("task")}
    places = []
    for programme in Programme.objects.filter(closed=False):
        row = rows.get(programme.pk) or Place(shop=found, programme=programme)
        row.programme = programme
        if programme.number is None:
            row.category = found.category
        places.append((programme, row))
    return places


@transaction.atomic
def new(request: HttpRequest) -> HttpResponse:
    """A shop that asked by phone."""
    return _written(request, Shop(), JoinForm(request.POST or None), "shop.ask")


@transaction.atomic
def edit(request: HttpRequest, number: int) -> HttpResponse:
    """Who it is, and whom to call. What it sells is said to the programmes again."""
    found = one(request, number)
    return _written(request, found, EditForm(request.POST or None, initial=written(found)), "shop.edit")


def _written(request: HttpRequest, found: Shop, form: ShopForm, action: str) -> HttpResponse:
    if request.method != "POST" or not form.is_valid():
        return render(request, "shops/edit.html", {"form": form, "shop": found if found.pk else None})
    before = found.category
    form.fill(found)
    found.save()
    trail.note(request, action, f"shop {found.pk}", category=found.category)
    if found.number is not None and found.category != before:
        for place in found.places.exclude(programme__number=None).filter(programme__closed=False):
            _ask_place(request, place, place.standing)
    return redirect("shops:one", found.pk)


@require_POST
@transaction.atomic
def admit(request: HttpRequest, number: int) -> HttpResponse:
    """Let it take part: it comes on the contract, and into the programmes for what it sells."""
    found, form = one(request, number), AdmitForm(request.POST, auto_id="admit_%s")
    if not form.is_valid():
        return _page(request, found, 400, admit=form)
    if found.is_waiting or found.state not in {Shop.State.ASKED, Shop.State.LEFT}:
        return _not_now(request, found)
    about = {"id": found.pk, "payout": form.cleaned_data["payout"], "code": f"shop {found.pk}"}
    found.task = ask(request, "shops.admit", **about)
    found.save(update_fields=["task"])
    return redirect("shops:one", found.pk)


@require_POST
@transaction.atomic
def refuse(request: HttpRequest, number: int) -> HttpResponse:
    """It does not come in, with a reason."""
    found, form = one(request, number), RefuseForm(request.POST, auto_id="refuse_%s")
    if not form.is_valid():
        return _page(request, found, 400, refuse=form)
    if found.is_waiting or found.state != Shop.State.ASKED:
        return _not_now(request, found)
    found.state, found.reason = Shop.State.REFUSED, form.cleaned_data["reason"]
    found.save(update_fields=["state", "reason"])
    trail.note(request, "shop.refuse", f"shop {found.pk}")
    return redirect("shops:one", found.pk)


@require_POST
@transaction.atomic
def reopen(request: HttpRequest, number: int) -> HttpResponse:
    """A refusal is taken back."""
    found = one(request, number)
    if found.state != Shop.State.REFUSED:
        return _not_now(request, found)
    found.state, found.reason = Shop.State.ASKED, ""
    found.save(update_fields=["state", "reason"])
    trail.note(request, "shop.reopen", f"shop {found.pk}")
    return redirect("shops:one", found.pk)


@require_POST
@transaction.atomic
def leave(request: HttpRequest, number: int) -> HttpResponse:
    """It takes part no more, in any programme. What it sold is paid."""
    found = one(request, number)
    if found.is_waiting or found.state != Shop.State.ADMITTED:
        return _not_now(request, found)
    found.state = Shop.State.LEFT
    found.save(update_fields=["state"])
    trail.note(request, "shop.leave", f"shop {found.pk}")
    for programme in Programme.objects.filter(closed=False).exclude(number=None):
        place = Place.objects.get_or_create(shop=found, programme=programme)[0]
        _ask_place(request, place, Place.Standing.EXCLUDED)
    return redirect("shops:one", found.pk)


@require_POST
@transaction.atomic
def place(request: HttpRequest, number: int) -> HttpResponse:
    """Whether budgets of one programme can be spent there. Of a draft it is kept until that goes live."""
    found, standing = one(request, number), request.POST.get("standing", "")
    if standing not in {str(value) for value in Place.Standing.values} or found.number is None:
        return _not_now(request, found)
    said = request.POST.get("programme", "")
    programme = get_object_or_404(Programme, pk=int(said) if said.isdecimal() else 0, closed=False)
    row = Place.objects.get_or_create(shop=found, programme=programme)[0]
    if programme.number is None:
        row.standing = int(standing)
        row.save(update_fields=["standing"])
        trail.note(request, "shop.place", f"shop {found.pk}", draft=programme.pk, standing=row.standing)
    else:
        _ask_place(request, row, int(standing))
    return redirect("shops:one", found.pk)


def _ask_place(request: HttpRequest, row: Place, standing: int) -> None:
    about = {"programme": row.programme.number, "shop": row.shop.number, "category": row.shop.category}
    row.task = ask(request, "shops.place", **about, standing=int(standing))
    row.save(update_fields=["task"])


def _not_now(request: HttpRequest, found: Shop) -> HttpResponse:
    messages.warning(request, _("This cannot be done now. Look at how the shop stands."))
    return redirect("shops:one", found.pk)


def one(request: HttpRequest, number: int) -> Shop:
    """The shop of this row, held until the transaction ends when something is to be changed. Raises Http404."""
    return held(request, Shop.objects.select_related("task"), number)


def print_of(contact: dict[str, Any]) -> str:
    """By which the account that somebody saw is known again, as it is confirmed."""
    said = f"{contact.get('new_iban', '')} {contact.get('new_account_name', '')}"
    return sealing.fingerprint("shop account", said).hex()


def _may_edit(request: HttpRequest) -> bool:
    return Role.SHOPS in roles_of(request)


def new_code() -> str:
    """By which a form that is sent twice asks once."""
    return secrets.token_hex(16)
