"""One family: what is kept of it, until when, and its rights to see, correct and delete that (GDPR, 15 to 17)."""

import json

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from provisioning.portal.applying.models import Application
from provisioning.portal.deciding.showing import about
from provisioning.portal.people import forgetting, keeping, knowledge, on_paper
from provisioning.portal.people.forms import ChildForm, ForgetForm, ParticularsForm
from provisioning.portal.people.models import Child, Household
from provisioning.portal.staff import trail


@require_safe
@never_cache
def household(request: HttpRequest, number: int) -> HttpResponse:
    """What is kept of it."""
    found = get_object_or_404(Household, pk=number)
    trail.note(request, "people.opened", f"household {number}")
    return _page(request, found)


@require_POST
@never_cache
def correct(request: HttpRequest, number: int) -> HttpResponse:
    """Put its particulars right."""
    found = get_object_or_404(Household, pk=number)
    form = ParticularsForm(found, request.POST)
    if not form.is_valid():
        return _page(request, found, form=form)
    form.save()
    trail.note(request, "people.correct", f"household {number}", fields=sorted(form.changed_data))
    messages.success(request, _("This is kept now."))
    return redirect("people:household", number)


@require_POST
@never_cache
def correct_child(request: HttpRequest, number: int, child: int) -> HttpResponse:
    """Put a child's name or day of birth right."""
    found = get_object_or_404(Child.objects.select_related("household"), pk=child, household=number)
    form = ChildForm(found, request.POST)
    if not form.is_valid():
        return _page(request, found.household, child_form=form)
    form.save()
    trail.note(request, "people.correct", f"household {number}", child=child, fields=sorted(form.changed_data))
    messages.success(request, _("This is kept now."))
    return redirect("people:household", number)


@require_POST
@never_cache
def known(request: HttpRequest, number: int) -> HttpResponse:
    """All of it as a file: to read on paper, or by machines."""
    found = get_object_or_404(Household, pk=number)
    content = knowledge.of(found)
    trail.note(request, "people.export", f"household {number}")
    return _export(request, content, found.language, f"family-{number}")


@require_POST
@never_cache
def forget(request: HttpRequest, number: int) -> HttpResponse:
    """Delete it, as the family asked."""
    found = get_object_or_404(Household, pk=number)
    form = ForgetForm(request.POST)
    if not form.is_valid():
        return _page(request, found, forget_form=form)
    if forgetting.on_request(request, found):
        messages.success(request, _("All of this family is deleted."))
        return redirect("pages:desk")
    messages.success(request, _("What the books do not need is deleted."))
    return redirect("people:household", number)


@require_POST
@never_cache
def application_known(request: HttpRequest, number: int) -> HttpResponse:
    """All of an application whose family is not known, as a file."""
    found = _unknown(number)
    content = knowledge.of_application(found)
    trail.note(request, "people.export", f"application {number}")
    return _export(request, content, found.language, f"application-{number}")


@require_POST
@never_cache
def application_forget(request: HttpRequest, number: int) -> HttpResponse:
    """Delete it, as the family asked."""
    found = _unknown(number)
    form = ForgetForm(request.POST)
    if not form.is_valid():
        return render(request, "deciding/application.html", about(request, found, forget_form=form), status=422)
    if not forgetting.application_on_request(request, number):
        return redirect("deciding:application", number)
    messages.success(request, _("All of this application is deleted."))
    return redirect("deciding:list")


def _unknown(number: int) -> Application:
    """One that was sent, of a family that is not known; else the family's own page is for this. Raises Http404."""
    sent = Application.objects.exclude(state=Application.State.DRAFT)
    return get_object_or_404(sent, pk=number, household=None)


def _export(request: HttpRequest, content: knowledge.Known, language: str, name: str) -> HttpResponse:
    if request.POST.get("as") == "json":
        return _file(json.dumps(content, indent=1).encode(), "application/json", f"{name}.json")
    with translation.override(language):
        return _file(on_paper.pdf(content), "application/pdf", f"{name}.pdf")


def _page(request: HttpRequest, found: Household, **typed: Form) -> HttpResponse:
    children, wrong = found.children.order_by("pk"), typed.get("child_form")
    shown = {
        "household": found,
        "children": children,
        "child_forms": [_form_of(child, wrong) for child in children],
        "applications": found.applications.all(),
        "decisions": found.decisions.filter(application=None).select_related("of"),
        "until": keeping.until(found),
        "has_money": forgetting.has_money(found),
        "form": ParticularsForm(found),
        "forget_form": ForgetForm(),
        **typed,
    }
    return render(request, "people/household.html", shown, status=422 if typed else 200)


def _form_of(child: Child, typed: Form | None) -> ChildForm:
    """As it was typed, if it is this child's."""
    return typed if isinstance(typed, ChildForm) and typed.child.pk == child.pk else ChildForm(child)


def _file(content: bytes, media: str, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=media)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
