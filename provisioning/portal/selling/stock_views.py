"""Counting the shop: the stock of all products on one page."""

from collections.abc import Sequence
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from provisioning.portal.selling import own
from provisioning.portal.selling.forms import StockField
from provisioning.portal.selling.models import STOCK_MAX, Product
from provisioning.portal.shops.models import Shop
from provisioning.portal.staff import trail


class StockRow(forms.Form):
    """One product. `was` is what the page showed, so that an order that came meanwhile is not forgotten."""

    stock = StockField()
    was = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=STOCK_MAX)


@dataclass(frozen=True, slots=True)
class Row:
    """A product, and its part of the form."""

    product: Product
    form: StockRow

    @property
    def is_right(self) -> bool:
        """Whether what was typed can be kept; a product that came since the page was opened has nothing typed."""
        return not self.form.is_bound or self.form.is_valid()

    @property
    def typed(self) -> int | None:
        """Another number than the page showed; None: it was left as it is."""
        if not self.form.is_bound:
            return None
        now: int = self.form.cleaned_data["stock"]
        return None if now == self.form.cleaned_data["was"] else now


@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def stock(request: HttpRequest) -> HttpResponse:
    """Type what there is; what was not touched stays."""
    shop, is_sent = own.selling_shop(request), request.method == "POST"
    if is_sent:
        list(shop.products.select_for_update().order_by("pk"))  # as orders take them, so that none waits for the other
    rows = [_row(product, request) for product in shop.products.all()]
    wrong = [row for row in rows if not row.is_right]
    if is_sent and not wrong:
        _keep(request, shop, [row for row in rows if row.typed is not None])
        return redirect("selling:stock")
    return render(request, "selling/stock.html", {"rows": rows, "wrong": wrong}, status=400 if wrong else 200)


def _row(product: Product, request: HttpRequest) -> Row:
    prefix = f"p{product.pk}"
    sent = request.POST if f"{prefix}-stock" in request.POST else None
    return Row(product, StockRow(sent, prefix=prefix, initial={"stock": product.stock, "was": product.stock}))


def _keep(request: HttpRequest, shop: Shop, rows: Sequence[Row]) -> None:
    late = [row.product for row in rows if row.product.stock != row.form.cleaned_data["was"]]
    kept = [row for row in rows if row.product not in late]
    for row in kept:
        Product.objects.filter(pk=row.product.pk).update(stock=row.typed)
    if kept:
        trail.note(request, "product.stock", f"shop {shop.pk}", products=[row.product.pk for row in kept])
        messages.success(request, _("The new numbers are kept."))
    for product in late:
        messages.warning(request, _("%s was ordered meanwhile. Look at its number once more.") % product.name)
