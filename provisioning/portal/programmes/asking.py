"""Asking for something once: a page that is sent twice asks for it one time, and what follows is asked by the worker."""

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
