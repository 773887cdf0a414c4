"""A shop's own statement: the desk's, for this shop alone."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from provisioning.portal.payouts import statement_views as desk
from provisioning.portal.payouts.forms import Days
from provisioning.portal.payouts.statement import Statement, statement
from provisioning.portal.selling import own


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Choose the days, and see them."""
    form = _days(request)
    return render(request, "selling/statement.html", {"form": form, **desk.shown(request, _found(request, form))})


@require_safe
def table(request: HttpRequest) -> HttpResponseBase:
    """The days as CSV."""
    found = _found(request, _days(request))
    return redirect("selling:statement") if found is None else desk.as_table(request, found)


@require_safe
def paper(request: HttpRequest) -> HttpResponse:
    """The days as PDF."""
    found = _found(request, _days(request))
    return redirect("selling:statement") if found is None else desk.as_paper(request, found)


def _days(request: HttpRequest) -> Days:
    return Days(request.GET if "first" in request.GET else None)


def _found(request: HttpRequest, form: Days) -> Statement | None:
    """Those of the reader's own shop, whatever an address says; this month's while no days were chosen."""
    number = own.shop_of(request).number
    if number is None or (form.is_bound and not form.is_valid()):
        return None
    said = form.cleaned_data if form.is_bound else {name: form[name].initial for name in ("first", "last")}
    return statement(number, said["first"], said["last"])
