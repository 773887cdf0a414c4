"""A shop's statement, as a page, as a table for its bookkeeper, and as PDF."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from provisioning.portal import settings
from provisioning.portal.pages.export import csv_file
from provisioning.portal.payouts import forms, names, statement_paper
from provisioning.portal.payouts.statement import Line, Statement, statement
from provisioning.portal.payouts.views import PAGE
from provisioning.portal.staff import trail
from terminal.report.spreadsheet import decimal

_HEAD = ("day", "terminal", "programme", "first entry", "last entry", "sales", "sold", "not paid", "given back", "net")


def show(request: HttpRequest) -> HttpResponse:
    """Choose a shop and its days, and see them."""
    form = forms.Statement(names.all_shops(), request.GET if "shop" in request.GET else None)
    about = {"form": form, **shown(request, _found(form))}
    return render(request, "payouts/statement.html", about)


def shown(request: HttpRequest, found: Statement | None) -> dict[str, Any]:
    """What `payouts/days.html` needs of it; that page also needs the names of `paper` and `table`."""
    if found is None:
        return {"found": None}
    page = Paginator(found.lines, PAGE).get_page(request.GET.get("page"))
    return {"found": found, "query": _query(request), "page": page, "notes": statement_paper.notes(found)}


def table(request: HttpRequest) -> HttpResponseBase:
    """The days as CSV."""
    found = _found(forms.Statement(names.all_shops(), request.GET))
    return redirect("payouts:statement") if found is None else as_table(request, found)


def as_table(request: HttpRequest, found: Statement) -> HttpResponseBase:
    """A statement as CSV, with a line in the trail."""
    trail.note(request, "payouts.statement", f"shop {found.shop}", form="csv")
    return csv_file(f"{_name(found)}.csv", _HEAD, (_row(line) for line in found.lines))


def paper(request: HttpRequest) -> HttpResponse:
    """The days as PDF."""
    found = _found(forms.Statement(names.all_shops(), request.GET))
    return redirect("payouts:statement") if found is None else as_paper(request, found)


def as_paper(request: HttpRequest, found: Statement) -> HttpResponse:
    """A statement as PDF, with a line in the trail."""
    trail.note(request, "payouts.statement", f"shop {found.shop}", form="pdf")
    answer = HttpResponse(statement_paper.pdf(found, settings.PORTAL.municipality), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{_name(found)}.pdf"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _found(form: forms.Statement) -> Statement | None:
    if not form.is_bound or not form.is_valid():
        return None
    said = form.cleaned_data
    return statement(said["shop"], said["first"], said["last"])


def _query(request: HttpRequest) -> str:
    """The choice as it stands in the page's own address, less the page."""
    chosen = request.GET.copy()
    chosen.pop("page", None)
    return chosen.urlencode()


def _name(found: Statement) -> str:
    return f"shop-{found.shop}-{found.first.isoformat()}-{found.last.isoformat()}"


def _row(line: Line) -> list[object]:
    sums = line.sums
    money = (decimal(each) for each in (sums.sold, sums.rejected, sums.refunded, sums.net))
    return [line.day.isoformat(), line.terminal, line.programme, line.first, line.last, sums.count, *money]
