"""What the desk shows of one household: its children, their passes and their budgets."""

from collections import defaultdict
from dataclasses import dataclass, field

from provisioning.portal.passes.models import Grant, Pass
from provisioning.portal.passes.replacing import is_current
from provisioning.portal.people.models import Child, ChildParticulars, Household
from provisioning.portal.tasks.models import Task


@dataclass(frozen=True, slots=True)
class Shown:
    """A pass, and what may be done with it now."""

    made: Pass
    can_block: bool
    can_unblock: bool
    can_replace: bool


@dataclass(slots=True, repr=False)
class Member:
    """A child with what it has."""

    pk: int
    who: ChildParticulars
    passes: list[Shown] = field(default_factory=list)
    grants: list[Grant] = field(default_factory=list)


def members(household: Household) -> list[Member]:
    """In the order in which the children were noted; the newest pass first. Three queries. Raises Broken."""
    children = list(Child.objects.filter(household=household).order_by("id"))
    passes, grants = defaultdict(list), defaultdict(list)
    found = Pass.objects.filter(child__in=children).select_related("replaced_by", "letters", "task")
    for made in found.order_by("-id"):
        passes[made.child_id].append(_shown(made))
    for grant in Grant.objects.filter(child__in=children).select_related(*_BESIDE).order_by("-id"):
        grants[grant.child_id].append(grant)
    return [Member(child.pk, child.who, passes[child.pk], grants[child.pk]) for child in children]


_BESIDE = ("programme", "given_to", "letters", "task")


def _shown(made: Pass) -> Shown:
    current = is_current(made)
    idle = current and (made.task is None or made.task.state != Task.State.WAITING)
    return Shown(
        made,
        can_block=idle and made.state == Pass.State.MADE,
        can_unblock=idle and made.state == Pass.State.BLOCKED,
        can_replace=current,
    )
