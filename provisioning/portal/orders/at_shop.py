"""A shop's own orders, and how many of them wait for it."""

from django.db.models import Count, Q, QuerySet

from provisioning.portal.orders.models import OPEN, Order
from provisioning.portal.shops.models import Shop


def summary(shop: Shop) -> dict[str, int]:
    """How many are `new`, to be got ready, and how many are `ready` to be fetched."""
    new, ready = Q(state=Order.State.SET_ASIDE), Q(state=Order.State.READY)
    found = Order.objects.filter(shop=shop)
    return found.aggregate(new=Count("pk", filter=new), ready=Count("pk", filter=ready))


def listed(found: QuerySet[Order], which: str) -> QuerySet[Order]:
    """Those in this state, or those that are open; all for anything else. Open ones stand first by when they end."""
    if which == "open":
        return found.filter(state__in=OPEN).order_by("until", "id")
    return found.filter(state=which) if which in Order.State.values else found
