"""One file for the bank: seen, confirmed by a second person, fetched, and what the bank refused of it taken back."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from provisioning import bank
from provisioning.portal.payouts import rows
from provisioning.portal.payouts.forms import Sure
from provisioning.portal.payouts.models import UNDER_WAY, BankFile, Payment
from provisioning.portal.payouts.views import PAGE
from provisioning.portal.staff import trail
from provisioning.portal.tasks.asking import ask

_State = BankFile.State


def show(request: HttpRequest, number: int, form: Sure | None = None) -> HttpResponse:
    """What it is to pay, or what became of that."""
    file = get_object_or_404(BankFile.objects.select_related("task", "made_by", "confirmed_by"), pk=number)
    planned = file.plan["payments"] if file.plan else []
    about = {"file": file, "sum": sum(each["cents"] for each in planned), "count": len(planned)}
    more = _made(request, file) if file.state == _State.MADE else _planned(request, file, planned)
    return render(request, "payouts/file.html", {"form": form or Sure(file), **about, **more})


def _planned(request: HttpRequest, file: BankFile, payments: list[dict[str, Any]]) -> dict[str, Any]:
    page = Paginator(payments, PAGE).get_page(request.GET.get("page"))
    changed = rows.of_plan(file, [each for each in payments if each["shop"] in file.changed])
    about = {"left": rows.of_left(file), "own": file.made_by_id == request.user.pk}
    return {"page": page, "rows": rows.of_plan(file, page), "changed": changed, **about}


def _made(request: HttpRequest, file: BankFile) -> dict[str, Any]:
    page = Paginator(file.payments.all(), PAGE).get_page(request.GET.get("page"))
    astray = file.payments.filter(in_file=False, state__in=UNDER_WAY).exists()
    return {"page": page, "rows": rows.of_payments(page), "late": _late(file).exists(), "astray": astray}


@require_POST
@transaction.atomic
def confirm(request: HttpRequest, number: int) -> HttpResponse:
    """The second person says yes: from now on it is marked on the contract."""
    file = get_object_or_404(BankFile.objects.select_for_update(), pk=number, state=_State.PLANNED)
    if file.made_by_id == request.user.pk or not (file.plan or {}).get("payments"):
        raise PermissionDenied
    form = Sure(file, request.POST)
    if not form.is_valid():
        return show(request, number, form)
    file.state, file.confirmed_by_id, file.confirmed_at = _State.CONFIRMED, request.user.pk, timezone.now()
    file.task = ask(request, "payouts.pay", file=file.pk)
    file.save()
    trail.note(request, "payouts.confirm", f"bank file {file.pk}", mark=str(file), changed=file.changed)
    return redirect("payouts:file", number)


@require_POST
@transaction.atomic
def drop(request: HttpRequest, number: int) -> HttpResponse:
    """Nothing of it was marked, and nothing will be. Once it was confirmed, the worker must see that for itself."""
    file = get_object_or_404(BankFile.objects.select_for_update().select_related("task"), pk=number)
    if not file.may_be_dropped:
        raise Http404
    trail.note(request, "payouts.drop", f"bank file {file.pk}")
    if file.state == _State.CONFIRMED:
        file.task = ask(request, "payouts.drop", file=file.pk)
        file.save()
        return redirect("payouts:file", number)
    file.state = _State.DROPPED
    file.save()
    messages.success(request, _("The file was dropped. Nothing was marked as paid."))
    return redirect("payouts:list")


@require_POST
def download(request: HttpRequest, number: int) -> HttpResponse:
    """The bytes for the bank, and a line in the trail for each time that somebody fetches them."""
    file = get_object_or_404(BankFile, pk=number, state=_State.MADE)
    if file.sealed is None:
        raise Http404
    trail.note(request, "payouts.download", f"bank file {file.pk}", mark=str(file))
    answer = HttpResponse(file.content, content_type="application/xml")
    answer["Content-Disposition"] = f'attachment; filename="{file.reference}.xml"'
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "no-store"
    return answer


@require_POST
@transaction.atomic
def arrived(request: HttpRequest, number: int) -> HttpResponse:
    """End the payments against which the shops said nothing in time: their tokens are the town's again."""
    file = get_object_or_404(BankFile.objects.select_for_update(), pk=number, state=_State.MADE)
    payments = [[each.programme, each.shop] for each in _late(file)]
    if payments:
        file.task = ask(request, "payouts.confirm", file=file.pk, payments=payments)
        file.save()
    return redirect("payouts:file", number)


def _late(file: BankFile) -> QuerySet[Payment]:
    until = int(timezone.now().timestamp()) - bank.UNDISPUTED_DAYS * 86_400
    return file.payments.filter(state=Payment.State.MARKED, since__lt=until)
