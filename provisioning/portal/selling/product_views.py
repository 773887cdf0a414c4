"""A shop's products: what there is, a new one, a change, and what families do not see for a while."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from provisioning.portal.pages.rows import held
from provisioning.portal.programmes.asking import claim
from provisioning.portal.selling import catalogue, own
from provisioning.portal.selling.forms import ChangeProductForm, NewProductForm
from provisioning.portal.selling.models import PRODUCTS_MAX, Picture, Product
from provisioning.portal.shops.models import Shop
from provisioning.portal.shops.views import new_code
from provisioning.portal.staff import trail

_PAGE = 50
_FIELDS = ("name", "cents", "category", "stock", "about")
_page = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def products(request: HttpRequest) -> HttpResponse:
    """All of them; none of a shop that does not take part. `hidden` is the one that was just hidden."""
    shop = own.shop_of(request)
    mine = shop.products.all() if own.may_sell(shop) else shop.products.none()
    page = Paginator(mine, _PAGE).get_page(request.GET.get("page"))
    said = request.GET.get("hidden", "")
    hidden = mine.filter(pk=int(said), shown=False).first() if said.isdecimal() else None
    about = {"shop": shop, "page": page, "hidden": hidden, "may_sell": own.may_sell(shop)}
    return render(request, "selling/products.html", about)


@_page
@transaction.atomic
def new(request: HttpRequest) -> HttpResponse:
    """One more, which families see at once. The shop is held, so that no two take the last room that there is."""
    shop = held(request, Shop.objects.all(), own.selling_shop(request).pk)
    begun = {"category": shop.category, "once": new_code()}
    form = NewProductForm(request.POST or None, request.FILES or None, initial=begun)
    if shop.products.count() >= PRODUCTS_MAX:
        messages.warning(request, _("You have 200 products already. Change one that you do not sell any more."))
        return redirect("selling:products")
    if request.method != "POST" or not form.is_valid():
        return render(request, "selling/product.html", {"form": form, "product": None})
    if claim(f"product {shop.pk} {form.cleaned_data['once']}"):
        made = _filled(Product(shop=shop), form.cleaned_data)
        trail.note(request, "product.added", f"product {made.pk}", shop=shop.pk, cents=made.cents)
    return redirect("selling:products")


@_page
@transaction.atomic
def change(request: HttpRequest, number: int) -> HttpResponse:
    """Another price, word or picture. What was ordered already stays as it was."""
    product = own.product_of(request, number)
    form = ChangeProductForm(product, request)
    if request.method != "POST" or not form.is_valid():
        return render(request, "selling/product.html", {"form": form, "product": product})
    changed = [name for name in _FIELDS if getattr(product, name) != form.cleaned_data[name]]
    changed += ["picture"] if form.cleaned_data["picture"] else []
    _filled(product, form.cleaned_data)
    trail.note(request, "product.changed", f"product {product.pk}", fields=changed, cents=product.cents)
    return redirect("selling:products")


def _filled(product: Product, said: dict[str, Any]) -> Product:
    for name in _FIELDS:
        setattr(product, name, said[name])
    if said["picture"]:
        _drop_picture(product)
        product.picture = Picture.objects.create(content=said["picture"])
    product.save()
    return product


def _drop_picture(product: Product) -> None:
    """Nobody sees it any more under its address either."""
    if product.picture is not None:
        product.picture.delete()
        product.picture = None


@require_POST
@transaction.atomic
def hide(request: HttpRequest, number: int) -> HttpResponse:
    """Families do not see it any more."""
    return _shown(request, number, shown=False)


@require_POST
@transaction.atomic
def show(request: HttpRequest, number: int) -> HttpResponse:
    """Families see it again."""
    return _shown(request, number, shown=True)


def _shown(request: HttpRequest, number: int, *, shown: bool) -> HttpResponse:
    product = own.product_of(request, number)
    if product.shown != shown:
        product.shown = shown
        product.save(update_fields=["shown"])
        trail.note(request, "product.shown" if shown else "product.hidden", f"product {product.pk}")
    answer = redirect("selling:products")
    if not shown:
        answer["Location"] += f"?hidden={product.pk}"
    return answer


@require_POST
@transaction.atomic
def remove_picture(request: HttpRequest, number: int) -> HttpResponse:
    """It has none any more."""
    product = own.product_of(request, number)
    _drop_picture(product)
    product.save(update_fields=["picture"])
    trail.note(request, "product.changed", f"product {product.pk}", fields=["picture"])
    return redirect("selling:change", product.pk)


@require_safe
def picture(request: HttpRequest, number: int) -> HttpResponse:
    """The picture of its own, whether families see it or not. Raises Http404."""
    return catalogue.jpeg(get_object_or_404(Picture, product=own.product_of(request, number)))
