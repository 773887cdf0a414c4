"""Who keeps the sample's shops, and what these sell. Nobody is meant, and nothing of it is for sale."""

from io import BytesIO
from itertools import pairwise

from django.db import transaction
from django.http import HttpRequest
from PIL import Image, ImageDraw

from provisioning.portal.sample.staff import FIRST, asking
from provisioning.portal.selling import keepers, pictures
from provisioning.portal.selling.models import Picture, Product
from provisioning.portal.shops.models import Shop
from provisioning.portal.staff import accounts

_SHOPS = 4
_BICYCLE = "Fiets"
_SPORT = (
    (_BICYCLE, "Blauw, 20 inch, met verlichting. Voor 6 tot 9 jaar.", 89_00, 4, 3),
    ("Voetbal", "Maat 5.", 12_50, 3, 20),
    ("Zwemtas", "", 14_95, 9, 0),
)
_SELLS = {
    1: (
        ("Winterjas", "In de maten 116 tot 164.", 49_95, 1, 12),
        ("Regenlaarzen", "In de maten 28 tot 38.", 24_95, 2, 8),
        ("Gymschoenen", "", 19_95, 2, 15),
    ),
    5: (
        ("Rugzak", "Met een vak voor een laptop.", 34_50, 5, 10),
        ("Rekenmachine", "Voor de middelbare school.", 17_95, 5, 6),
    ),
}
"""Name, what is said about it, cents, category and stock, by what the shop sells most; any other sells for sport."""


def fill() -> list[str]:
    """An account and products for each of the first shops that take part; lines that say who may sign in."""
    said = []
    for shop in Shop.objects.filter(state=Shop.State.ADMITTED).exclude(number=None).order_by("number")[:_SHOPS]:
        name = f"keeper-{shop.number:02}"
        password = "(as told the first time)" if shop.keepers.exists() else _open(asking(FIRST), shop, name)
        said.append(f"  {name:12} {password:24} keeper")
    return said


@transaction.atomic
def _open(desk: HttpRequest, shop: Shop, name: str) -> str:
    password = keepers.add(desk, shop, name)
    accounts.make_ready(name)
    for product, about, cents, category, stock in _SELLS.get(shop.category, _SPORT):
        picture = Picture.objects.create(content=_drawn()) if product == _BICYCLE else None
        more = {"cents": cents, "category": category, "stock": stock, "picture": picture}
        Product.objects.create(shop=shop, name=product, about=about, **more)
    return password


def _drawn() -> bytes:
    """A bicycle, as a child draws one."""
    picture = Image.new("RGB", (640, 440), "#f3f5f7")
    pen = ImageDraw.Draw(picture)
    for middle in (160, 480):
        pen.ellipse((middle - 110, 200, middle + 110, 420), outline="#1a1a1a", width=12)
    frame = ((160, 310), (250, 160), (410, 160), (310, 310), (160, 310))
    for begin, end in (*pairwise(frame), ((310, 310), (235, 130)), ((480, 310), (395, 100))):
        pen.line((*begin, *end), fill="#154273", width=16)
    for left, right, height in ((205, 270, 128), (370, 440, 98)):
        pen.line((left, height, right, height), fill="#1a1a1a", width=16)
    out = BytesIO()
    picture.save(out, "PNG")
    return pictures.made(out.getvalue())
