"""The trail, for whoever audits the desk."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from provisioning.portal.pages.export import csv_file
from provisioning.portal.staff import trail
from provisioning.portal.staff.filtering import Filter
from provisioning.portal.staff.models import Line

_PAGE = 50
_HEAD = ("number", "at", "by", "action", "subject", "about", "chain")


@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """The newest first."""
    form = Filter(request.GET or None)
    page = Paginator(_chosen(form).order_by("-id"), _PAGE).get_page(request.GET.get("page"))
    given = request.GET.copy()
    given.pop("page", None)
    return render(request, "staff/trail.html", {"form": form, "page": page, "query": given.urlencode()})


@require_GET
def export(request: HttpRequest) -> HttpResponseBase:
    """The same lines as CSV, in the order in which they were written, each with its place in the chain."""
    return csv_file("trail.csv", _HEAD, _rows(_chosen(Filter(request.GET or None)).order_by("id")))


@require_POST
def check(request: HttpRequest) -> HttpResponse:
    """Whether every line is what was written."""
    broken = trail.first_broken()
    if broken is None:
        messages.success(request, _("Every line is as it was written."))
    else:
        messages.error(request, _("Line %(number)d was changed, or one before it is gone.") % {"number": broken.pk})
    return redirect("staff:trail")


def _chosen(form: Filter) -> QuerySet[Line]:
    lines = Line.objects.select_related("by")
    return form.apply(lines) if form.is_valid() else lines


def _rows(lines: QuerySet[Line]) -> Iterator[tuple[Any, ...]]:
    for line in lines.iterator():
        by = line.by.get_username() if line.by else ""
        yield line.pk, line.at.isoformat(), by, line.action, line.subject, line.told, bytes(line.chain).hex()
