"""How a page asks for something on the contract."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from provisioning.portal.staff import trail
from provisioning.portal.tasks.models import Task


def ask(request: HttpRequest | None, kind: str, **arguments: Any) -> Task:
    """Write it down, in the caller's transaction and in the trail. Arguments are numbers and text, and no person's.

    Without a request nobody of the desk asks: its day has come, or a pass asks for itself.
    """
    task = Task.objects.create(kind=kind, arguments=arguments, by_id=request.user.pk if request else None)
    trail.note(request, f"task.{kind}", subject=f"task {task.pk}", **arguments)
    return task


def again(request: HttpRequest | None, task: Task) -> None:
    """Have one tried again that was given up, in the caller's transaction; without a request its time has come."""
    task.state, task.not_before, task.ended_at, task.reason = Task.State.WAITING, timezone.now(), None, None
    task.attempts, task.said = 0, ""
    task.save()
    trail.note(request, "task.again", f"task {task.pk}", kind=task.kind)
