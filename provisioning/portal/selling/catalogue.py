"""What anybody may see: the products that shops offer to families, and their pictures."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import conditional_page, require_safe

from provisioning.portal.selling.models import PRODUCTS_MAX, Picture, Product
from provisioning.portal.shops.models import Shop

_PICTURE_SECONDS = 3600
"""Short enough that a picture that was taken away is gone soon; what stands under a number never changes."""


def on_offer() -> QuerySet[Product]:
    """What is shown, of shops that take part."""
    return Product.objects.filter(shown=True, shop__state=Shop.State.ADMITTED, shop__number__isnull=False)


@require_safe
@conditional_page
def products(_request: HttpRequest, shop: int) -> HttpResponse:
    """Those of the shop with this number on the contract; none of one that does not take part."""
    found = on_offer().filter(shop__number=shop)[:PRODUCTS_MAX]
    answer = JsonResponse({"products": [_said(each) for each in found]})
    answer["Cache-Control"] = "no-cache"  # kept, and asked again each time whether it is so yet
    return answer


def _said(product: Product) -> dict[str, Any]:
    shown = reverse("selling:picture", args=[product.picture_id]) if product.picture_id else None
    said = {name: getattr(product, name) for name in ("name", "about", "cents", "category", "stock")}
    return {"product": product.pk, **said, "picture": shown}


@require_safe
def picture(_request: HttpRequest, number: int) -> HttpResponse:
    """The picture of something that is on offer. Raises Http404."""
    answer = jpeg(get_object_or_404(Picture, pk=number, product__in=on_offer()))
    answer["Cache-Control"] = f"public, max-age={_PICTURE_SECONDS}"
    return answer


def jpeg(found: Picture) -> HttpResponse:
    """As a browser shows it."""
    return HttpResponse(bytes(found.content), content_type="image/jpeg")
