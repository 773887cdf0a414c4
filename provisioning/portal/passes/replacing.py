"""A pass that is lost or found again: blocked, unblocked, and replaced while its family waits."""

from django.db import transaction
from django.http import HttpRequest

from provisioning.portal.passes import printing
from provisioning.portal.passes.models import Pass
from provisioning.portal.people.models import Child
from provisioning.portal.staff import trail
from provisioning.portal.tasks import asking
from provisioning.portal.tasks.models import Task

Changed = printing.Changed


def replace(request: HttpRequest, old: Pass) -> bytes:
    """A letter with a new pass for the same child; the old one stops. Raises Changed when it was replaced before."""
    child = _child(old)
    made = printing.new_passes(1)
    document = printing.drawn(request, [child], made)
    with transaction.atomic():
        _require(old)
        new = Pass.objects.create(address=made[0].address, child=child)
        task = asking.ask(request, "passes.reissue", old=old.pk, new=new.pk)
        trail.note(request, "passes.replaced", f"pass {old.pk}", by=new.pk, task=task.pk)
        Pass.objects.filter(pk=old.pk).update(replaced_by=new, task=task)
    return document


def set_blocked(request: HttpRequest | None, found: Pass, *, blocked: bool) -> Task:
    """Have it blocked, or let it pay again; without a request the pass itself asks.

    Raises Changed while something else is done to it.
    """
    with transaction.atomic():
        now = _require(found)
        if now.task is not None and now.task.state == Task.State.WAITING:
            raise Changed
        task = asking.ask(request, "passes.block", **{"pass": now.pk, "blocked": blocked})
        Pass.objects.filter(pk=now.pk).update(task=task)
        return task


def is_current(found: Pass) -> bool:
    """Whether it is in somebody's hands, and no other was made in its place."""
    printed = found.letters is None or found.letters.printed_at is not None
    return printed and found.replaced_by_id is None and found.state != Pass.State.REPLACED


def _require(found: Pass) -> Pass:
    now = Pass.objects.select_for_update(of=("self",)).select_related("letters", "task").get(pk=found.pk)
    if not is_current(now):
        raise Changed
    return now


def _child(old: Pass) -> Child:
    if old.child is None:
        raise Changed
    return Child.objects.select_related("household").get(pk=old.child.pk)
