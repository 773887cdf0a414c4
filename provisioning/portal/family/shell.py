"""The page on a phone as one release has it: its files and their version, read once when the portal starts.

A page names its files by the version, and gets those bytes or nothing: none ever runs the scripts of another release.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from provisioning.portal import orders, pages

ROOT = "/pass/static/"
_HERE, _PAGES, _ORDERS = Path(__file__).parent, Path(pages.__file__).parent, Path(orders.__file__).parent
_STATIC, _LOOKS = _HERE / "static", _PAGES / "static"
_WORKER = _STATIC / "family" / "worker.js"
_SHARED_LOOKS = ("portal/portal.css", "portal/icon.svg")
_PUT_ON_PHONES = {".js", ".css", ".svg", ".png"}
_VERSION_LENGTH = 16


@dataclass(frozen=True, slots=True)
class Shell:
    """A release's page: `files` by their names, as family/page.js, and the text of its worker."""

    version: str
    files: Mapping[str, bytes]
    worker: str

    @property
    def root(self) -> str:
        """Where the files are: an address that no other release has."""
        return f"{ROOT}{self.version}/"

    def mark(self, answer: HttpResponse) -> HttpResponse:
        """Say of which release it is, so that a phone's worker keeps no two together."""
        answer["X-Shell"] = self.version
        return answer


@cache
def current() -> Shell:
    """As it stands on the disk at the first call. Another byte in any part of it is another version."""
    files = {name: path.read_bytes() for name, path in _kept().items()}
    worker = _WORKER.read_text()
    version = sha256()
    for content in (*files.values(), worker.encode(), *(path.read_bytes() for path in _around())):
        version.update(sha256(content).digest())
    return Shell(version.hexdigest()[:_VERSION_LENGTH], files, worker)


def shown(request: HttpRequest, template: str, about: Mapping[str, Any]) -> HttpResponse:
    """One of the two pages that a phone keeps, which finds its files below `{{ files }}`."""
    return current().mark(render(request, template, {**about, "files": current().root}))


def _kept() -> dict[str, Path]:
    """Each file that a phone keeps, by its name."""
    own = sorted(path for path in (_STATIC / "family").rglob("*") if path.suffix in _PUT_ON_PHONES and path != _WORKER)
    names = {path.relative_to(_STATIC).as_posix(): path for path in own}
    return {**names, **{name: _LOOKS / name for name in _SHARED_LOOKS}}


def _around() -> Iterator[Path]:
    """What the pages themselves are made from: their templates, and the words in them."""
    yield from sorted((_HERE / "templates").rglob("*.html"))
    yield from sorted((_ORDERS / "templates").rglob("family_*.html"))
    yield _PAGES / "templates" / "pages" / "base.html"
    for part in (_HERE, _ORDERS, _PAGES):
        yield from sorted((part / "locale").rglob("*.mo"))
