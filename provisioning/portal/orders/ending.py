"""An order that nothing comes of: cancelled, refused or not fetched. Its stock comes back, once."""

from collections.abc import Collection

from django.http import HttpRequest
from django.utils import timezone

from provisioning.portal.orders import stock
from provisioning.portal.orders.models import OPEN, Order
from provisioning.portal.staff import trail
from provisioning.portal.tasks import asking

FREE = "orders.free"
"""The kind of the task that gives an order's money back."""


def cancel(request: HttpRequest | None, number: int, reason: Order.Reason, sold_out: Collection[int] = ()) -> bool:
    """Cancel it, and have its money given back; whether it was open yet. In the caller's transaction.

    `request` is None where no account does it. Of the lines `sold_out` the shop has none, and no stock comes back.
    What is still to be set aside is given back once it was: by then the signed order has counted, and nobody can send
    it later.
    """
    order = Order.objects.select_for_update(of=("self",)).get(pk=number)
    had_money = order.state != Order.State.ASKED
    if not end(order, Order.State.CANCELLED, reason, sold_out):
        return False
    if had_money:
        free(request, order)
    trail.note(request, "orders.cancelled", f"order {order.pk}", reason=str(reason))
    return True


def end(order: Order, state: Order.State, reason: Order.Reason | str = "", sold_out: Collection[int] = ()) -> bool:
    """Bring an open order to this end, with its stock back where it was; whether it was open yet."""
    found = Order.objects.filter(pk=order.pk, state__in=OPEN)
    if not found.update(state=state, reason=reason, ended_at=timezone.now()):
        return False
    order.lines.filter(pk__in=sold_out).update(sold_out=True)
    stock.give_back(order)
    return True


def free(request: HttpRequest | None, order: Order) -> None:
    """Have what the contract set aside for it given back."""
    Order.objects.filter(pk=order.pk).update(task=asking.ask(request, FREE, order=order.pk))
