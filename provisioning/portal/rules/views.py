"""Schemes and the versions of their rules, for all staff to read."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from provisioning.portal.rules import current
from provisioning.portal.rules.examples import compared
from provisioning.portal.rules.explaining import describe, explain
from provisioning.portal.rules.forms import TryForm
from provisioning.portal.rules.judging import judge
from provisioning.portal.rules.models import RuleVersion, Scheme


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """All of them."""
    schemes = Scheme.objects.select_related("programme").prefetch_related("versions")
    in_force = {version.pk for version in current.live(timezone.localdate())}
    return render(request, "rules/list.html", {"schemes": schemes, "in_force": in_force})


@require_GET
def version(request: HttpRequest, number: int) -> HttpResponse:
    """One version: in words, on examples, and what it changes."""
    found = _found(number)
    day = timezone.localdate()
    now = _in_force(found)
    before = now.conditions if now and now != found else None
    context = {
        "version": found, "words": describe(found.conditions), "now": now if before else None,
        "is_in_force": now == found, "examples": compared(before, found.conditions, day),
    }  # fmt: skip
    return render(request, "rules/version.html", context)


@require_http_methods(["GET", "POST"])
def attempt(request: HttpRequest, number: int) -> HttpResponse:
    """Try a version on a family that somebody thinks up. Nothing of it is kept."""
    found, now = _found(number), None
    form = TryForm(request.POST or None)
    outcomes = []
    if form.is_valid():
        day, now = timezone.localdate(), _in_force(found)
        versions = [found] if now is None or now == found else [now, found]

        answers = form.answers(day)
        outcomes = [(each, explain(judge(each.conditions, answers, day), each.conditions.months)) for each in versions]
    return render(request, "rules/try.html", {"version": found, "form": form, "outcomes": outcomes, "now": now})


def _found(number: int) -> RuleVersion:
    return get_object_or_404(RuleVersion.objects.select_related("scheme__programme", "made_by"), pk=number)


def _in_force(version: RuleVersion) -> RuleVersion | None:
    return current.of_scheme(version.scheme_id, timezone.localdate())
