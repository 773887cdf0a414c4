"""What the gateway is told, so that tills offer the orders that are ready."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.utils import timezone

from contracts.wire.errors import Broken, Refused
from contracts.wire.units import Cents, Timestamp, to_hex
from provisioning import desk, offering
from provisioning.enrolling import TOKEN_VARIABLE
from provisioning.offering import NAME_MAX, ROWS_MAX, Row
from provisioning.portal import settings
from provisioning.portal.orders.models import Line, Offered, Order
from provisioning.portal.shops.models import Shop

_AGAIN = timedelta(hours=1)
"""A gateway that was set back hears again of what waits."""


def offer() -> None:
    """Tell the gateway of each shop's orders that are ready. Raises TryAgain when it does not answer.

    What it refuses of one shop keeps no other shop's orders back. Raises Broken for that at the end.
    """
    token = desk.environment().get(TOKEN_VARIABLE)
    if settings.PORTAL.gateway is None or not token:
        return  # the round that reads how tills are says what is missing
    refused = []
    for shop, rows in changed():
        try:
            offering.publish(settings.PORTAL.gateway, token, shop.number or 0, rows)
        except (Refused, Broken) as fault:
            refused.append(f"shop {shop.number}: {fault}")
            continue
        Offered.objects.update_or_create(shop=shop, defaults={"rows": _kept(rows), "told_at": timezone.now()})
    if refused:
        raise Broken("; ".join(refused))


def changed() -> list[tuple[Shop, list[Row]]]:
    """The shops of which the gateway knows other orders than those that are ready, and these."""
    rows = _ready()
    told = {each.shop_id: each for each in Offered.objects.all()}
    shops = Shop.objects.filter(pk__in={*rows, *told}, number__isnull=False)
    return [(shop, now) for shop in shops if _is_news(now := rows.get(shop.pk, []), told.get(shop.pk))]


def name(lines: Sequence[Line]) -> str:
    """What the till says to the shopkeeper: the first product, and how many others there are."""
    first, more = lines[0], len(lines) - 1
    said = f"{first.quantity} x {first.name}" if first.quantity > 1 else first.name
    end = f" +{more}" if more else ""
    return said[: NAME_MAX - len(end)] + end


def _ready() -> dict[int, list[Row]]:
    """By shop; those that are ready for longest, as many as a till is told of."""
    ready = Order.objects.filter(state=Order.State.READY).order_by("ready_at", "id")
    found = defaultdict[int, list[Row]](list)
    for order in ready.select_related("programme").prefetch_related("lines"):
        if len(found[order.shop_id]) < ROWS_MAX:
            found[order.shop_id].append(_row(order))
    return found


def _row(order: Order) -> Row:
    programme, said = order.programme.number or 0, name(list(order.lines.all()))
    return Row(order.whose, programme, Cents(order.cents), Timestamp(order.until), said)


def _kept(rows: Sequence[Row]) -> list[list[Any]]:
    """As they are compared later."""
    return [[to_hex(row.pass_address), row.programme, row.amount, row.until, row.name] for row in rows]


def _is_news(rows: Sequence[Row], told: Offered | None) -> bool:
    if told is None or told.rows != _kept(rows):
        return True
    return bool(rows) and told.told_at < timezone.now() - _AGAIN
