"""Orders that time or a lost pass brings to their end, also after something failed, and those that are forgotten."""

import time
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from provisioning.portal.orders import ending
from provisioning.portal.orders.models import OPEN, Order, Read
from provisioning.portal.passes.models import Pass
from provisioning.portal.tasks import asking
from provisioning.portal.tasks.models import GIVEN_UP, Task

KEPT_DAYS = 365
"""So long after its end one can see what was in an order."""
_MANY = 100
_LATE_SECONDS = 60
"""The contract's clock may be behind ours, and it lets a pass fetch in the last second."""
_HOUR, _DAY = 3600, 86_400
_WAITING = Q(task__state=Task.State.WAITING)
_OVER = (Order.State.CANCELLED, Order.State.EXPIRED, Order.State.REFUSED)


def tidy() -> None:
    """Some of each; the next round goes on."""
    _cancel_of_lost_passes()
    _end_late()
    _try_again()
    _free_unwanted()
    _forget()


def _cancel_of_lost_passes() -> None:
    """A blocked pass fetches nothing, and stock is not kept for it; what it had set aside goes where its budget is."""
    lost = Pass.objects.filter(state__in=(Pass.State.BLOCKED, Pass.State.REPLACED)).values("address")
    for number in Order.objects.filter(state__in=OPEN, holder__in=lost).values_list("pk", flat=True)[:_MANY]:
        with transaction.atomic():
            ending.cancel(None, number, Order.Reason.PASS)


def _end_late() -> None:
    """What is past its time is freed, and over once it was; what was never set aside is over now."""
    late = Order.objects.filter(state__in=OPEN, until__lt=int(time.time()) - _LATE_SECONDS).exclude(_WAITING)
    for number in late.exclude(task__kind=ending.FREE, task__state__in=GIVEN_UP).values_list("pk", flat=True)[:_MANY]:
        with transaction.atomic():
            _end(Order.objects.select_for_update(of=("self",)).select_related("task").get(pk=number))


def _end(order: Order) -> None:
    """One of which nothing was there to free waits for the final blocks, which tell why; if they do not, it is over."""
    if order.state == Order.State.ASKED or _is_read_past(order.task):
        ending.end(order, Order.State.EXPIRED)
    elif order.is_open and (order.task is None or order.task.kind != ending.FREE):
        ending.free(None, order)


def _is_read_past(task: Task | None) -> bool:
    """Whether all blocks were read up to the one by which nothing was set aside any more."""
    if task is None or (task.kind, task.state) != (ending.FREE, Task.State.DONE):
        return False
    read = Read.objects.first()
    return read is not None and (task.result or {}).get("looked", read.block + 1) <= read.block


def _try_again() -> None:
    """What was given up: the contract may be asked for the same at any time, and nobody need press for it."""
    found = Order.objects.filter(task__state__in=GIVEN_UP).order_by("task__ended_at").values_list("task", flat=True)
    for number in found[:_MANY]:
        with transaction.atomic():
            task = Task.objects.select_for_update().get(pk=number)
            if task.state in GIVEN_UP and _is_due(task):
                asking.again(None, task)


def _free_unwanted() -> None:
    """What is set aside for an order that is over: its transaction came into a block after it was given up."""
    over = Order.objects.filter(state__in=_OVER, money=Order.Money.KEPT, to_budget=None).exclude(_WAITING)
    for order in over.exclude(task__state__in=GIVEN_UP).select_related("task")[:_MANY]:
        if order.task is None or order.task.kind != ending.FREE or _is_due(order.task):
            with transaction.atomic():
                ending.free(None, order)


def _is_due(task: Task) -> bool:
    """An hour after it ended, then each time after twice as long, and every day in the end."""
    ended = (task.ended_at or task.asked_at).timestamp()
    tried_for = ended - task.asked_at.timestamp()
    return time.time() >= ended + min(max(tried_for, _HOUR), _DAY)


def _forget() -> None:
    before = timezone.now() - timedelta(days=KEPT_DAYS)
    found = Order.objects.filter(ended_at__lt=before).values_list("pk", flat=True)[:_MANY]
    Order.objects.filter(pk__in=list(found)).delete()
