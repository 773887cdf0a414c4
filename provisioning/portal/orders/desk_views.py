"""Orders at the town's desk: all of them without anybody's name, and those of a pass for a family that calls."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from provisioning.portal.access import Role, roles_of
from provisioning.portal.orders import at_shop, ending
from provisioning.portal.orders.forms import PassForm
from provisioning.portal.orders.models import Order
from provisioning.portal.staff import trail
from provisioning.portal.tasks import asking
from provisioning.portal.tasks.models import GIVEN_UP, Task

_PAGE = 50
_STUCK = "stuck"


@require_safe
def orders(request: HttpRequest) -> HttpResponse:
    """Those that are open, or in one state, or all, or that need a look; of all shops or of one."""
    which, shop = request.GET.get("state", "open"), request.GET.get("shop", "")
    found = Order.objects.select_related("shop", "programme", "task")
    if shop.isascii() and shop.isdecimal() and len(shop) < 10:
        found = found.filter(shop=int(shop))
    stuck = found.filter(task__state__in=GIVEN_UP)
    wanted = stuck if which == _STUCK else at_shop.listed(found, which)
    page = Paginator(wanted, _PAGE).get_page(request.GET.get("page"))
    about = {"page": page, "state": which, "states": Order.State.choices, "query": f"state={which}&shop={shop}&"}
    more = {"form": PassForm(), "may_find": _may_cancel(request), "stuck": stuck.count()}
    return render(request, "orders/desk_list.html", {**about, **more})


@require_POST
def find(request: HttpRequest) -> HttpResponse:
    """The newest orders of a pass, by the number on its letter."""
    form, found = PassForm(request.POST), Order.objects.none()
    if form.is_valid():
        first = bytes.fromhex(form.cleaned_data["label"])
        least, most = first.ljust(20, b"\0"), first.ljust(20, b"\xff")
        found = Order.objects.filter(holder__gte=least, holder__lte=most).select_related("shop", "programme", "task")
        trail.note(request, "orders.search", found=found.count())
    page = Paginator(found, _PAGE).get_page(1)
    about = {"page": page, "states": Order.State.choices, "form": form, "may_find": True, "looked": form.is_valid()}
    return render(request, "orders/desk_list.html", about, status=200 if form.is_valid() else 400)


@require_safe
def order(request: HttpRequest, code: str) -> HttpResponse:
    """One, without whose it is."""
    found = get_object_or_404(Order.objects.select_related("shop", "programme", "task"), code=code)
    return render(request, "orders/desk_one.html", {"order": found, "may_cancel": _may_cancel(request)})


@require_POST
def cancel(request: HttpRequest, code: str) -> HttpResponse:
    """For a family that asks for it."""
    found = get_object_or_404(Order, code=code)
    with transaction.atomic():
        if not ending.cancel(request, found.pk, Order.Reason.DESK):
            messages.warning(request, _("This cannot be done now. Look at how the order stands."))
    return redirect("orders:desk_one", code)


@require_POST
def again(request: HttpRequest, code: str) -> HttpResponse:
    """Have tried again at once what was given up about it: whoever presses has done what it said."""
    found = get_object_or_404(Order.objects.select_related("task"), code=code)
    with transaction.atomic():
        number = found.task.pk if found.task else 0
        task = Task.objects.select_for_update().filter(pk=number, state__in=GIVEN_UP).first()
        if task is None:
            messages.warning(request, _("This cannot be done now. Look at how the order stands."))
        else:
            asking.again(request, task)
    return redirect("orders:desk_one", code)


def _may_cancel(request: HttpRequest) -> bool:
    return Role.GRANTS in roles_of(request)
