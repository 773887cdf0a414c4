"""Lists of the social service: hand one in, see what it would do, have it run, and print its letters."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from provisioning.portal.deciding import letter, running, trying
from provisioning.portal.deciding.granting import parts_of
from provisioning.portal.deciding.matching import GIVEN
from provisioning.portal.deciding.models import Decision, Import
from provisioning.portal.deciding.reasons import NotPossibleError
from provisioning.portal.deciding.social_list import BYTES_MAX, COLUMNS, NEEDED, UnreadableError
from provisioning.portal.deciding.words import FILE_FAULTS, KINDS, row_said
from provisioning.portal.people.models import Child
from provisioning.portal.rules import current
from provisioning.portal.rules.models import RuleVersion
from provisioning.portal.staff import trail

_PAGE = 50
LETTERS = 200
"""Of one PDF."""


class ListForm(forms.Form):
    """A file, and the scheme whose rules it is held to."""

    file = forms.FileField(label=_("CSV file"), help_text=_("At most 5 MB and 20,000 lines."), max_length=200)

    def __init__(self, data: Mapping[str, Any] | None = None, files: Any = None) -> None:
        super().__init__(data, files)
        self.versions = current.live(timezone.localdate())
        choices = [(str(one.pk), one.scheme.name) for one in self.versions]
        self.fields["scheme"] = forms.TypedChoiceField(label=_("Scheme"), choices=choices, coerce=self._version)
        self.order_fields(["scheme", "file"])

    def _version(self, key: str) -> RuleVersion:
        return next(one for one in self.versions if str(one.pk) == key)

    def clean_file(self) -> Any:
        """Not more than is read."""
        file = self.cleaned_data["file"]
        if (file.size or 0) > BYTES_MAX:
            raise forms.ValidationError(str(FILE_FAULTS["too_large"]))
        return file


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def imports(request: HttpRequest) -> HttpResponse:
    """Those that were handed in, and the form for another."""
    form = ListForm(request.POST, request.FILES) if request.method == "POST" else ListForm()
    made = _take(request, form) if form.is_bound and form.is_valid() else None
    if made is not None:
        return redirect("deciding:import", made.pk)
    page = Paginator(Import.objects.select_related("rules__scheme", "by"), _PAGE).get_page(request.GET.get("page"))
    about = {"form": form, "page": page, "columns": COLUMNS.items(), "needed": NEEDED}
    return render(request, "deciding/imports.html", about, status=422 if form.errors else 200)


@require_safe
@never_cache
def one(request: HttpRequest, number: int) -> HttpResponse:
    """One list, line by line, by what becomes of them. It names nobody."""
    found = get_object_or_404(Import.objects.select_related("rules__scheme", "by", "second"), pk=number)
    kind = request.GET.get("kind", "")
    rows = found.rows.filter(kind=kind) if kind in KINDS else found.rows.all()
    page = Paginator(rows.defer("sealed", "print"), _PAGE).get_page(request.GET.get("page"))
    counts = running.counts(found)
    decisions = found.decisions.count()
    about = {
        "found": found,
        "page": page,
        "kind": kind,
        "kinds": [(key, said, counts[key]) for key, said in KINDS.items()],
        "rows": [(row, KINDS[row.kind], row_said(row.code, row.about)) for row in page],
        "cents": running.total(found),
        "given": sum(counts[key] for key in GIVEN),
        "done": found.rows.filter(done=True).count(),
        "piles": range(1, -(-decisions // LETTERS) + 1),
    }
    return render(request, "deciding/import.html", about)


@require_POST
def start(request: HttpRequest, number: int) -> HttpResponse:
    """Have it run."""
    return _try(request, number, lambda: running.start(request, number))


@require_POST
def drop(request: HttpRequest, number: int) -> HttpResponse:
    """Forget it."""
    return _try(request, number, lambda: running.drop(request, number))


@require_POST
@never_cache
def letters(request: HttpRequest, number: int) -> HttpResponse:
    """One pile of the letters to those who got a budget by it."""
    decisions = Decision.objects.filter(of=number, household__isnull=False).order_by("pk")
    decisions = decisions.select_related("household").prefetch_related("grants__child")
    pile = Paginator(decisions, LETTERS).get_page(request.POST.get("pile"))
    trail.note(request, "import.letters", f"import {number}", pile=pile.number)
    stand = [one for one in pile if one.state == Decision.State.FINAL]  # a pile stays as it was when one is taken back
    answer = HttpResponse(letter.pdf([_letter(one) for one in stand]), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="decisions-{number}-{pile.number}.pdf"'
    return answer


def _letter(decision: Decision) -> letter.Letter:
    household = decision.household
    if household is None:
        raise ValueError("a decision without a household")
    cents = Counter[Child]()
    for grant in decision.grants.all():
        if grant.child is not None:
            cents[grant.child] += grant.cents
    children = [(child.who.name, amount) for child, amount in cents.items()]
    return letter.of_list(household, children, parts_of(decision), timezone.localdate(decision.made_at))


def _take(request: HttpRequest, form: ListForm) -> Import | None:
    """The list, kept; None when it cannot be, with the reason in the form."""
    try:
        return trying.take(request, form.cleaned_data["file"].read(), form.cleaned_data["scheme"])
    except UnreadableError as fault:
        names = " / ".join(COLUMNS.get(fault.about, ()))
        form.add_error("file", f"{FILE_FAULTS[fault.code]} {names}".strip())
    except NotPossibleError as fault:
        form.add_error("scheme", fault.said)
    return None


def _try(request: HttpRequest, number: int, act: Callable[[], object]) -> HttpResponse:
    try:
        act()
    except NotPossibleError as fault:
        messages.error(request, fault.said)
    return redirect("deciding:import", number)
