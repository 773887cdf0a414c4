"""Programmes: written as drafts, looked at for what follows, then asked of the contract."""

import secrets
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from contracts.wire.units import CENTS_MAX
from provisioning.portal.access import Role, roles_of
from provisioning.portal.pages.rows import held
from provisioning.portal.programmes import exposure
from provisioning.portal.programmes.asking import claim
from provisioning.portal.programmes.forms import DraftForm, MoneyForm, TermsForm, category_name, written
from provisioning.portal.programmes.models import Programme
from provisioning.portal.shops import opening
from provisioning.portal.staff import trail
from provisioning.portal.tasks.asking import ask

_PAGE = 50
_BEGIN = {"floor_limit": 50_00, "offline_hours": 24, "slice": 250_00, "day_limit": 150_00}


@require_safe
def programmes(request: HttpRequest) -> HttpResponse:
    """All of them."""
    page = Paginator(Programme.objects.select_related("task"), _PAGE).get_page(request.GET.get("page"))
    return render(request, "programmes/list.html", {"page": page, "may_edit": _may_edit(request)})


@require_safe
def programme(request: HttpRequest, number: int) -> HttpResponse:
    """One: its rules, its money, where it can be spent, and what can be lost."""
    found = _one(request, number)
    may = {"may_edit": _may_edit(request), "may_pause": bool(roles_of(request) - {Role.AUDITOR})}
    return render(request, "programmes/one.html", {**_about(found), **_money(found), **may})


@transaction.atomic
def new(request: HttpRequest) -> HttpResponse:
    """A draft."""
    form = DraftForm(request.POST or None, initial=_BEGIN)
    if request.method == "POST" and form.is_valid():
        made = Programme()
        return _saved(request, form, made, "programme.draft")
    return render(request, "programmes/edit.html", {"form": form})


@transaction.atomic
def edit(request: HttpRequest, number: int) -> HttpResponse:
    """A draft again, or the rules of one that is live, which the contract then gets."""
    found = _one(request, number)
    if found.closed or found.is_waiting:
        return _wait(request, found)
    if found.number is None:
        form: TermsForm = DraftForm(request.POST or None, initial=written(found), programme=found)
    else:
        form = TermsForm(request.POST or None, initial=written(found))
    if request.method == "POST" and form.is_valid():
        return (
            _saved(request, form, found, "programme.draft") if found.number is None else _changed(request, form, found)
        )
    return render(request, "programmes/edit.html", {"form": form, "programme": found})


def _saved(request: HttpRequest, form: TermsForm, programme: Programme, action: str) -> HttpResponse:
    form.fill(programme)
    programme.save()
    trail.note(request, action, f"programme {programme.pk}", **form.terms(), reserve=programme.reserve)
    return redirect("programmes:live", programme.pk)


def _changed(request: HttpRequest, form: TermsForm, programme: Programme) -> HttpResponse:
    """Words and planned slices are the desk's own; the rules are the contract's, and are kept when it has them."""
    said = form.cleaned_data
    programme.goals, programme.slice = said["goals"], said["slice"]
    programme.task = ask(request, "programmes.change", id=programme.pk, number=programme.number, terms=form.terms())
    programme.save(update_fields=["goals", "slice", "task"])
    return redirect("programmes:one", programme.pk)


@transaction.atomic
def live(request: HttpRequest, number: int) -> HttpResponse:
    """What follows from a draft; then it goes live."""
    found = _one(request, number)
    if found.number is not None or found.is_waiting:
        return _wait(request, found)
    about = _about(found)
    if request.method == "POST" and about["exposure"].free >= 0:
        return _go_live(request, found)
    return render(request, "programmes/live.html", about)


def _go_live(request: HttpRequest, programme: Programme) -> HttpResponse:
    about = {"id": programme.pk, "name": programme.name, "reserve": programme.reserve, "terms": terms_of(programme)}
    programme.task = ask(request, "programmes.create", code=f"programme {programme.pk}", **about)
    programme.save(update_fields=["task"])
    messages.success(request, _("The programme is on its way. This takes a minute."))
    return redirect("programmes:one", programme.pk)


