"""The family's page: one shell for all passes and all of its sections, which its scripts fill."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe
from pydantic import Field

from contracts.wire.errors import Broken
from contracts.wire.units import to_hex
from provisioning.portal.family import blocking, contract, places, shell, state
from provisioning.portal.family.signed import Holder, Said, signed

_YEAR = 365 * 86_400


class Nothing(Said):
    """A body without any field."""


class Known(Said):
    """What the phone has already."""

    shops: str = Field("", max_length=places.TAG_LENGTH)
    """The tag of the shops that it was told."""


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The shell. It says nothing of anybody, and sets no cookie; `?language=` alone has one kept."""
    wanted = request.GET.get("language")
    if wanted is not None:
        return _in(wanted)
    try:
        here = contract.record()
    except Broken:
        return render(request, "family/closed.html", status=404)
    about = {"record": here, "contract": to_hex(here.contract), "language": get_language()}
    return shell.shown(request, "family/page.html", about)


@signed(Known)
def tell(request: Holder, said: Known) -> JsonResponse:
    """All that the page shows of the pass that asks."""
    return JsonResponse(state.of(request.holder, said.shops))


@signed(Nothing)
def block(request: Holder, _said: Nothing) -> JsonResponse:
    """Have the pass that asks blocked at once."""
    return JsonResponse({"state": blocking.block(request.holder, request.digest)})


def _in(language: str) -> HttpResponse:
    response = redirect("family:page")
    if language in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, language, max_age=_YEAR, secure=settings.SESSION_COOKIE_SECURE,
            httponly=settings.LANGUAGE_COOKIE_HTTPONLY, samesite="Lax",
        )  # fmt: skip
    return response
