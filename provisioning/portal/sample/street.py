"""Shops of the sample, unless the contract has some."""

from provisioning.portal.sample.staff import FIRST, Hand
from provisioning.portal.shops.models import Shop

_IBANS = ("NL02ABNA0123456789", "NL91ABNA0417164300", "NL20INGB0001234567", "NL69INGB0123456789", "NL44RABO0123456789")
"""Examples that banks publish, and numbers that count up: nobody's."""
_SELLS = (1, 3, 5, 4, 9)
_ADMITTED = 4
_NOWHERE = 3
"""Nobody said where this one stands."""


def fill_shops() -> None:
    """Some that take part, and one that asks to; none when there is any."""
    if Shop.objects.exists():
        return
    hand = Hand(FIRST)
    for number, (category, iban) in enumerate(zip(_SELLS, _IBANS, strict=True), start=1):
        name = f"shop-{number:02}"
        address = {"address": f"Voorbeeldstraat {number}", "postcode": "1234 AB", "town": "Voorbeeld"}
        contact = {"person": f"keeper-{number:02}", "phone": "0800 0000", "email": f"{name}@example.org"}
        hand.send("shops:new", name=name, category=category, iban=iban, account_name="", **address, **contact)
        if number != _NOWHERE:
            Shop.objects.filter(name=name).update(latitude=52 + number / 1000, longitude=6 - number / 1000)
    for shop in Shop.objects.order_by("id")[:_ADMITTED]:
        hand.send("shops:admit", shop.pk)
