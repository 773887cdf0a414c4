"""Whose shop it is: every page of a shop begins here, so that no number in an address leads to another's."""

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from provisioning.portal.pages.rows import held
from provisioning.portal.selling.models import Product
from provisioning.portal.shops.models import Shop


def shop_of(request: HttpRequest) -> Shop:
    """The shop that this reader keeps. Raises Http404."""
    return get_object_or_404(Shop, keepers__user_id=request.user.pk)


def selling_shop(request: HttpRequest) -> Shop:
    """The same, while it takes part. Raises Http404."""
    shop = shop_of(request)
    if not may_sell(shop):
        raise Http404
    return shop


def may_sell(shop: Shop) -> bool:
    """Whether families can buy there: not of one that asks yet, was refused or left."""
    return shop.state == Shop.State.ADMITTED and shop.number is not None


def product_of(request: HttpRequest, number: int) -> Product:
    """One of its own products, held until the transaction ends when something is to be changed. Raises Http404."""
    return held(request, Product.objects.filter(shop=selling_shop(request)), number)
