"""Holding a phone's code before a simulated scanner, by one press: for trying it beside a till of the demo."""

import json
import socket
from pathlib import Path
from typing import Annotated

from django.http import JsonResponse
from django.utils.translation import gettext as _
from pydantic import Field

from contracts.wire import passcode
from contracts.wire.errors import Refused
from contracts.wire.passcode import LONGEST_SCAN, PhoneCode
from provisioning.portal import settings
from provisioning.portal.config import Config
from provisioning.portal.family import contract
from provisioning.portal.family.signed import Holder, Said, Wrong, signed

_SECONDS = 3.0
_ANSWER_BYTES = 1024


class Code(Said):
    """What is held up."""

    code: Annotated[str, Field(min_length=1, max_length=LONGEST_SCAN)]


def is_there(portal: Config) -> bool:
    """Whether there is a simulated scanner to hold a code before."""
    return portal.embedded and portal.counter is not None


@signed(Code)
def hold(_request: Holder, said: Code) -> JsonResponse:
    """Let the scanner read it. A code of one use alone: a letter's is a secret, and is sent nowhere."""
    portal = settings.PORTAL
    if portal.counter is None or not is_there(portal):
        raise Wrong(404, "counter", _("There is no counter to try this at."))
    try:
        code = passcode.parse(said.code, contract.record().network)
    except Refused:
        code = None
    if not isinstance(code, PhoneCode):
        raise Wrong(400, "code", _("This is no code of a phone."))
    if not _scan(settings.PLACE / portal.counter, said.code):
        raise Wrong(409, "counter", _("The scanner does not take it. Is it plugged in?"))
    return JsonResponse({})


def _scan(scanner: Path, code: str) -> bool:
    """Whether the scanner read it; not when nothing listens there."""
    try:
        with socket.socket(socket.AF_UNIX) as there:
            there.settimeout(_SECONDS)
            there.connect(str(scanner))
            there.sendall(json.dumps({"scan": code}).encode() + b"\n")
            return there.makefile("rb").readline(_ANSWER_BYTES) == b'{"ok": true}\n'
    except OSError:
        return False
