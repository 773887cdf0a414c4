"""Writing rules, and putting them in force: by two people."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from provisioning.portal.rules import changing, forms
from provisioning.portal.rules.example import EXAMPLE
from provisioning.portal.rules.explaining import describe
from provisioning.portal.rules.models import RuleVersion, Scheme
from provisioning.portal.staff import trail


@require_http_methods(["GET", "POST"])
def new_scheme(request: HttpRequest) -> HttpResponseBase:
    """A scheme, with a first draft of its rules."""
    form = forms.SchemeForm(request.POST or None)
    if not form.is_valid():
        return render(request, "rules/scheme.html", {"form": form})
    scheme = form.save()
    trail.note(request, "scheme.new", f"scheme {scheme.pk}")
    return redirect("rules:version", changing.draft(request, scheme).pk)


@require_http_methods(["GET", "POST"])
def scheme(request: HttpRequest, number: int) -> HttpResponseBase:
    """Its name and its programme."""
    found = get_object_or_404(Scheme, pk=number)
    form = forms.SchemeForm(request.POST or None, instance=found)
    if not form.is_valid():
        return render(request, "rules/scheme.html", {"form": form, "scheme": found})
    form.save()
    trail.note(request, "scheme.changed", f"scheme {found.pk}", programme=found.programme_id)
    return redirect("rules:list")


@require_POST
def draft(request: HttpRequest, number: int) -> HttpResponse:
    """A draft of the next version."""
    return redirect("rules:version", changing.draft(request, get_object_or_404(Scheme, pk=number)).pk)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, number: int) -> HttpResponseBase:
    """What a draft says."""
    version = get_object_or_404(RuleVersion, pk=number, state=RuleVersion.State.DRAFT)
    now = version.conditions
    form, rows = forms.ConditionsForm(initial=forms.initial(now)), forms.bands(given=now.bands)

    if request.method == "POST":
        form, rows = forms.ConditionsForm(request.POST), forms.bands(request.POST)
        said = forms.conditions(form, rows)
        if said is not None:
            if not changing.write(request, version, said):
                messages.error(request, _("This version is no draft any more."))
            return redirect("rules:version", version.pk)
    return render(request, "rules/edit.html", {"version": version, "form": form, "rows": rows})


@require_POST
def drop(request: HttpRequest, number: int) -> HttpResponse:
    """Delete a draft."""
    if not changing.drop(request, get_object_or_404(RuleVersion, pk=number)):
        messages.error(request, _("This version is no draft any more."))
    return redirect("rules:list")


@require_http_methods(["GET", "POST"])
def live(request: HttpRequest, number: int) -> HttpResponseBase:
    """Put a draft in force: another person than who wrote it."""
    version = get_object_or_404(RuleVersion.objects.select_related("scheme"), pk=number, state=RuleVersion.State.DRAFT)
    form = forms.LiveForm(request.POST or None)
    own = version.made_by_id == request.user.pk
    example = version.conditions.source == EXAMPLE.source
    if own or example or not form.is_valid():
        about = {"version": version, "words": describe(version.conditions), "own": own, "example": example}
        return render(request, "rules/live.html", {**about, "form": form})
    is_seen = request.POST.get("written") == version.made_at.isoformat()
    if not is_seen or not changing.enact(request, version, form.cleaned_data["day"]):
        messages.error(request, _("Somebody changed this version meanwhile. Read it again first."))
    return redirect("rules:version", version.pk)


@require_http_methods(["GET", "POST"])
def stop(request: HttpRequest, number: int) -> HttpResponseBase:
    """Let nobody apply any more."""
    found = get_object_or_404(Scheme, pk=number)
    if request.method != "POST":
        return render(request, "rules/stop.html", {"scheme": found})
    changing.stop(request, found)
    return redirect("rules:list")
