"""Who asks: a family's page signs each request with its pass's key. There is no account, and no cookie counts.

    X-Pass       0x and the pass's address
    X-Time       seconds since 1970 UTC
    X-Signature  0x and 64 bytes over `typed_data.request` of method, path, body and time

A request that comes twice within the window does nothing that one does not do; where what it did may be undone
meanwhile, its `digest` is kept.
"""

import logging
import time
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from pydantic import BaseModel, ConfigDict, ValidationError

from contracts.wire import typed_data
from contracts.wire.errors import Broken, TryAgain
from contracts.wire.signature import SIGNATURE_BYTES, recover
from contracts.wire.units import TIMESTAMP_MAX, Address, Hash, Timestamp, address, from_hex
from provisioning.portal.applying import throttle
from provisioning.portal.family import contract, holding

SKEW_SECONDS = 300
BODY_BYTES_MAX = 16 * 1024
MINUTE = 60
FROM_ADDRESS_MAX = 1200
"""Requests from one address in a minute: a whole neighbourhood may share one."""
WRONG_MAX = 30
"""Requests from one address in a minute that no known pass signed."""
OF_PASS_MAX = 120
"""Requests of one pass in a minute: two phones that wait for a payment, each of which asks every few seconds."""

_log = logging.getLogger(__name__)


class Said(BaseModel):
    """What stands in a request's body; nothing else may."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Holder(HttpRequest):
    """A request that a pass signed."""

    holder: Address
    digest: Hash
    """What the pass signed: the same for the same request alone."""


class Wrong(Exception):
    """An answer that is a no: its code is for the page, what is said for whoever reads it."""

    def __init__(self, status: int, code: str, said: str, **more: Any) -> None:
        super().__init__(code)
        self.status = status
        self.content = {"error": code, "said": said, **more}


S = TypeVar("S", bound=Said)
View = Callable[[Holder, S], JsonResponse]


def signed(body: type[S]) -> Callable[[View[S]], Callable[..., HttpResponseBase]]:
    """A view that is given the request with its `holder`, and what its body says. It may raise Wrong."""

    def wrapped(view: View[S]) -> Callable[..., HttpResponseBase]:
        @csrf_exempt  # a signature is asked for instead, which no other site's page can make
        @require_POST
        @wraps(view)
        def answered(request: HttpRequest) -> JsonResponse:
            try:
                asked = _checked(request)
                return view(asked, _read(body, asked.body))
            except Wrong as no:
                return JsonResponse(no.content, status=no.status)
            except (TryAgain, Broken) as error:
                _log.warning("the contract cannot be read: %s", error)
                return JsonResponse(_away().content, status=_away().status)

        answered.signed = True  # type: ignore[attr-defined]
        return answered

    return wrapped


def _checked(request: HttpRequest) -> Holder:
    """Bounded first, then the signature, then whether we know the pass. Raises Wrong, and Broken without a record."""
    where = throttle.address(request)
    if not throttle.take("pass.from", where, FROM_ADDRESS_MAX, MINUTE):
        raise _often()
    if not throttle.is_open("pass.wrong", where, WRONG_MAX):
        raise _often()
    if int(request.META.get("CONTENT_LENGTH") or 0) > BODY_BYTES_MAX:
        raise _old()
    found = _signer(request)
    if found is None or not holding.is_known(found[0]):
        throttle.count("pass.wrong", where, MINUTE)
        raise _unsigned() if found is None else _unknown()
    holder, digest = found
    if not throttle.take("pass.of", holder.hex(), OF_PASS_MAX, MINUTE):
        raise _often()
    asked: Holder = request  # type: ignore[assignment]
    asked.holder, asked.digest = holder, digest
    return asked


def _signer(request: HttpRequest) -> tuple[Address, Hash] | None:
    """The pass that the headers name, and what it signed, when it did and its clock is ours.

    Raises Wrong for another clock.
    """
    said = request.headers
    try:
        holder = address(from_hex(said.get("X-Pass", "")))
        signature = from_hex(said.get("X-Signature", ""))
        at = _time(said.get("X-Time", ""))
    except ValueError:
        return None
    digest = typed_data.request(contract.record().domain, holder, "POST", request.get_full_path(), request.body, at)
    if len(signature) != SIGNATURE_BYTES or recover(digest, signature) != holder:
        return None
    now = int(time.time())
    if abs(now - at) > SKEW_SECONDS:
        raise Wrong(401, "clock", _("The clock of this phone is not right."), time=now)
    return holder, digest


def _time(text: str) -> Timestamp:
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(TIMESTAMP_MAX)) and int(text) <= TIMESTAMP_MAX):
        raise ValueError("a time is seconds since 1970 UTC")
    return Timestamp(int(text))


def _read(body: type[S], content: bytes) -> S:
    try:
        return body.model_validate_json(content)
    except ValidationError:
        raise _old() from None  # the cause would carry what was sent


def _often() -> Wrong:
    return Wrong(429, "often", _("That was too often. Wait a minute, then try again."))


def _old() -> Wrong:
    return Wrong(400, "body", _("This page is not the newest one. Close it and open it again."))


def _unsigned() -> Wrong:
    return Wrong(400, "signature", _("The pass could not be checked. Close this page and open it again."))


def _unknown() -> Wrong:
    return Wrong(404, "unknown", _("This pass is not known here. Look at your letter again, or call us."))


def _away() -> Wrong:
    return Wrong(503, "away", _("The newest figures cannot be shown now. Try again in a few minutes."))
