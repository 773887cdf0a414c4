"""What final blocks tell of orders: that one was handed over at a till, or that its money went back."""

from collections.abc import Callable, Iterator
from typing import Any

from django.db import transaction
from django.utils import timezone

from contracts.wire.units import Address, Cents, Timestamp, from_hex
from provisioning import orders
from provisioning.portal.orders import ending, stock
from provisioning.portal.orders.models import OPEN, Order, Read
from provisioning.portal.staff import trail
from provisioning.portal.tasks import blocks
from provisioning.town import Town

_GIVEN_BACK = (Order.State.CANCELLED, Order.State.EXPIRED)

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
    logs = [log for name in ("AskPaid", "SetFree") for log in _logs(town, name, first, last)]
    for log in sorted(logs, key=lambda log: (log["blockNumber"], log["logIndex"])):
        said = log["args"]
        if log["event"] == "SetFree":
            yield from _freed(town, said)
        elif said["set_aside"]:
            yield from _fetched(town, said)


def _logs(town: Town, name: str, first: int, last: int) -> Iterator[Any]:
    return town.chain.events(town.contract.get_event_by_name(name), first, last)


def _fetched(town: Town, said: Any) -> Iterator[_Change]:
    """The order that was handed over: the open one, unless that one's money is there yet or still to come.

    Then it is an earlier one, which was cancelled while it went over the counter.
    """
    shop = int(town.look("terminal", said["terminal"])["shop"])
    found = _of(said, shop, said["set_aside"])
    open_one = found.filter(state__in=OPEN).first()
    if open_one is None or not _was_kept(town, open_one):
        open_one = found.filter(state__in=_GIVEN_BACK).first()
    if open_one is not None:
        yield lambda number=open_one.pk: _note_fetched(number)  # type: ignore[misc]


def _freed(town: Town, said: Any) -> Iterator[_Change]:
    """The open order whose money somebody else gave back, or this desk in a moment that was not noted."""
    found = _of(said, said["shop"], said["to_budget"] + said["to_reserve"]).filter(state__in=OPEN).first()
    if found is not None and _was_kept(town, found):
        yield lambda order=found: _note_freed(order)  # type: ignore[misc]


def _was_kept(town: Town, order: Order) -> bool:
    """Whether the contract kept money for it and does no more, also where this desk has not noted the first yet."""
    return not stands(town, order) and orders.was_set_aside(town, signed(order))


def _of(said: Any, shop: int, cents: int) -> Any:
    """Orders of this pass in this programme at this shop, of this amount; the newest first."""
    holder = Address(from_hex(said["pass_address"]))
    found = Order.objects.filter(programme__number=said["programme"], shop__number=shop, holder=holder, cents=cents)
    return found.select_related("shop", "programme")


def _note_fetched(number: int) -> None:
    order = Order.objects.select_for_update(of=("self",)).get(pk=number)
    if order.state in _GIVEN_BACK:
        stock.take_again(order)
    now = {"state": Order.State.HANDED_OVER, "reason": "", "ended_at": timezone.now()}
    Order.objects.filter(pk=number).update(**now)
    trail.note(None, "orders.handed_over", f"order {number}")


def _note_freed(order: Order) -> None:
    if ending.end(order, Order.State.EXPIRED):
        trail.note(None, "orders.freed", f"order {order.pk}")
