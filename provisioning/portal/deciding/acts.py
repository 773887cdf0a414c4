"""What is done to an application at the desk. Each is a POST that ends in the application's page, or in a letter."""

from collections.abc import Callable

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from provisioning.portal.applying.models import Application
from provisioning.portal.deciding import deciding, duplicates, letter
from provisioning.portal.deciding.forms import AskForm, GrantForm, RejectForm, WhyForm
from provisioning.portal.deciding.models import Decision
from provisioning.portal.deciding.reasons import NotPossibleError
from provisioning.portal.deciding.showing import about
from provisioning.portal.staff import trail


@require_POST
@never_cache
def grant(request: HttpRequest, number: int) -> HttpResponse:
    """Grant it, or propose that to a second person."""
    application = _application(number)
    form = GrantForm(application, duplicates.of(application), request.POST)
    if not form.is_valid():
        return _again(request, application, grant_form=form)
    return _try(request, number, lambda: deciding.grant(request, number, form.proposal()))


@require_POST
@never_cache
def reject(request: HttpRequest, number: int) -> HttpResponse:
    """Reject it."""
    form = RejectForm(request.POST)
    if not form.is_valid():
        return _again(request, _application(number), reject_form=form)
    said = form.cleaned_data
    return _try(request, number, lambda: deciding.reject(request, number, said["reasons"], said["words"]))


@require_POST
@never_cache
def ask(request: HttpRequest, number: int) -> HttpResponse:
    """Ask the family for more."""
    form = AskForm(request.POST)
    if not form.is_valid():
        return _again(request, _application(number), ask_form=form)
    return _try(request, number, lambda: deciding.ask(request, number, form.cleaned_data["text"]))


@require_POST
def confirm(request: HttpRequest, number: int) -> HttpResponse:
    """As the second person."""
    return _try(request, _decided(number).pk, lambda: deciding.confirm(request, number))


@require_POST
@never_cache
def give_back(request: HttpRequest, number: int) -> HttpResponse:
    """Not as it was proposed."""
    return _with_why(request, number, lambda why: deciding.give_back(request, number, why))


@require_POST
@never_cache
def undo(request: HttpRequest, number: int) -> HttpResponse:
    """Open it again."""
    decision = get_object_or_404(Decision, pk=number)
    if decision.application is None:
        return _undo_of_list(request, decision)
    return _with_why(request, number, lambda why: deciding.undo(request, number, why))


@require_POST
@never_cache
def letter_pdf(request: HttpRequest, number: int) -> HttpResponse:
    """The letter of a decision that stands."""
    decision = get_object_or_404(Decision, pk=number, state=Decision.State.FINAL, application__isnull=False)
    trail.note(request, "decision.letter", f"application {decision.application_id}")
    answer = HttpResponse(letter.pdf([letter.of(decision)]), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="decision-{decision.pk}.pdf"'
    return answer


def _undo_of_list(request: HttpRequest, decision: Decision) -> HttpResponse:
    """One family of a list; its page is where this is asked."""
    try:
        deciding.undo(request, decision.pk, _("One family of a list"))
    except NotPossibleError as fault:
        messages.error(request, fault.said)
    return redirect("people:household", decision.household_id)


def _application(number: int) -> Application:
    return get_object_or_404(Application.objects.exclude(state=Application.State.DRAFT), pk=number)


def _decided(number: int) -> Application:
    return get_object_or_404(Application, decisions=number)


def _with_why(request: HttpRequest, number: int, act: Callable[[str], object]) -> HttpResponse:
    application = _decided(number)
    form = WhyForm(request.POST)
    if not form.is_valid():
        return _again(request, application, why_form=form)
    return _try(request, application.pk, lambda: act(form.cleaned_data["why"]))


def _try(request: HttpRequest, number: int, act: Callable[[], object]) -> HttpResponse:
    """Do it, or say why not; either way back to the application."""
    try:
        act()
    except NotPossibleError as fault:
        messages.error(request, fault.said)
    else:
        messages.success(request, _("Done."))
    return redirect("deciding:application", number)


def _again(request: HttpRequest, application: Application, **typed: Form) -> HttpResponse:
    return render(request, "deciding/application.html", about(request, application, **typed), status=422)
