"""What the bank did not pay: read from its report or ticked, looked at once more, and taken back."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from contracts.wire.errors import Broken
from provisioning.payout.plan import Payment as Planned
from provisioning.payout.plan import Plan
from provisioning.payout.status_report import refusals_in
from provisioning.portal.payouts import rows
from provisioning.portal.payouts.forms import StatusReport, picked
from provisioning.portal.payouts.models import UNDER_WAY, BankFile, Payment
from provisioning.portal.tasks.asking import ask

_BY_REPORT = "by_report"


def refused(request: HttpRequest, number: int) -> HttpResponse:
    """Upload the bank's report, or tick payments; what comes of either is shown before anything is done."""
    file = get_object_or_404(BankFile, pk=number, state=BankFile.State.MADE)
    form = StatusReport(request.POST, request.FILES) if _BY_REPORT in request.POST else StatusReport()
    chosen = _chosen(request, file, form) if request.method == "POST" else None
    if chosen:
        return _looked_at(request, file, chosen)
    if chosen is not None and not form.errors:
        messages.warning(request, _("Nothing of this file is to be taken back."))
    under_way = file.payments.filter(state__in=UNDER_WAY)
    return render(request, "payouts/refused.html", {"file": file, "form": form, "rows": rows.of_payments(under_way)})


def _chosen(request: HttpRequest, file: BankFile, form: StatusReport) -> list[tuple[Payment, str]]:
    if _BY_REPORT not in request.POST:
        return picked(file, request.POST.getlist("payment"))
    if not form.is_valid():
        return []
    try:
        return _told(file, form.cleaned_data["report"])
    except Broken:
        form.add_error("report", _("This is no report about this file, or it says two things. Ask your bank."))
        return []


def _told(file: BankFile, report: bytes) -> list[tuple[Payment, str]]:
    """The payments that the report refuses and that are still on their way. Raises Broken when it does not fit."""
    plan = Plan.model_validate(file.plan)
    payments = {(each.programme, each.shop): each for each in file.payments.filter(in_file=True)}
    sent = {plan.end_to_end(each): each for each in plan.payments if _place(each) in payments}
    found = refusals_in(report, _("The report"), plan.mark, sent.keys())
    told = ((payments[_place(sent[name])], code) for name, code in found.items())
    return [(payment, code) for payment, code in told if payment.state in UNDER_WAY]


def _place(payment: Planned) -> tuple[int, int]:
    return payment.programme, payment.shop


def _looked_at(request: HttpRequest, file: BankFile, chosen: list[tuple[Payment, str]]) -> HttpResponse:
    codes = {payment.pk: code for payment, code in chosen}
    lines = [(row, codes[row.about.pk]) for row in rows.of_payments(payment for payment, _ in chosen)]
    total = sum(row.cents for row, _ in lines)
    return render(request, "payouts/back.html", {"file": file, "lines": lines, "sum": total})


@require_POST
@transaction.atomic
def back(request: HttpRequest, number: int) -> HttpResponse:
    """Take these back: each shop has its credit again, for the next file."""
    file = get_object_or_404(BankFile.objects.select_for_update(), pk=number, state=BankFile.State.MADE)
    chosen = picked(file, request.POST.getlist("payment"))
    if chosen:
        payments = [[payment.programme, payment.shop, code] for payment, code in chosen]
        file.task = ask(request, "payouts.refused", file=file.pk, payments=payments)
        file.save()
    return redirect("payouts:file", number)
