"""A shop's pages for what families ordered there. Whose an order is they do not say: the till shows it at the scan."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from provisioning.portal.orders import at_shop, ending
from provisioning.portal.orders.forms import CancelForm
from provisioning.portal.orders.models import Order
from provisioning.portal.selling import own
from provisioning.portal.staff import trail

_PAGE = 50


@require_safe
def orders(request: HttpRequest) -> HttpResponse:
    """Those that are open, or in one state, or all."""
    which = request.GET.get("state", "open")
    found = Order.objects.filter(shop=own.shop_of(request)).prefetch_related("lines")
    page = Paginator(at_shop.listed(found, which), _PAGE).get_page(request.GET.get("page"))
    about = {"page": page, "state": which, "states": Order.State.choices, "query": f"state={which}&"}
    return render(request, "orders/shop_list.html", about)


@require_safe
def order(request: HttpRequest, code: str) -> HttpResponse:
    """One: what to get ready, and until when."""
    found = _one(request, code)
    return _page(request, found, CancelForm(found))


@require_POST
def ready(request: HttpRequest, code: str) -> HttpResponse:
    """It can be fetched: the shop's tills offer it when they see the pass."""
    return _moved(request, code, Order.State.SET_ASIDE, Order.State.READY)


@require_POST
def not_ready(request: HttpRequest, code: str) -> HttpResponse:
    """It cannot be fetched yet, after all."""
    return _moved(request, code, Order.State.READY, Order.State.SET_ASIDE)


@require_POST
def cancel(request: HttpRequest, code: str) -> HttpResponse:
    """The shop does not deliver it, for a reason that the family is told."""
    found = _one(request, code)
    form = CancelForm(found, request.POST)
    if not form.is_valid():
        return _page(request, found, form, 400)
    with transaction.atomic():
        said = form.cleaned_data
        if not ending.cancel(request, found.pk, Order.Reason(said["reason"]), said["sold_out"]):
            _too_late(request)
    return redirect("orders:one", code)


def _moved(request: HttpRequest, code: str, before: Order.State, after: Order.State) -> HttpResponse:
    found = _one(request, code)
    at = timezone.now() if after == Order.State.READY else None
    with transaction.atomic():
        if Order.objects.filter(pk=found.pk, state=before).update(state=after, ready_at=at):
            trail.note(request, f"orders.{after}", f"order {found.pk}")
        else:
            _too_late(request)
    return redirect("orders:one", code)


def _one(request: HttpRequest, code: str) -> Order:
    """An order of this reader's own shop. Raises Http404."""
    mine = Order.objects.filter(shop=own.shop_of(request))
    return get_object_or_404(mine.select_related("programme"), code=code)


def _page(request: HttpRequest, found: Order, form: CancelForm, status: int = 200) -> HttpResponse:
    return render(request, "orders/shop_one.html", {"order": found, "form": form}, status=status)


def _too_late(request: HttpRequest) -> None:
    messages.warning(request, _("This cannot be done now. Look at how the order stands."))
