"""Asking for something once, though its page is sent twice; and what the worker asks by itself when that is done."""

from typing import Any

from provisioning.portal.programmes.models import Once
from provisioning.portal.staff import trail
from provisioning.portal.tasks.models import Task


def claim(code: str) -> bool:
    """Whether nobody asked for this before; in the caller's transaction."""
    return Once.objects.get_or_create(code=code)[1]


def follow(task: Task, kind: str, **arguments: Any) -> Task:
    """What follows from a task that is done, on the word of whoever asked for that."""
    asked = Task.objects.create(kind=kind, arguments=arguments, by_id=task.by_id)
    trail.note(None, f"task.{kind}", subject=f"task {asked.pk}", after=task.pk, **arguments)
    return asked
