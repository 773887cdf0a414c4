"""What a family is shown of its orders, in plain words."""

from typing import Any

from django.utils.translation import gettext as _

from contracts.wire.units import Address
from provisioning.portal.orders.models import Order
from provisioning.portal.pages.money import euros
from provisioning.portal.programmes.models import Programme
from provisioning.portal.tasks.models import Task

SHOWN_MAX = 20
_State = Order.State
_ENDED = (Programme.State.OVER, Programme.State.CLOSED)


def of_pass(holder: Address) -> list[dict[str, Any]]:
    """Its newest orders, those that are open first."""
    found = Order.objects.filter(holder=holder).select_related("shop", "programme", "task").prefetch_related("lines")
    newest = list(found[:SHOWN_MAX])
    return [row(order) for order in sorted(newest, key=lambda order: not order.is_open)]


def row(order: Order) -> dict[str, Any]:
    """One order, as the page's scripts take it: `name` is what it is called, `said` where it stands.

    It is `moving` while the contract has something to do for it.
    """
    lines = list(order.lines.all())
    return {
        "order": order.code,
        "shop": order.shop.number,
        "shop_name": order.shop.name,
        "programme": order.programme.number,
        "name": ", ".join(line.name for line in lines[:3]),
        "cents": order.cents,
        "state": order.state,
        "said": said(order),
        "until": order.until,
        "lines": [{"name": line.name, "quantity": line.quantity, "cents": line.cents} for line in lines],
        "can_cancel": order.is_open,
        "moving": order.is_waiting,
    }


def said(order: Order) -> str:
    """Where it stands, and where its money is."""
    if order.state == _State.REFUSED:
        return _("The order was not accepted. %(why)s") % {"why": order.get_reason_display()}
    if order.state in {_State.CANCELLED, _State.EXPIRED}:
        return f"{_over(order)} {_money(order)}"
    return {
        _State.ASKED: _("Your order was sent. The money is being set aside."),
        _State.SET_ASIDE: _("The shop gets your order ready."),
        _State.READY: _("Your order is ready. Take your pass with you to the shop."),
        _State.HANDED_OVER: _("You fetched this order."),
    }[_State(order.state)]


def _over(order: Order) -> str:
    if order.state == _State.EXPIRED:
        return _("You did not fetch this order in time.")
    if order.reason == Order.Reason.FAMILY:
        return _("You cancelled this order.")
    return _("This order was cancelled. %(why)s") % {"why": order.get_reason_display()}


def _money(order: Order) -> str:
    """Where it went as the contract told, or that it is on its way, or that there is none to wait for."""
    if order.to_budget is not None:
        return _given_back(order, order.to_budget, order.to_reserve or 0)
    if order.task is not None and order.task.state == Task.State.DONE:
        return _("No money is set aside for it any more.")
    return _("The money is being given back.")


def _given_back(order: Order, to_budget: int, to_reserve: int) -> str:
    """What slices had paid for the pass is repaid first; nothing goes to a budget that is over."""
    if not to_reserve:
        return _("The money is back with your budget.")
    if not to_budget and order.programme.state in _ENDED:
        return _("The money went back to the town. This budget is over.")
    more = _("%(cents)s went to the town. More was bought with this pass than was left on it.") % _sum(to_reserve)
    if not to_budget:
        return more
    back = _("%(cents)s is back with your budget.") % _sum(to_budget)
    return f"{back} {more}"


def _sum(cents: int) -> dict[str, str]:
    return {"cents": euros(cents)}
