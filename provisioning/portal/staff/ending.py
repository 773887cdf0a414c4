"""When a session is over: after half an hour without a request, and after a working day in any case."""

import time
from collections.abc import Callable

from django.contrib.auth import logout, user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

IDLE_SECONDS = 30 * 60
DAY_SECONDS = 9 * 3600
_NOTED_EVERY_SECONDS = 60
_BEGAN, _SEEN = "began", "seen"
_BY_ITSELF = "tasks:states"
"""What a page asks for while nobody is there: a screen that was left with a task that waits ends as any other."""


@receiver(user_logged_in)
def _begin(request: HttpRequest, **_more: object) -> None:
    request.session[_BEGAN] = request.session[_SEEN] = int(time.time())


class Ending:
    """Signs out whoever was away too long."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """End it, or note that it is in use, at most once a minute."""
        if request.user.is_authenticated:
            now = int(time.time())
            began, seen = (int(request.session.get(name, 0)) for name in (_BEGAN, _SEEN))
            if now - seen > IDLE_SECONDS or now - began > DAY_SECONDS:
                logout(request)
            elif now - seen > _NOTED_EVERY_SECONDS and request.path != reverse(_BY_ITSELF):
                request.session[_SEEN] = now
        return self._get_response(request)
