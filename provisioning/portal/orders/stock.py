"""A shop's stock, taken when something is ordered and given back when nothing comes of it. In a transaction."""

from collections.abc import Mapping

from django.db.models import F, Value
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _

from provisioning.portal.family.signed import Wrong
from provisioning.portal.orders.models import Line, Order
from provisioning.portal.selling.models import STOCK_MAX, Product
from provisioning.portal.shops.models import Shop


def take(shop: Shop, quantities: Mapping[int, int]) -> list[Line]:
    """Take these quantities, by product, of what the shop shows; lines at today's prices. Raises Wrong.

    Each is taken by one statement that looks at what is there, so that two who want the last one do not both get it.
    """
    lines = []
    for number in sorted(quantities):  # in one order, so that no two wait for each other
        quantity = quantities[number]
        there = Product.objects.filter(pk=number, shop=shop, shown=True)
        if not there.filter(stock__gte=quantity).update(stock=F("stock") - quantity):
            raise _missing(there.first())
        product = there.get()
        lines.append(Line(product=product, name=product.name, cents=product.cents, quantity=quantity))
    return lines


def give_back(order: Order) -> None:
    """Nothing came of the order. Of what the shop says is sold out nothing is left, whatever stood there."""
    Product.objects.filter(pk__in=order.lines.filter(sold_out=True).values("product")).update(stock=0)
    for product, quantity in _taken(order):
        there = Product.objects.filter(pk=product, stock__lte=STOCK_MAX - quantity)
        there.update(stock=F("stock") + quantity)


def take_again(order: Order) -> None:
    """It was handed over after all: of what somebody else has ordered since, there is none left to take."""
    for product, quantity in _taken(order):
        there = Product.objects.filter(pk=product)
        there.update(stock=Greatest(F("stock"), Value(quantity)) - quantity)


def _taken(order: Order) -> list[tuple[int, int]]:
    """By product, in their order; those that the shop took away, or that are sold out, are no more."""
    found = order.lines.exclude(product=None).filter(sold_out=False).order_by("product_id")
    return [(line.product_id or 0, line.quantity) for line in found]


def _missing(product: Product | None) -> Wrong:
    if product is None:
        return Wrong(409, "gone", _("The shop does not sell one of these any more. Look at your order again."))
    said = _("Of %(product)s there are %(number)s left.") % {"product": product.name, "number": product.stock}
    return Wrong(409, "stock", said, product=product.pk, stock=product.stock)
