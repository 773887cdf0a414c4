"""What the worker does for orders on the contract, what it reads there, and what it tells the gateway."""

from contracts.chain import Overtaken, Reverted
from provisioning import orders
from provisioning.portal.orders import ending, following, offering, tidying
from provisioning.portal.orders.models import Order
from provisioning.portal.tasks.handlers import Arguments, Result, every, handles
from provisioning.portal.tasks.models import Task
from provisioning.town import Town

_TIDY_SECONDS, _FOLLOW_SECONDS, _OFFER_SECONDS = 15.0, 10.0, 5.0
_REASONS = {
    "order: more than is left": Order.Reason.MONEY,
    "order: day limit": Order.Reason.DAY,
    "order: pass blocked": Order.Reason.PASS,
    "order: pass unknown": Order.Reason.PASS,
}
"""By the contract's words."""


def set_aside(town: Town, arguments: Arguments) -> Result:
    """Have the contract keep the order's amount, once; `refused` says why it does not.

    One that was cancelled meanwhile is set aside all the same, and then freed: what its pass signed has counted, and
    nobody who finds it later can use it.
    """
    order = _order(arguments)
    try:
        orders.set_aside(town, following.signed(order))
    except Overtaken:
        raise  # it is looked at again
    except Reverted as refusal:
        return {"refused": str(refusal)}
    return {}


def note_set_aside(task: Task) -> None:
    """The shop has it, or it is refused; what nobody wants any more is freed."""
    order, refused = _order(task.arguments), (task.result or {}).get("refused")
    if refused is not None:
        reason = next((reason for words, reason in _REASONS.items() if words in refused), Order.Reason.CONTRACT)
        ending.end(order, Order.State.REFUSED, reason)
    elif not Order.objects.filter(pk=order.pk, state=Order.State.ASKED).update(state=Order.State.SET_ASIDE):
        _free_unwanted(order)


def free(town: Town, arguments: Arguments) -> Result:
    """Have what is set aside for this order given back, if it still is: it may have been handed over meanwhile.

    Where nothing is set aside, `looked` is the block by which that is so. What became of it is told by the final
    blocks up to there.
    """
    order, looked = _order(arguments), town.chain.block_number("latest")
    is_there = order.money != Order.Money.OVER and order.to_budget is None and following.stands(town, order)
    freed = orders.free(town, *order.place, order.whose) if is_there else None
    if freed is None:
        return {"freed": False, "looked": looked}
    return {"freed": True, "to_budget": freed.to_budget, "to_reserve": freed.to_reserve}


def note_freed(task: Task) -> None:
    """One that was not fetched is over; where its money went is told."""
    result, order = task.result or {}, _order(task.arguments)
    if result["freed"]:
        sums = {name: result[name] for name in ("to_budget", "to_reserve")}
        Order.objects.filter(pk=order.pk).update(**sums)
        ending.end(order, Order.State.EXPIRED)


def tidy(_town: Town) -> None:
    """End what is late or of a lost pass."""
    tidying.tidy()


def offer(_town: Town) -> None:
    """Tell the gateway what is ready."""
    offering.offer()


def _order(arguments: Arguments) -> Order:
    return Order.objects.select_related("shop", "programme").get(pk=arguments["order"])


def _free_unwanted(order: Order) -> None:
    order.refresh_from_db(fields=["state"])
    if order.state in {Order.State.CANCELLED, Order.State.EXPIRED}:
        ending.free(None, order)


handles("orders.set_aside", set_aside, note_set_aside)
handles(ending.FREE, free, note_freed)
every(_TIDY_SECONDS, tidy)
every(_FOLLOW_SECONDS, following.follow)
every(_OFFER_SECONDS, offer)
