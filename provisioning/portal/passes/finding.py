"""A household by what its parent says at the desk: exact, since nothing about it can be read in the database."""

from collections.abc import Mapping

from django.db.models import QuerySet

from provisioning.portal.people import sealing
from provisioning.portal.people.models import Child, Household

FOUND_MAX = 20


def find(said: Mapping[str, str]) -> list[Household]:
    """Those for whom all of it is true; the first twenty. `label` are the first eight hex digits of a pass."""
    found = Household.objects.order_by("id")
    if said.get("number"):
        found = found.filter(by_number=sealing.fingerprint("number", said["number"]))
    if said.get("name"):
        found = found.filter(by_name=sealing.fingerprint("name", said["name"]))
    if said.get("address"):
        found = found.filter(by_address=sealing.fingerprint("address", f"{said['postcode']} {said['address']}"))
    if said.get("label"):
        found = found.filter(pk__in=_with_pass(bytes.fromhex(said["label"])))
    return list(found[:FOUND_MAX])


def _with_pass(first: bytes) -> QuerySet[Child, int]:
    """The households of passes whose address begins so."""
    least, most = first.ljust(20, b"\0"), first.ljust(20, b"\xff")
    found = Child.objects.filter(passes__address__gte=least, passes__address__lte=most)
    return found.values_list("household_id", flat=True)
