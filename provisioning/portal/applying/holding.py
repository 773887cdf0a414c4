"""Which application a browser holds: a cookie with a token that stands nowhere else but, hashed, in its row."""

import hashlib
import secrets
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect

from provisioning.portal.applying.models import Application

COOKIE = "application"
_BYTES = 32

View = Callable[..., HttpResponseBase]


def token() -> str:
    """A new one."""
    return secrets.token_urlsafe(_BYTES)


def hashed(token: str) -> bytes:
    """As the row has it."""
    return hashlib.sha256(token.encode()).digest()


def keep(response: HttpResponse, token: str) -> None:
    """Have the browser keep it until it is closed: families use the library's computers too."""
    response.set_cookie(COOKIE, token, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)


def drop(response: HttpResponse) -> None:
    """Have the browser forget it."""
    response.delete_cookie(COOKIE, samesite="Lax")


def held(request: HttpRequest) -> Application | None:
    """The application of this browser."""
    said = request.COOKIES.get(COOKIE)
    if not said:
        return None
    return Application.objects.select_related("scheme").filter(token_hash=hashed(said)).first()


def mine(*states: Application.State) -> Callable[[View], View]:
    """A view that is given the browser's application, if that is in one of these states."""

    def wrapped(view: View) -> View:
        @wraps(view)
        def opened(request: HttpRequest, *given: Any, **more: Any) -> HttpResponseBase:
            application = held(request)
            if application is None:
                return redirect("applying:follow")
            if application.state not in states:
                return redirect("applying:state")
            return view(request, application, *given, **more)

        return opened

    return wrapped
