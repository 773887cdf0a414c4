"""Writing the trail, and seeing that nobody changed it."""

import hashlib
import json
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest
from django.utils import timezone

from provisioning.portal.staff.models import Line

_FIRST = bytes(32)
_LOCK = 0x7472_6169_6C
"""A number that no other lock of this database has: `trail`."""


def note(request: HttpRequest | None, action: str, subject: str = "", **about: Any) -> Line:
    """Write a line in the caller's transaction; `request` is None for what the portal does by itself.

    `about` holds numbers and codes, and nothing of a person.
    """
    by = None if request is None or not request.user.is_authenticated else request.user.pk
    with transaction.atomic():
        _alone()
        last = Line.objects.order_by("-id").first()
        line = Line(at=timezone.now(), by_id=by, action=action, subject=subject, about=about)
        line.chain = _link(bytes(last.chain) if last else _FIRST, line)
        line.save()
    return line


def _alone() -> None:
    """Let nobody else write a line until this transaction ends: each is bound to the one before."""
    if connection.vendor == "postgresql":  # SQLite's transactions are alone from their beginning
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def first_broken() -> Line | None:
    """The first line that is not what was written, or follows one that is gone; None when all is whole."""
    before = _FIRST
    for line in Line.objects.order_by("id").iterator():
        if bytes(line.chain) != _link(before, line):
            return line
        before = bytes(line.chain)
    return None


def _link(before: bytes, line: Line) -> bytes:
    content = [line.at.isoformat(), line.by_id, line.action, line.subject, line.about]
    return hashlib.sha256(before + json.dumps(content, sort_keys=True).encode()).digest()
