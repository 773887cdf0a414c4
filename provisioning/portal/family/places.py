"""The shops where a pass can be spent: what stands on their windows, and nothing else of them."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection
from typing import Any

from django.utils.translation import get_language

from provisioning import categories
from provisioning.portal.programmes.models import Programme
from provisioning.portal.selling.models import Product
from provisioning.portal.shops.models import Place, Shop

SHOPS_MAX = 2000
TAG_LENGTH = 16
_SHOWN = ("number", "name", "address", "postcode", "town", "latitude", "longitude")


def told(programmes: Collection[Programme], known: str) -> dict[str, Any]:
    """`shops`, and `shops_tag` that is another when they are; null for a phone that has just these already.

    A page that waits for a payment asks every few seconds, and its family may pay for each megabyte.
    """
    shops = of(programmes)
    tag = hashlib.sha256(json.dumps(shops).encode()).hexdigest()[:TAG_LENGTH]
    return {"shops": None if tag == known else shops, "shops_tag": tag}


def of(programmes: Collection[Programme]) -> list[dict[str, Any]]:
    """Those that take part in any of these programmes, by name."""
    found: dict[Shop, list[int]] = defaultdict(list)
    for place in _places(programmes):
        if place.takes_part:
            found[place.shop].append(place.programme.number or 0)
    sells = set(Product.objects.filter(shop__in=found, shown=True).values_list("shop", flat=True))
    return [_shown(shop, numbers, sells=shop.pk in sells) for shop, numbers in found.items()]


def category(number: int) -> str:
    """A category in the reader's language; nothing where it has no name."""
    dutch, english = categories.NAMES.get(number, ("", ""))
    return dutch if get_language() == "nl" else english


def _places(programmes: Collection[Programme]) -> list[Place]:
    admitted = Place.objects.filter(
        programme__in=programmes, shop__state=Shop.State.ADMITTED, shop__number__isnull=False
    )
    return list(admitted.select_related("shop", "programme").order_by("shop__name", "shop_id")[:SHOPS_MAX])


def _shown(shop: Shop, programmes: list[int], *, sells: bool) -> dict[str, Any]:
    about = {name: getattr(shop, name) for name in _SHOWN}
    return {**about, "category": category(shop.category), "programmes": programmes, "sells": sells}
