"""Who granted how much, on a page and in a file."""

from collections.abc import Iterator
from datetime import date

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from provisioning.portal import settings
from provisioning.portal.figures import granting
from provisioning.portal.pages.export import csv_file

_HEAD = (
    "person", "alone", "alone_euros", "with_second", "with_second_euros", "confirmed", "confirmed_euros", "rejected",
)  # fmt: skip


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """One month; this one when none is asked for."""
    chosen = _month(request)
    about = {
        "month": chosen,
        "months": granting.months(timezone.localdate()),
        "people": granting.of_month(chosen),
        "four_eyes_cents": settings.PORTAL.four_eyes_cents,
        "four_eyes_week_cents": settings.PORTAL.four_eyes_week_cents,
    }
    return render(request, "figures/granting.html", about)


@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    """The same as a file for a spreadsheet: amounts as 12.50."""
    chosen = _month(request)
    return csv_file(f"granted-{chosen:%Y-%m}.csv", _HEAD, _rows(chosen))


def _month(request: HttpRequest) -> date:
    known = granting.months(timezone.localdate())
    return next((one for one in known if f"{one:%Y-%m}" == request.GET.get("month")), known[0])


def _rows(month: date) -> Iterator[tuple[object, ...]]:
    for one in granting.of_month(month):
        sums = [each for part in (one.alone, one.together, one.confirmed) for each in (part.count, _plain(part.cents))]
        yield one.name, *sums, one.rejected


def _plain(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"
