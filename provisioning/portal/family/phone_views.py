"""What lets the page stay on a phone: its manifest, worker and files, and the page of a code that was shared."""

import json
from pathlib import PurePosixPath

from django.http import HttpRequest, HttpResponse, HttpResponseNotFound, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from contracts.wire.errors import Broken
from provisioning.portal import settings
from provisioning.portal.family import contract, shell

_SCRIPT = "text/javascript; charset=utf-8"
_KINDS = {".js": _SCRIPT, ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml", ".png": "image/png"}
_FOR_EVER = "public, max-age=31536000, immutable"
_ICONS = (("pass.svg", "any", "image/svg+xml"), ("pass-192.png", "192x192", "image/png"),
          ("pass-512.png", "512x512", "image/png"))  # fmt: skip
_BLUE, _WHITE = "#154273", "#ffffff"


@require_safe
def worker(_request: HttpRequest) -> HttpResponse:
    """The service worker: it stands where its page does, and says which files it keeps."""
    now = shell.current()
    told = {"VERSION": now.version, "FILES": [now.root + name for name in now.files]}
    lines = [f"const {name} = {json.dumps(value)};" for name, value in told.items()]
    return HttpResponse("\n".join([*lines, now.worker]), content_type=_SCRIPT)


@require_safe
def file(_request: HttpRequest, version: str, name: str) -> HttpResponse:
    """One of the page's files, of this very version: its bytes never change, so a browser may keep it."""
    now = shell.current()
    content = now.files.get(name)
    if version != now.version or content is None:
        return HttpResponseNotFound()
    headers = {"Content-Type": _KINDS[PurePosixPath(name).suffix], "Cache-Control": _FOR_EVER}
    return now.mark(HttpResponse(content, headers=headers))


@require_safe
def manifest(_request: HttpRequest) -> HttpResponse:
    """What a phone calls the page on its own screen: nothing there tells what the pass is for."""
    about = {
        "id": reverse("family:page"),
        "name": f"{_('Pass')} {settings.PORTAL.municipality}",
        "short_name": _("Pass"),
        "lang": get_language(),
        "start_url": reverse("family:page"),
        "scope": reverse("family:page"),
        "display": "standalone",
        "background_color": _WHITE,
        "theme_color": _BLUE,
        "icons": [_icon(*each) for each in _ICONS],
    }
    return JsonResponse(about, content_type="application/manifest+json")


@require_safe
def shared(request: HttpRequest) -> HttpResponse:
    """Draws the code behind the # of its address, which no browser sends."""
    try:
        network = contract.record().network
    except Broken:
        return render(request, "family/closed.html", status=404)
    return shell.shown(request, "family/shared.html", {"network": network})


def _icon(name: str, sizes: str, kind: str) -> dict[str, str]:
    return {"src": static(f"family/{name}"), "sizes": sizes, "type": kind, "purpose": "any maskable"}
