"""Programmes and shops of the sample, unless the contract has some."""

from datetime import timedelta

from django.utils import timezone

from provisioning.portal.programmes.models import Programme
from provisioning.portal.sample.staff import FIRST, SECOND, Hand
from provisioning.portal.shops.models import Shop

NAME = "Kindpakket"
_GOALS = "Alle kinderen doen mee. Wij willen dat bijna elk budget wordt gebruikt."
_IBANS = ("NL02ABNA0123456789", "NL91ABNA0417164300", "NL20INGB0001234567", "NL69INGB0123456789", "NL44RABO0123456789")
"""Examples that banks publish, and numbers that count up: nobody's."""
_SELLS = (1, 3, 5, 4, 9)
_ADMITTED = 4


def is_of_the_sample() -> bool:
    """Whether the programme was made here, and not found on the contract: those have no goals."""
    return Programme.objects.filter(name=NAME, goals=_GOALS).exists()


def fill_programmes() -> None:
    """One that is live and one that is a draft; none when there is any."""
    if Programme.objects.exists():
        return
    hand, today = Hand(SECOND), timezone.localdate()
    terms = {"floor_limit": "50,00", "day_limit": "150,00", "offline_hours": 24, "slice": "250,00"}
    period = {"begins": today - timedelta(days=60), "ends": today + timedelta(days=300)}
    hand.send("programmes:new", name=NAME, reserve="50000,00", categories=[1, 2, 3, 5], goals=_GOALS, **terms, **period)
    later = {"begins": today + timedelta(days=60), "ends": today + timedelta(days=400)}
    hand.send("programmes:new", name="Sport en muziek", reserve="10000,00", categories=[3, 8, 9], **terms, **later)
    hand.send("programmes:live", Programme.objects.get(name=NAME).pk)


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
    for shop in Shop.objects.order_by("id")[:_ADMITTED]:
        hand.send("shops:admit", shop.pk)
