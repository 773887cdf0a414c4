"""What final blocks tell of orders: that one was set aside, was handed over at a till, or that its money went back.

A pass has one order open at a shop, so what ends there is what was set aside there last. Each block is read once, in
order, and `Order.money` is written here alone: so of two orders of the same sum each gets its own end.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from contracts.wire.units import Address, Cents, Timestamp, from_hex
from provisioning import orders
from provisioning.portal.orders import ending, stock
from provisioning.portal.orders.models import Order, Read
from provisioning.portal.staff import trail
from provisioning.portal.tasks import blocks
from provisioning.town import Town

_TOLD_BY = ("SetAside", "AskPaid", "SetFree")
_Money = Order.Money

_Change = Callable[[], None]


def stands(town: Town, order: Order) -> bool:
    """Whether the contract keeps money for just this order now."""
    found = orders.standing(town, *order.place, order.whose)
    return found is not None and (found.amount, found.until) == (order.cents, order.until)


def signed(order: Order) -> orders.Signed:
    """As its pass signed it."""
    (programme, shop), amount, until = order.place, Cents(order.cents), Timestamp(order.until)
    return orders.Signed(programme, shop, amount, until, order.number, bytes(order.signature))


def follow(town: Town) -> None:
    """Go on in final blocks; what was read, and how far, commit together."""
    read = Read.objects.first() or Read(block=blocks.start(town))
    coming = blocks.ahead(town, read.block)
    if not coming:
        return
    changes = list(_changes(town, coming[0], coming[-1]))
    with transaction.atomic():
        for change in changes:
            change()
        read.block = coming[-1]
        read.save()


def _changes(town: Town, first: int, last: int) -> Iterator[_Change]:
    """What is to be noted, in the order of the blocks. The node is asked before anything is written."""
    logs = [log for name in _TOLD_BY for log in _logs(town, name, first, last)]
    for log in sorted(logs, key=lambda log: (log["blockNumber"], log["logIndex"])):
        said = log["args"]
        if log["event"] == "SetAside":
            yield from _kept(town, said)
        elif log["event"] == "SetFree":
            yield lambda said=said: _note_freed(_of(said, said["shop"]), said)  # type: ignore[misc]
        elif said["set_aside"]:
            shop = int(town.look("terminal", said["terminal"])["shop"])
            yield lambda said=said, shop=shop: _note_fetched(_of(said, shop))  # type: ignore[misc]


def _logs(town: Town, name: str, first: int, last: int) -> Iterator[Any]:
    return town.chain.events(town.contract.get_event_by_name(name), first, last)


def _kept(town: Town, said: Any) -> Iterator[_Change]:
    """The order that was set aside. Of several of one sum and one time the oldest that the contract has counted."""
    alike = _of(said, said["shop"]).filter(cents=said["amount"], until=said["until"], money=_Money.UNTOLD)
    counted = [order.pk for order in alike.order_by("id") if orders.was_set_aside(town, signed(order))]
    yield lambda: _note_kept(counted)


def _of(said: Any, shop: int) -> QuerySet[Order]:
    """Orders of this pass in this programme at this shop."""
    holder = Address(from_hex(said["pass_address"]))
    found = Order.objects.filter(programme__number=said["programme"], shop__number=shop, holder=holder)
    return found.select_related("shop", "programme")


def _note_kept(counted: Iterable[int]) -> None:
    first = Order.objects.filter(pk__in=counted, money=_Money.UNTOLD).order_by("id").first()
    if first is not None:
        Order.objects.filter(pk=first.pk).update(money=_Money.KEPT)


def _note_fetched(here: QuerySet[Order]) -> None:
    """It may have been cancelled while it went over the counter: then its stock came back."""
    order = here.select_for_update(of=("self",)).filter(money=_Money.KEPT).first()
    if order is None:
        return
    if not order.is_open:
        stock.take_again(order)
    now = {"state": Order.State.HANDED_OVER, "reason": "", "ended_at": timezone.now(), "money": _Money.OVER}
    Order.objects.filter(pk=order.pk).update(**now)
    trail.note(None, "orders.handed_over", f"order {order.pk}")


def _note_freed(here: QuerySet[Order], said: Any) -> None:
    """By this desk, or by somebody else."""
    order = here.filter(money=_Money.KEPT).first()
    if order is None:
        return
    sums = {"to_budget": said["to_budget"], "to_reserve": said["to_reserve"]}
    Order.objects.filter(pk=order.pk).update(money=_Money.OVER, **sums)
    if ending.end(order, Order.State.EXPIRED):
        trail.note(None, "orders.freed", f"order {order.pk}")
