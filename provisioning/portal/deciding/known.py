"""What is known here of those in a list: asked of the database in parts, never line by line."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from django.db.models import Exists, OuterRef

from provisioning.portal.applying.models import Mark
from provisioning.portal.deciding.deciding import OPEN
from provisioning.portal.deciding.matching import Candidate, Here, KnownChild
from provisioning.portal.deciding.social_list import Row
from provisioning.portal.passes.models import Grant
from provisioning.portal.people import sealing
from provisioning.portal.people.models import Child, ChildParticulars, Household, Particulars
from provisioning.portal.programmes.models import Programme

_PART = 500
_T = TypeVar("_T")


def particulars(row: Row) -> Particulars:
    """Of the household in a row."""
    return Particulars(row.name, row.address, row.postcode, row.town, row.email, row.phone, row.number)


def child(row: Row) -> ChildParticulars:
    """Of the child in it."""
    return ChildParticulars(row.child, row.born)


def number_print(row: Row) -> bytes:
    """By which its household is found."""
    return sealing.fingerprint("number", row.number)


def child_print(row: Row) -> bytes:
    """By which its child is found."""
    return child(row).fingerprint


def here(candidates: Sequence[Candidate], programme: Programme) -> Here:
    """Of these lines, before any of them is done."""
    households: dict[bytes, int] = {}
    for part in _parts([one.number for one in candidates]):
        rows = Household.objects.filter(by_number__in=part).values_list("by_number", "pk")
        households.update((bytes(print_ or b""), pk) for print_, pk in rows)
    children = {known.pk: known for known in _children(candidates, households, programme)}
    marks: dict[bytes, int] = {}
    for part in _parts([one.child for one in candidates]):
        open_ones = Mark.objects.filter(kind=Mark.Kind.CHILD, print__in=part, application__state__in=OPEN)
        marks.update((bytes(print_), pk) for print_, pk in open_ones.values_list("print", "application"))
    return Here(households, [_known(one) for one in children.values()], marks)


def _children(
    candidates: Sequence[Candidate], households: Mapping[bytes, int], programme: Programme
) -> Iterator[Child]:
    """Those with the same name and day of birth, and all those of the same households."""
    budget = Exists(Grant.objects.filter(child=OuterRef("pk"), programme=programme))
    found = Child.objects.annotate(budget=budget)
    for part in _parts([one.child for one in candidates]):
        yield from found.filter(by_child__in=part)
    for numbers in _parts(list(households.values())):
        yield from found.filter(household__in=numbers)


def _known(one: Child) -> KnownChild:
    return KnownChild(one.household_id, bytes(one.by_child), one.who.born, one.budget)  # type: ignore[attr-defined]


def _parts(of: Sequence[_T]) -> Iterator[Sequence[_T]]:
    return (of[start : start + _PART] for start in range(0, len(of), _PART))
