"""The figures, on pages and in a file. Whoever works at the desk may see them: none points at one family."""

from collections.abc import Iterator

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render

from provisioning.breakdown import CROWD
from provisioning.portal.figures import showing
from provisioning.portal.figures.models import Progress, Shown, Waiting
from provisioning.portal.figures.showing import Sheet
from provisioning.portal.pages.export import csv_file
from provisioning.portal.programmes.models import Programme

_PAGE = 20


def dashboard(request: HttpRequest) -> HttpResponse:
    """The totals of each programme, the newest first."""
    live = Programme.objects.filter(number__isnull=False).order_by("-number")
    page = Paginator(live, _PAGE).get_page(request.GET.get("page"))
    shown = {one.programme: one for one in Shown.objects.filter(programme__in=[one.number for one in page])}
    sheets = [showing.overview(one, shown.get(one.number or 0)) for one in page]
    about = {"page": page, "sheets": sheets, "waiting": Waiting.objects.first(), "crowd": CROWD}
    return render(request, "figures/dashboard.html", {**about, "here": Progress.objects.first()})


def programme(request: HttpRequest, number: int) -> HttpResponse:
    """One programme, by shop, category and week."""
    about = {"sheet": _sheet(number), "crowd": CROWD, "here": Progress.objects.first()}
    return render(request, "figures/programme.html", about)


def export(_request: HttpRequest, number: int) -> StreamingHttpResponse:
    """The same as a file for a spreadsheet: amounts as 12.50, shares as 0.62, nothing for what is held back."""
    return csv_file(f"figures-{number}.csv", ("figure", "name", "value", "share"), list(_rows(_sheet(number))))


def _sheet(number: int) -> Sheet:
    found = get_object_or_404(Programme, number=number)
    return showing.sheet(found, Shown.objects.filter(programme=number).first())


def _rows(sheet: Sheet) -> Iterator[tuple[str, ...]]:
    for row in sheet.rows:
        yield row.key, row.name, row.plain, "" if row.share is None else f"{row.share:.4f}"
