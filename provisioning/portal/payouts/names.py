"""What programmes, shops and terminals are called, where the contract has only numbers and addresses."""

from collections.abc import Iterable, Mapping

from contracts.wire.units import to_hex
from provisioning.portal.payouts.models import DaySum
from provisioning.portal.programmes.models import Programme
from provisioning.portal.shops.models import Shop, Terminal

_ADDRESS_SIGNS = 10


def programmes(numbers: Iterable[int]) -> Mapping[int, str]:
    """By number; those that the desk does not know are missing."""
    found = Programme.objects.filter(number__in=set(numbers)).values_list("number", "name")
    return {number: name for number, name in found if number is not None}


def shops(numbers: Iterable[int]) -> Mapping[int, str]:
    """By number; those that the desk does not know are missing."""
    found = Shop.objects.filter(number__in=set(numbers)).values_list("number", "name")
    return {number: name for number, name in found if number is not None}


def all_shops() -> list[tuple[int, str]]:
    """Every shop on the contract that the desk knows, or that sold something, to choose from."""
    known = Shop.objects.filter(number__isnull=False).order_by("name", "number").values_list("number", "name")
    named = {number: f"{name} ({number})" for number, name in known if number is not None}
    sold = DaySum.objects.order_by("shop").values_list("shop", flat=True).distinct()
    return [*named.items(), *((number, str(number)) for number in sold if number not in named)]


def terminals(addresses: Iterable[bytes]) -> Mapping[bytes, str]:
    """By address: its label, or how its address begins."""
    wanted = {bytes(each) for each in addresses}
    found = Terminal.objects.filter(address__in=wanted).values_list("address", "label")
    labels = {bytes(address): label for address, label in found if address is not None}
    return {each: labels.get(each) or to_hex(each)[:_ADDRESS_SIGNS] for each in wanted}
