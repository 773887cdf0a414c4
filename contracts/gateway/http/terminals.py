"""What terminals ask: to take entries in, and what is theirs to read. 2xx to a segment means that it has committed."""

from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field, ValidationError

from contracts.gateway.http import auth
from contracts.gateway.http.bodies import (
    AcceptedBody,
    AddressHex,
    Body,
    ClockBody,
    ConflictBody,
    OutcomesBody,
    PositionBody,
    RefusalBody,
    SalesBody,
    SegmentBody,
    SnapshotBody,
    TerminalPath,
)
from contracts.gateway.http.gate import OwnTurn
from contracts.gateway.http.gateway import Gateway, Here
from contracts.gateway.http.rates import place_of
from contracts.gateway.serving import changes, intake
from contracts.gateway.serving.outcomes import outcomes_after
from contracts.gateway.serving.sales import sales_of
from contracts.gateway.serving.snapshot import snapshot
from contracts.gateway.store import journals
from contracts.wire.errors import TryAgain
from contracts.wire.units import SEQUENCE_MAX, Address, from_hex, to_hex

router = APIRouter(prefix="/v1/terminals/{terminal}")
WAIT_SECONDS_MAX = 15
"""A terminal waits 20 s for any answer."""
_log = structlog.get_logger("gateway.api")
_REFUSALS: dict[int | str, dict[str, Any]] = {
    422: {"model": RefusalBody},
    413: {"model": RefusalBody},
    403: {"model": RefusalBody},
}
SIGNED: dict[int | str, dict[str, Any]] = {**_REFUSALS, 401: {"model": RefusalBody | ClockBody}}


class OutcomesQuery(Body):
    """Which outcomes."""

    after: Annotated[int, Field(ge=0, le=SEQUENCE_MAX, description="only sequences above this one")] = 0


class SalesQuery(Body):
    """Which sales."""

    pass_address: Annotated[AddressHex, Field(description="whose, and those of the passes that it replaced")]


class SnapshotQuery(Body):
    """What the terminal has, and how long to wait for something newer."""

    known: Annotated[str, Field(max_length=64, description="the version of the terminal's snapshot")] | None = None
    wait: Annotated[int, Field(ge=0, le=WAIT_SECONDS_MAX, description="seconds")] = 0


def _asking(
    here: Here,
    terminal: TerminalPath,
    request: Request,
    time: Annotated[str | None, Header(alias=auth.TIME_HEADER)] = None,
    signature: Annotated[str | None, Header(alias=auth.SIGNATURE_HEADER)] = None,
) -> Address:
    """The terminal that signed this request, and is on the contract."""
    address = Address(from_hex(terminal))
    auth.check(here.domain, address, _target(request), (time, signature), here.clock())
    _check_registered(here, address, request)  # who makes up terminals pushes out nothing that is remembered of others
    here.rates.asked(place_of(request.scope), address, from_hex(signature or ""))
    return address


Asking = Annotated[Address, Depends(_asking)]


def _check_registered(here: Gateway, terminal: Address, request: Request) -> None:
    """Raises as Register does. One of which nobody can say whether it is on the contract counts as a failure, too."""
    try:
        here.register.check(terminal)
    except TryAgain:
        here.rates.failed(place_of(request.scope), None)
        raise


async def _segment_body(request: Request) -> SegmentBody:
    """The body, by pydantic's own JSON parser: it bounds depth and numbers, which the standard library's does not."""
    try:
        return SegmentBody.model_validate_json(await request.body())
    except ValidationError as error:
        raise RequestValidationError(error.errors(include_input=False, include_context=False)) from error


def _json_body(model: type[BaseModel]) -> dict[str, Any]:
    """The body's description in the OpenAPI document."""
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": model.model_json_schema()}}}}


@router.post(
    "/segments",
    responses={**SIGNED, 409: {"model": ConflictBody}},
    openapi_extra=_json_body(SegmentBody),
)
def take_in(
    here: Here, terminal: TerminalPath, request: Request, body: Annotated[SegmentBody, Depends(_segment_body)]
) -> AcceptedBody:
    """Take in consecutive entries of a journal. The same bytes may come again; what overlaps must be the same."""
    segment = body.segment(Address(from_hex(terminal)))
    intake.check(here.domain, segment)
    _check_registered(here, segment.terminal, request)
    here.rates.handed_in(place_of(request.scope), segment.terminal, segment.signature)
    here.disk.check()
    now_at = intake.take_in(here.store, here.domain, segment, here.clock())
    _log.info("taken in", terminal=terminal, first=segment.first, last=segment.last, sequence=now_at.sequence)
    return AcceptedBody(sequence=now_at.sequence, head=to_hex(now_at.head))


@router.get("/position", responses=SIGNED)
def position(here: Here, terminal: Asking) -> PositionBody:
    """What the gateway has of this journal."""
    with here.store.reading() as connection:
        now_at = journals.position(connection, here.domain, terminal)
    signature = None if now_at.signature is None else to_hex(now_at.signature)
    return PositionBody(sequence=now_at.sequence, head=to_hex(now_at.head), signature=signature)


@router.get("/outcomes", responses=SIGNED)
def outcomes(here: Here, terminal: Asking, query: Annotated[OutcomesQuery, Query()]) -> OutcomesBody:
    """What the contract made of this journal's entries, at final depth; at most 500 at once."""
    return outcomes_after(here.store, terminal, query.after)


@router.get("/snapshot", response_model=SnapshotBody, responses={**SIGNED, 204: {}})
async def read_snapshot(
    here: Here, terminal: Asking, query: Annotated[SnapshotQuery, Query()], turn: OwnTurn
) -> Response:
    """Programmes and budgets for this terminal, as far as they changed since the version that it has.

    204 when nothing has, not even after `wait` seconds.
    """
    turn.give_back()  # whoever waits for a change, or reads pages, keeps no entries from being taken in
    if query.wait and query.known:
        concern = await here.changes.read(changes.concern_of, here.store, terminal, query.known)
        if concern is not None:
            await here.changes.wait(concern, query.wait)
    found = await here.changes.read(snapshot, here.store, here.domain, here.network, terminal, query.known)
    if found is None:
        return Response(status_code=204)
    return Response(found.model_dump_json(), media_type="application/json")


@router.get("/sales", responses=SIGNED)
def sales(here: Here, terminal: Asking, query: Annotated[SalesQuery, Query()]) -> SalesBody:
    """What a pass paid at this terminal's shop, at final depth; the newest 20, with what was given back of each."""
    return sales_of(here.store, here.domain, terminal, Address(from_hex(query.pass_address)))


def _target(request: Request) -> str:
    """Path and query as they were sent: what the terminal signed."""
    path, query = request.scope["raw_path"], request.scope["query_string"]
    return (path + b"?" + query if query else path).decode("latin-1")  # type: ignore[no-any-return]
