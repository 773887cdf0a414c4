"""What the portal's own tables know of a pass: whether it is one, what it was replaced by, and where it has budgets."""

from django.db.models import Q, QuerySet

from contracts.wire.units import Address
from provisioning.portal.figures.models import Budget
from provisioning.portal.passes.models import Grant, Pass
from provisioning.portal.programmes.models import Programme

PROGRAMMES_MAX = 32
"""In which one pass has budgets at a time; of more, the newest."""


def is_known(holder: Address) -> bool:
    """Whether it is a pass of this town: made at the desk, or granted something on the contract by another way."""
    return Pass.objects.filter(address=holder).exists() or _on_chain(holder).exists()


def programmes(holder: Address) -> dict[int, Programme]:
    """Those in which it has a budget, or is about to have one, by their numbers on the contract."""
    given = Grant.objects.filter(Q(given_to__address=holder) | Q(given_to__replaced_by__address=holder))
    wanted = Q(number__in=_on_chain(holder).values("programme")) | Q(pk__in=given.values("programme"))
    found = Programme.objects.filter(wanted, number__isnull=False).order_by("-id")[:PROGRAMMES_MAX]
    return {each.number: each for each in reversed(found) if each.number is not None}


def granted(holder: Address) -> dict[int, int]:
    """What was granted to it in all, in cents, by programme, as far as the chain was read."""
    return dict(_on_chain(holder).values_list("programme", "granted"))


def is_replaced(holder: Address, found: Pass | None) -> bool:
    """Whether another pass took its place."""
    if found is not None:
        return found.state == Pass.State.REPLACED
    rows = list(_on_chain(holder).values_list("successor", flat=True))
    return bool(rows) and all(row is not None for row in rows)


def _on_chain(holder: Address) -> QuerySet[Budget]:
    ours = Programme.objects.filter(number__isnull=False).values("number")
    return Budget.objects.filter(programme__in=ours, address=holder)
