"""The first page of a shop."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from provisioning.portal.selling import own


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What there is to do."""
    shop = own.shop_of(request)
    return render(request, "selling/home.html", {"shop": shop, "may_sell": own.may_sell(shop)})
