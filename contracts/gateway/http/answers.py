"""Every "no" as an HTTP answer: a status, a reason code of `contracts.wire.reasons`, and words. Nothing is echoed."""

import time
from collections.abc import Mapping

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from contracts.gateway.http.auth import WrongClock
from contracts.gateway.http.bodies import ClockBody, ConflictBody, LaterBody, RefusalBody
from contracts.gateway.http.rates import Leaky, TooMany
from contracts.gateway.serving.intake import Conflict
from contracts.wire.errors import Refused, TryAgain
from contracts.wire.reasons import Reason
from contracts.wire.units import to_hex

RETRY_AFTER_SECONDS = 2
LOG_BURST, LOG_PER_SECOND = 100, 1
"""Lines of one sort: whoever floods the gateway does not fill its disk. The metrics count them all."""

_DETAIL_MAX = 200
_STATUS = {
    Reason.REQUEST_FORM: 422,
    Reason.REQUEST_SIGNATURE: 401,
    Reason.REQUEST_CLOCK: 401,
    Reason.REQUEST_TOO_LARGE: 413,
    Reason.JOURNAL_SIGNATURE: 401,
    Reason.TERMINAL_UNKNOWN: 403,
    Reason.ADMIN_UNKNOWN: 401,
    Reason.ADMIN_ROLE: 403,
    Reason.ENROL_CODE: 403,
    Reason.ENROL_CONSENT: 403,
    Reason.NOTHING_NEW: 404,
    Reason.GAP: 409,
    Reason.FORK: 409,
}
_SIGN = {"WWW-Authenticate": "Kindpakket"}
_CHALLENGES = {Reason.ADMIN_UNKNOWN: {"WWW-Authenticate": "Bearer"}}
"""What a 401 asks for (RFC 9110, 11.6.1): a terminal's signature, or an admin's credential."""

_log = structlog.get_logger("gateway.api")
_said: Leaky[str] = Leaky(LOG_BURST, LOG_PER_SECOND, time.monotonic)


def install(app: FastAPI) -> None:
    """Give every error of ours, and of the framework, its answer."""
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(TryAgain, _try_again)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _framework)


async def _refused(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, Refused):
        raise error
    _say("refused", reason=error.reason.name, detail=error.detail, **request.path_params)
    status = _STATUS[error.reason]
    return _answer(status, _body(error), _CHALLENGES.get(error.reason, _SIGN) if status == 401 else None)


def _body(error: Refused) -> BaseModel:
    reason, detail = error.reason.value, error.detail[:_DETAIL_MAX]
    if isinstance(error, WrongClock):
        return ClockBody(reason=reason, detail=detail, time=error.time)
    if isinstance(error, Conflict):
        here = error.position
        signature = None if here.signature is None else to_hex(here.signature)
        return ConflictBody(reason=reason, sequence=here.sequence, head=to_hex(here.head), signature=signature)
    return RefusalBody(reason=reason, detail=detail)


async def _try_again(_request: Request, error: Exception) -> JSONResponse:
    _say("try again", why=str(error))
    what, _, _ = str(error).partition(": ")  # the rest is how our database or node is called, and for the log
    return later(429 if isinstance(error, TooMany) else 503, what)


def _say(event: str, **about: str) -> None:
    kind = about.get("reason", event)
    if not _said.is_full(kind):
        _said.add(kind)
        _log.warning(event, **about)


def later(status: int, why: str) -> JSONResponse:
    """Not now: nothing was decided, and the same request is welcome in a moment. So it has no reason of a refusal."""
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
    return JSONResponse(LaterBody(detail=why[:_DETAIL_MAX]).model_dump(), status, headers)


async def _malformed(_request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, RequestValidationError):
        raise error
    first = error.errors()[0]
    detail = f"{'.'.join(str(part)[:40] for part in first['loc'])}: {first['msg']}"
    return _answer(422, RefusalBody(reason=Reason.REQUEST_FORM, detail=detail[:_DETAIL_MAX]))


async def _framework(_request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, HTTPException):
        raise error
    status = 422 if error.status_code == 400 else error.status_code
    body = RefusalBody(reason=Reason.REQUEST_FORM, detail=str(error.detail)[:_DETAIL_MAX])
    return _answer(status, body, error.headers)


def _answer(status: int, body: BaseModel, headers: Mapping[str, str] | None = None) -> JSONResponse:
    return JSONResponse(body.model_dump(), status, headers)
