"""Orders that time or a lost pass brings to their end, and those of long ago, which are forgotten."""

import time
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from provisioning.portal.orders import ending
from provisioning.portal.orders.models import OPEN, Order
from provisioning.portal.passes.models import Pass
from provisioning.portal.tasks.models import Task

KEPT_DAYS = 365
"""So long after its end one can see what was in an order."""
_MANY = 100
_LATE_SECONDS = 60
"""The contract's clock may be behind ours, and it lets a pass fetch in the last second."""


def tidy() -> None:
    """Some of each; the next round goes on."""
    _cancel_of_lost_passes()
    _end_late()
    _free_again()
    _forget()


def _cancel_of_lost_passes() -> None:
    """A blocked pass fetches nothing, and stock is not kept for it; what it had set aside goes where its budget is."""
    lost = Pass.objects.filter(state__in=(Pass.State.BLOCKED, Pass.State.REPLACED)).values("address")
    for number in Order.objects.filter(state__in=OPEN, holder__in=lost).values_list("pk", flat=True)[:_MANY]:
        with transaction.atomic():
            ending.cancel(None, number, Order.Reason.PASS)


def _end_late() -> None:
    """What is past its time is freed, and over once it was; what was never set aside is over now."""
    waiting = Q(task__state=Task.State.WAITING)
    late = Order.objects.filter(state__in=OPEN, until__lt=int(time.time()) - _LATE_SECONDS).exclude(waiting)
    for number in late.exclude(task__kind="orders.free").values_list("pk", flat=True)[:_MANY]:
        with transaction.atomic():
            order = Order.objects.select_for_update(of=("self",)).get(pk=number)
            if order.state == Order.State.ASKED:
                ending.end(order, Order.State.EXPIRED)
            elif order.is_open:
                ending.free(None, order)


def _free_again() -> None:
    """What a key that may not grant could not free before its time, it can free now: anybody can.

    Also what was given up while it was set aside, as its transaction may have come into a block all the same.
    """
    given_up = (Task.State.REFUSED, Task.State.BROKEN)
    found = Order.objects.filter(state__in=(Order.State.CANCELLED, Order.State.EXPIRED), task__state__in=given_up)
    late = found.filter(until__lt=int(time.time()) - _LATE_SECONDS).select_related("task").order_by("-until")
    for order in late[:_MANY]:
        if order.task is not None and order.task.asked_at.timestamp() <= order.until:
            with transaction.atomic():
                ending.free(None, order)


def _forget() -> None:
    before = timezone.now() - timedelta(days=KEPT_DAYS)
    found = Order.objects.filter(ended_at__lt=before).values_list("pk", flat=True)[:_MANY]
    Order.objects.filter(pk__in=list(found)).delete()
