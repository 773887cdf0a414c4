"""What lets the page stay on a phone: its manifest, its worker, and the page of a code that somebody was given."""

import json
from functools import cache
from hashlib import sha256
from pathlib import Path

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from contracts.wire.errors import Broken
from provisioning.portal import pages, settings
from provisioning.portal.family import contract

_HERE = Path(__file__).parent
_FILES = _HERE / "static"
_WORKER = _FILES / "family" / "worker.js"
_LOOKS = Path(pages.__file__).parent / "static"
_SHARED_LOOKS = ("portal/portal.css", "portal/icon.svg")
_PUT_ON_PHONES = {".js", ".css", ".svg", ".png"}
_ICONS = (("pass.svg", "any", "image/svg+xml"), ("pass-192.png", "192x192", "image/png"),
          ("pass-512.png", "512x512", "image/png"))  # fmt: skip
_BLUE, _WHITE = "#154273", "#ffffff"


@require_safe
def worker(_request: HttpRequest) -> HttpResponse:
    """The service worker: it stands where its page does, and says which files it keeps."""
    return HttpResponse(_worker(), content_type="text/javascript; charset=utf-8")


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
    return render(request, "family/shared.html", {"network": network})


def _icon(name: str, sizes: str, kind: str) -> dict[str, str]:
    return {"src": static(f"family/{name}"), "sizes": sizes, "type": kind, "purpose": "any maskable"}


@cache
def _worker() -> str:
    """Another byte in any file or template is another version, so that a browser takes all of it anew."""
    files = _kept()
    version = sha256()
    for path in (*files.values(), *sorted((_HERE / "templates").rglob("*.html")), _WORKER):
        version.update(path.read_bytes())
    told = {"VERSION": version.hexdigest()[:16], "FILES": list(files)}
    lines = [f"const {name} = {json.dumps(value)};" for name, value in told.items()]
    return "\n".join([*lines, _WORKER.read_text()])


def _kept() -> dict[str, Path]:
    """Each file that a phone keeps, by its address."""
    own = sorted(path for path in (_FILES / "family").rglob("*") if path.suffix in _PUT_ON_PHONES and path != _WORKER)
    names = {path.relative_to(_FILES).as_posix(): path for path in own}
    return {static(name): path for name, path in {**names, **{each: _LOOKS / each for each in _SHARED_LOOKS}}.items()}
