"""One task after another, on the contract. Errors are sorted by what must be done about them."""

import logging
from datetime import timedelta

from django.db import OperationalError, transaction
from django.utils import timezone

from contracts.chain import Overtaken, Reverted
from contracts.wire.errors import Broken, Refused, TryAgain
from contracts.wire.reasons import MEANINGS
from provisioning.portal.tasks.handlers import HANDLERS, Handler, Result
from provisioning.portal.tasks.models import Task
from provisioning.town import Town

_LOG = logging.getLogger(__name__)
_SECONDS_MAX = 300
_OVERTAKEN_MAX = 10
"""So often what was overtaken is tried again by itself: each time costs gas."""
_State = Task.State


def do_next(town: Town) -> Task | None:
    """Do the oldest task that is due; None when there is none. What it did stands in the task."""
    task = Task.objects.filter(state=_State.WAITING, not_before__lte=timezone.now()).order_by("id").first()
    if task is not None:
        do(town, task)
    return task


def do(town: Town, task: Task) -> None:
    """Try it once, and write down what came of it."""
    task.attempts += 1
    handler = HANDLERS.get(task.kind)
    if handler is None:
        _end(task, _State.BROKEN, f"nothing here knows how to do {task.kind}")
        return
    try:
        result = handler.act(town, task.arguments)
        _done(task, handler, result)
    except (TryAgain, OperationalError) as fault:
        _later(task, str(fault))
    except Overtaken as fault:
        _overtaken(task, str(fault))
    except Refused as refusal:
        task.reason = refusal.reason.value
        _end(task, _State.REFUSED, " ".join(filter(None, (MEANINGS[refusal.reason].en, refusal.detail))))
    except Reverted as refusal:
        _end(task, _State.REFUSED, str(refusal))
    except Broken as fault:
        _end(task, _State.BROKEN, str(fault))
    except Exception as fault:  # noqa: BLE001 -- a mistake in one handler must not keep all others from their work
        _LOG.exception("task %s, %s", task.pk, task.kind)
        _end(task, _State.BROKEN, f"the program has a mistake here ({type(fault).__name__}); its log says more")


def _done(task: Task, handler: Handler, result: Result) -> None:
    with transaction.atomic():
        task.result = result
        handler.note(task)
        _end(task, _State.DONE, "")


def _overtaken(task: Task, said: str) -> None:
    """Often by its own first attempt, which nobody saw in a block: begun again, it finds that, or is told why not."""
    if task.attempts < _OVERTAKEN_MAX:
        _later(task, said)
    else:
        _end(task, _State.REFUSED, said)


def _end(task: Task, state: Task.State, said: str) -> None:
    task.state, task.said, task.ended_at = state, said, timezone.now()
    if state != _State.DONE:
        task.result = None
    task.save()


def _later(task: Task, said: str) -> None:
    """Try again, each time after twice as long."""
    task.state, task.ended_at, task.result = _State.WAITING, None, None
    seconds = min(2 ** min(task.attempts, 9), _SECONDS_MAX)
    task.said, task.not_before = said, timezone.now() + timedelta(seconds=seconds)
    task.save()