@require_POST
@transaction.atomic
def delete(request: HttpRequest, number: int) -> HttpResponse:
    """A draft that is not wanted."""
    found = _one(request, number)
    if found.number is not None or found.is_waiting:
        return _wait(request, found)
    trail.note(request, "programme.delete", f"programme {found.pk}")
    found.delete()
    return redirect("programmes:list")


@require_POST
def pause(request: HttpRequest, number: int) -> HttpResponse:
    """Stop it: whatever a till approved already is paid all the same."""
    return _asked(request, number, "programmes.pause", paused=True)


@require_POST
def resume(request: HttpRequest, number: int) -> HttpResponse:
    """Let it go on."""
    return _asked(request, number, "programmes.pause", paused=False)


@require_POST
@transaction.atomic
def close(request: HttpRequest, number: int) -> HttpResponse:
    """End it for good."""
    found = _one(request, number)
    if not found.may_close:
        return _wait(request, found)
    return _asked(request, number, "programmes.close")


@require_POST
def fund(request: HttpRequest, number: int) -> HttpResponse:
    """Money into its reserve."""
    return _moved(request, number, "programmes.fund")


@require_POST
def withdraw(request: HttpRequest, number: int) -> HttpResponse:
    """Free money out of its reserve."""
    return _moved(request, number, "programmes.withdraw")


@transaction.atomic
def _moved(request: HttpRequest, number: int, kind: str) -> HttpResponse:
    found, form = _one(request, number), MoneyForm(request.POST)
    if not form.is_valid():
        return render(request, "programmes/money.html", {"form": form, "programme": found}, status=400)
    said = form.cleaned_data
    if kind == "programmes.withdraw" and said["cents"] > found.reserve:
        form.add_error("cents", _("There is less money free."))
        return render(request, "programmes/money.html", {"form": form, "programme": found}, status=400)
    if not claim(said["once"]):
        return redirect("programmes:one", found.pk)
    return _asked(request, number, kind, cents=said["cents"], code=said["once"])


@transaction.atomic
def _asked(request: HttpRequest, number: int, kind: str, **about: Any) -> HttpResponse:
    found = _one(request, number)
    if found.number is None or found.closed:
        return _wait(request, found)
    found.task = ask(request, kind, id=found.pk, number=found.number, **about)
    found.save(update_fields=["task"])
    return redirect("programmes:one", found.pk)


def _wait(request: HttpRequest, programme: Programme) -> HttpResponse:
    messages.warning(request, _("This cannot be done now. Look at how the programme stands."))
    return redirect("programmes:one", programme.pk)


def _one(request: HttpRequest, number: int) -> Programme:
    """The programme of this row, held until the transaction ends when something is to be changed."""
    return held(request, Programme.objects.select_related("task"), number)


def _may_edit(request: HttpRequest) -> bool:
    return Role.FINANCE in roles_of(request)


def _about(programme: Programme) -> dict[str, Any]:
    """What a page says of one, and what can be lost by it."""
    found = exposed(programme)
    return {
        "programme": programme,
        "exposure": found,
        "told": exposure.told(found),
        "shops": opening.shops_of(programme),
        "categories": [category_name(number) for number in programme.category_numbers],
    }


def _money(programme: Programme) -> dict[str, Any]:
    once = secrets.token_hex(16)
    forms = {name: MoneyForm(initial={"once": once}, auto_id=f"{name}_%s") for name in ("fund", "withdraw")}
    return {"money": forms, "is_draft": programme.number is None}


def exposed(programme: Programme) -> exposure.Exposure:
    """What can be lost: of a draft by its plan, of a live one by what lies apart."""
    rules = exposure.Rules(programme.floor_limit, min(programme.day_limit, CENTS_MAX), programme.offline_window)
    if programme.number is not None:
        return exposure.of(rules, programme.reserve, opening.funded(programme))
    planned = opening.planned(programme)
    return exposure.of(rules, programme.reserve - sum(planned), planned)


def terms_of(programme: Programme) -> dict[str, int]:
    """Its rules, as a task carries them."""
    names = ("begins", "ends", "floor_limit", "day_limit", "offline_window", "categories")
    return {name: getattr(programme, name) for name in names}
