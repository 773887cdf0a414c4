"""A shop's first page, its tills, and what is known of it."""

from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from provisioning.portal.orders import at_shop
from provisioning.portal.payouts import names
from provisioning.portal.payouts.models import Credit
from provisioning.portal.programmes.forms import category_name
from provisioning.portal.selling import own
from provisioning.portal.shops.models import Shop, Terminal
from provisioning.portal.shops.terminal_views import trouble_of

_SHOWN = 4
"""Signs of an account's number: enough for whoever knows it, and nothing for whoever does not."""


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What there is to do, and what is on its way to the shop."""
    shop = own.shop_of(request)
    about = {
        "shop": shop,
        "may_sell": own.may_sell(shop),
        "orders": at_shop.summary(shop),
        "products": _products(shop),
        "wrong": [each for each in _tills(shop) if each.why],  # type: ignore[attr-defined]
        "credits": _credits(shop),
    }
    return render(request, "selling/home.html", about)


def _products(shop: Shop) -> dict[str, int]:
    seen = Q(shown=True)
    return shop.products.aggregate(
        seen=Count("pk", filter=seen), sold_out=Count("pk", filter=seen & Q(stock=0)), hidden=Count("pk", filter=~seen)
    )


def _credits(shop: Shop) -> list[dict[str, Any]]:
    """What each programme owes it, with the programme's name and how it is paid."""
    if shop.number is None:
        return []
    found = Credit.objects.filter(shop=shop.number).exclude(cents=0)
    called = names.programmes(each.programme for each in found)
    return [{"name": called.get(each.programme, str(each.programme)), "credit": each} for each in found]


@require_safe
def terminals(request: HttpRequest) -> HttpResponse:
    """Each till: whether all is well, and what to do when it is not."""
    shop = own.shop_of(request)
    return render(request, "selling/terminals.html", {"shop": shop, "terminals": _tills(shop)})


def _tills(shop: Shop) -> list[Terminal]:
    """Those that are in use, with `why` in words where something is wrong."""
    found = list(shop.terminals.exclude(address=None).filter(retired=False))
    for each in found:
        each.why = trouble_of(each)  # type: ignore[attr-defined]
    return found


@require_safe
def details(request: HttpRequest) -> HttpResponse:
    """What families read of it, and what the desk knows. The desk alone changes it: a call is how it knows a shop."""
    shop = own.shop_of(request)
    known = shop.contact
    about = {"shop": shop, "sells": category_name(shop.category), "known": known}
    return render(request, "selling/details.html", {**about, "account_ends": known.get("iban", "")[-_SHOWN:]})
