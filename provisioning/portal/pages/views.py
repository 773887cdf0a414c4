"""The desk's first page, and the pages that say what went wrong."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from provisioning.portal.access import Role, roles_of


def desk(request: HttpRequest) -> HttpResponse:
    """What there is to do. Whoever keeps a shop is sent to the shop's own first page."""
    if Role.KEEPER in roles_of(request):
        return redirect("selling:home")
    return render(request, "pages/desk.html")


def wrong(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """400: what came in is not what a page asked for."""
    return render(request, "pages/wrong.html", status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """403: it is there, and not for this reader."""
    return render(request, "pages/forbidden.html", status=403)


def missing(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """404."""
    return render(request, "pages/missing.html", status=404)


def broken(request: HttpRequest) -> HttpResponse:
    """500, which must work when little else does."""
    return render(request, "pages/broken.html", status=500)


def stale(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 -- Django's signature
    """403: a form without the mark that this browser was given, mostly because it was open for too long."""
    return render(request, "pages/stale.html", status=403)
