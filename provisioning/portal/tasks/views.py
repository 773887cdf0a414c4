"""What the worker was asked to do, and what came of it. No person stands in it, so all staff may read it."""

import re

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_POST

from provisioning.portal.access import roles_of
from provisioning.portal.tasks import asking
from provisioning.portal.tasks.models import GIVEN_UP, Task, Turn

_PAGE = 50
_STATES_MAX = 100
_NUMBER = re.compile(r"[0-9]{1,18}")


def tasks(request: HttpRequest) -> HttpResponse:
    """All of them, the newest first, or those in one state."""
    state = request.GET.get("state", "")
    found = _in_state(state).select_related("by").defer("arguments", "result").order_by("-id")
    page = Paginator(found, _PAGE).get_page(request.GET.get("page"))
    about = {"page": page, "state": state, "states": Task.State.choices, "turns": Turn.objects.all()}
    return render(request, "tasks/list.html", about)


def states(request: HttpRequest) -> JsonResponse:
    """How the tasks of these numbers stand, each as the HTML that `state.html` makes of it for who was waiting."""
    numbers = [int(text) for text in request.GET.get("ids", "").split(",")[:_STATES_MAX] if _NUMBER.fullmatch(text)]
    found = Task.objects.filter(pk__in=numbers)
    told = {task.pk: {"task": task, "is_news": True} for task in found}
    return JsonResponse(
        {number: render_to_string("tasks/state.html", about, request) for number, about in told.items()}
    )


@require_POST
@transaction.atomic
def again(request: HttpRequest, number: int) -> HttpResponse:
    """Try one again that was given up: somebody has looked at it who might ask for the same."""
    task = get_object_or_404(Task.objects.select_for_update().filter(state__in=GIVEN_UP), pk=number)
    if task.whose not in roles_of(request):
        raise PermissionDenied
    asking.again(request, task)
    return redirect("tasks:list")


def _in_state(state: str) -> QuerySet[Task]:
    return Task.objects.filter(state=state) if state in Task.State.values else Task.objects.all()
