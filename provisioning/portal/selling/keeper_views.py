"""Accounts of a shop's keepers, at the desk: a first password is shown once, in the answer to who asked for it."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from provisioning.portal.pages.rows import held
from provisioning.portal.selling import keepers as accounts
from provisioning.portal.selling import own
from provisioning.portal.selling.forms import KeeperForm
from provisioning.portal.selling.models import Keeper
from provisioning.portal.shops.models import Shop
from provisioning.portal.staff.models import FirstPassword


@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def keepers(request: HttpRequest, number: int) -> HttpResponse:
    """All of a shop, and a new one."""
    shop = held(request, Shop.objects.all(), number)
    form = KeeperForm(request.POST or None, initial={"name": f"shop-{shop.number}-{shop.keepers.count() + 1}"})
    if request.method == "POST" and form.is_valid() and _may_add(shop):
        name = form.cleaned_data["name"]
        return _told(request, shop, name, accounts.add(request, shop, name))
    return render(request, "selling/keepers.html", {"shop": shop, "form": form, **_listed(shop)})


def _listed(shop: Shop) -> dict[str, Any]:
    found = shop.keepers.select_related("user").order_by("user__username")
    waiting = set(FirstPassword.objects.filter(user__keeper__shop=shop).values_list("user_id", flat=True))
    return {"keepers": found, "waiting": waiting, "may_add": _may_add(shop)}


def _may_add(shop: Shop) -> bool:
    return own.may_sell(shop) and shop.keepers.count() < accounts.KEEPERS_MAX


@require_POST
@transaction.atomic
def reset(request: HttpRequest, number: int, keeper: int) -> HttpResponse:
    """A first password again: the phone or the password was lost, or the account opens again."""
    found = _one(number, keeper)
    return _told(request, found.shop, found.user.get_username(), accounts.reset(request, found))


@require_POST
@transaction.atomic
def end(request: HttpRequest, number: int, keeper: int) -> HttpResponse:
    """Let nobody in by it, from the next request on."""
    found = _one(number, keeper)
    accounts.end(request, found)
    messages.success(request, _("Nobody can sign in as %s now.") % found.user.get_username())
    return redirect("selling:keepers", found.shop.pk)


def _told(request: HttpRequest, shop: Shop, name: str, password: str) -> HttpResponse:
    return render(request, "selling/first_password.html", {"shop": shop, "name": name, "password": password})


def _one(number: int, keeper: int) -> Keeper:
    return get_object_or_404(Keeper.objects.select_related("user", "shop"), pk=keeper, shop=number)
