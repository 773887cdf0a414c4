"""The pages for a family at the desk: found, and helped when its pass is gone."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from contracts.wire.errors import Broken
from provisioning.portal.passes import family, finding, giving, printing, replacing
from provisioning.portal.passes.forms import FindForm
from provisioning.portal.passes.models import Pass
from provisioning.portal.people.models import Household
from provisioning.portal.staff import trail

_OPENED = "passes.household"


@require_http_methods(["GET", "HEAD", "POST"])
def search(request: HttpRequest) -> HttpResponse:
    """Find a household; the one that is found is opened."""
    form = FindForm(request.POST if request.method == "POST" else None)
    about: dict[str, Any] = {"form": form, "waiting": giving.need_letter().exists()}
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        found = finding.find(said)
        trail.note(request, "passes.search", by=sorted(name for name in said if said[name]), found=len(found))
        if len(found) == 1:
            return redirect("passes:household", found[0].pk)
        about |= {"found": found, "looked": True, "most": finding.FOUND_MAX}
    return render(request, "passes/search.html", about)


@require_safe
def household(request: HttpRequest, number: int) -> HttpResponse:
    """One household; that somebody looked is in the trail, once for each time."""
    found = get_object_or_404(Household, pk=number)
    if request.session.get(_OPENED) != number:
        trail.note(request, "passes.opened", f"household {number}")
        request.session[_OPENED] = number
    members = family.members(found)
    need_letter = giving.need_letter().filter(child__household=found).count()
    need_none = giving.need_none().filter(child__household=found).count()
    parts = giving.parts_ahead().filter(child__household=found)
    about = {
        "household": found, "members": members, "need_letter": need_letter, "need_none": need_none,
        "ahead": parts.filter(stopped=False).exists(), "stopped": parts.filter(stopped=True).exists(),
    }  # fmt: skip
    return render(request, "passes/household.html", about)


@require_POST
def letters(request: HttpRequest, number: int) -> HttpResponse:
    """Letters for this household's children alone."""
    made = printing.gather(request, household=get_object_or_404(Household, pk=number))
    if made is None:
        messages.warning(request, _("No letter is needed here any more."))
        return redirect("passes:household", number)
    return redirect("passes:letters", made.pk)


@require_POST
def give(request: HttpRequest, number: int) -> HttpResponse:
    """Budgets for the passes that the children have."""
    found = get_object_or_404(Household, pk=number)
    giving.give(request, giving.need_none().filter(child__household=found))
    return redirect("passes:household", number)


@require_POST
def stop_parts(request: HttpRequest, number: int) -> HttpResponse:
    """Give no monthly part of this household any more that was not given."""
    return _set_stopped(request, number, stopped=True)


@require_POST
def continue_parts(request: HttpRequest, number: int) -> HttpResponse:
    """Give them after all; those whose day has passed at once."""
    return _set_stopped(request, number, stopped=False)


@require_POST
def block(request: HttpRequest, number: int) -> HttpResponse:
    """Have a pass blocked."""
    return _set_blocked(request, number, blocked=True)


@require_POST
def unblock(request: HttpRequest, number: int) -> HttpResponse:
    """Let a pass pay again."""
    return _set_blocked(request, number, blocked=False)


@require_POST
def replace(request: HttpRequest, number: int) -> HttpResponse:
    """Block it, and answer with the letter of the pass in its place."""
    old = get_object_or_404(Pass.objects.select_related("child", "letters"), pk=number)
    try:
        return printing.answer(replacing.replace(request, old), "letter")
    except replacing.Changed:
        messages.error(request, _("This pass was replaced already. See below what stands in its place."))
    except Broken:
        messages.error(request, _("Passes cannot be made yet: the contract is not set up here."))
    return _back(old)


def _set_stopped(request: HttpRequest, number: int, *, stopped: bool) -> HttpResponse:
    found = get_object_or_404(Household, pk=number)
    with transaction.atomic():
        count = giving.set_stopped(found, stopped=stopped)
        verb = "parts_stopped" if stopped else "parts_continued"
        trail.note(request, f"passes.{verb}", f"household {number}", count=count)
    return redirect("passes:household", number)


def _set_blocked(request: HttpRequest, number: int, *, blocked: bool) -> HttpResponse:
    found = get_object_or_404(Pass.objects.select_related("child"), pk=number)
    try:
        replacing.set_blocked(request, found, blocked=blocked)
    except replacing.Changed:
        messages.error(request, _("Something else is done to this pass now. Look again in a moment."))
    return _back(found)


def _back(found: Pass) -> HttpResponse:
    if found.child is None:
        return redirect("passes:search")
    return redirect("passes:household", found.child.household_id)
