"""What shops have to be paid, and making a file for the bank."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from provisioning.payout.accounts import Account
from provisioning.portal.payouts import asked, names, rows
from provisioning.portal.payouts.forms import NewFile
from provisioning.portal.payouts.models import BankFile, Credit
from provisioning.portal.staff import trail
from provisioning.portal.tasks.asking import ask

PAGE = 50
_NEWEST = 5
_NOW = {Credit.Why.TOKENS: "payouts.tokens", Credit.Why.OWES: "payouts.repay"}


def credits_due(request: HttpRequest) -> HttpResponse:
    """What every programme owes every shop, and the newest files."""
    page = Paginator(Credit.objects.all(), PAGE).get_page(request.GET.get("page"))
    about = {"page": page, "rows": rows.of_credits(page), "sums": _sums(), "files": BankFile.objects.all()[:_NEWEST]}
    return render(request, "payouts/list.html", about)


def _sums() -> list[dict[str, Any]]:
    found = list(
        Credit.objects.values("programme").annotate(cents=Sum("cents"), shops=Count("id")).order_by("programme")
    )
    called = names.programmes(each["programme"] for each in found)
    return [{**each, "name": called.get(each["programme"], "")} for each in found]


def files(request: HttpRequest) -> HttpResponse:
    """All files, the newest first."""
    page = Paginator(BankFile.objects.all(), PAGE).get_page(request.GET.get("page"))
    return render(request, "payouts/files.html", {"page": page})


def new(request: HttpRequest) -> HttpResponse:
    """Ask for a plan of a file."""
    payer = asked.payer()
    form = NewFile(request.POST or None)
    if request.method == "POST" and payer is not None:
        with transaction.atomic():  # that no other file is open is looked at in the transaction that opens this one
            if form.is_valid():
                return redirect("payouts:file", _asked_for(request, form.cleaned_data, payer).pk)
    return render(request, "payouts/new.html", {"form": form, "payer": payer})


def _asked_for(request: HttpRequest, said: dict[str, Any], payer: Account) -> BankFile:
    file = BankFile(
        reference=_reference(),
        programmes=said["programmes"],
        least=said["least"] or 0,
        day=said["day"],
        made_by_id=int(request.user.pk or 0),
        accounts=asked.sealed(payer, asked.accounts()),
    )
    file.save()
    file.task = ask(request, "payouts.plan", file=file.pk)
    file.save()
    about = {"programmes": file.programmes, "least": file.least, "day": file.day.isoformat()}
    trail.note(request, "payouts.plan", f"bank file {file.pk}", **about)
    return file


def _reference() -> str:
    """The day and a number: what the town and its bank call the file."""
    day = f"{timezone.localdate():%Y-%m-%d}"
    return f"{day}-{BankFile.objects.filter(reference__startswith=day).count() + 1}"


@require_POST
def at_once(request: HttpRequest, programme: int, shop: int) -> HttpResponse:
    """Pay a credit in tokens, or serve the refunds that it owes: neither needs a bank."""
    credit = get_object_or_404(Credit, programme=programme, shop=shop, why__in=_NOW)
    with transaction.atomic():
        ask(request, _NOW[Credit.Why(credit.why)], programme=programme, shop=shop)
    messages.success(request, _("It is being done. The amount on this page follows in a few minutes."))
    return redirect("payouts:list")
