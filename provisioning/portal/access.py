"""Who may open which page: said where the page is named, and refused everywhere else.

`page()` stands in every part's `urls.py`, so that a route without an answer to "who" cannot be written; `Doorkeeper`
refuses any other.
"""

from collections.abc import Callable, Collection
from enum import StrEnum
from typing import Any, Literal

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.urls import URLPattern, path

View = Callable[..., HttpResponseBase]


class Role(StrEnum):
    """What somebody at the town hall does, who may do several; and whoever keeps a shop, who does nothing else."""

    GRANTS = "grants"
    """Applications, decisions, families, passes."""
    SHOPS = "shops"
    """Shops, their terminals and slices."""
    FINANCE = "finance"
    """Programmes, their money, payout."""
    AUDITOR = "auditor"
    """Reads figures and the trail; changes nothing, and sees no family."""
    KEEPER = "keeper"
    """Sees and changes what is one shop's own (`selling.models.Keeper`)."""


ANYBODY: frozenset[Role] = frozenset()
"""The pages for families and shops, and the sign-in itself."""
STAFF = frozenset(Role) - {Role.KEEPER}
"""Whoever works at the town hall."""
SIGNED_IN = frozenset(Role)
"""Whoever has any role: the pages about one's own account."""
HALFWAY: frozenset[Literal["halfway"]] = frozenset({"halfway"})
"""Whoever gave the password, and not the second factor yet."""


def page(route: str, view: View, name: str, who: Collection[Role] | frozenset[Literal["halfway"]]) -> URLPattern:
    """A route with those who may open it."""
    found = path(route, view, name=name)
    found.callback.who = frozenset(who)  # type: ignore[attr-defined]
    return found


def is_verified(request: HttpRequest) -> bool:
    """Whether somebody signed in, with the second factor."""
    return request.user.is_authenticated and bool(request.user.is_verified())  # type: ignore[attr-defined]


def roles_of(request: HttpRequest) -> frozenset[Role]:
    """The roles of whoever asks; none before the second factor was given. Read once for each request."""
    if not is_verified(request):
        return frozenset()
    if not hasattr(request, "portal_roles"):
        groups = set(request.user.groups.values_list("name", flat=True))
        request.portal_roles = frozenset(role for role in Role if role in groups)  # type: ignore[attr-defined]
    return request.portal_roles  # type: ignore[attr-defined, no-any-return]


def standing(request: HttpRequest) -> frozenset[str]:
    """The roles, or how far the sign-in is."""
    if request.user.is_authenticated and not is_verified(request):
        return HALFWAY
    return roles_of(request)


class Doorkeeper:
    """Refuses what no `page()` allows."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass it on; the view is not known yet."""
        return self._get_response(request)

    def process_view(self, request: HttpRequest, view: View, _args: Any, _kwargs: Any) -> HttpResponseBase | None:
        """To the sign-in, to 403, or on."""
        who: frozenset[str] | None = getattr(view, "who", None)
        if who is None:
            raise PermissionDenied
        if who == ANYBODY or standing(request) & who:
            return None
        if is_verified(request):
            if who == HALFWAY:
                return redirect("pages:desk")
            raise PermissionDenied
        return redirect_to_login(request.get_full_path() if request.method == "GET" else resolve_url("pages:desk"))
