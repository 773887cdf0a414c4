"""The routes, and nothing else. 2xx to a segment means that it has committed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import structlog
from fastapi import Depends, FastAPI, Header, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field, ValidationError
from starlette.types import Lifespan

from contracts.gateway.http import answers, auth
from contracts.gateway.http.auth import Clock
from contracts.gateway.http.bodies import (
    AcceptedBody,
    AddressHex,
    Body,
    ClockBody,
    ConflictBody,
    HealthBody,
    OutcomesBody,
    PositionBody,
    RefusalBody,
    SalesBody,
    SegmentBody,
    SnapshotBody,
    TerminalPath,
)
from contracts.gateway.http.limits import BoundedBodies
from contracts.gateway.serving import intake
from contracts.gateway.serving.outcomes import outcomes_after
from contracts.gateway.serving.register import Register
from contracts.gateway.serving.sales import sales_of
from contracts.gateway.serving.snapshot import snapshot
from contracts.gateway.settling import attention
from contracts.gateway.store import journals
from contracts.gateway.store.database import Store
from contracts.wire.typed_data import Domain
from contracts.wire.units import SEQUENCE_MAX, Address, from_hex, to_hex

_log = structlog.get_logger("gateway.api")
_REFUSALS: dict[int | str, dict[str, Any]] = {
    422: {"model": RefusalBody},
    413: {"model": RefusalBody},
    403: {"model": RefusalBody},
}
_SIGNED: dict[int | str, dict[str, Any]] = {**_REFUSALS, 401: {"model": RefusalBody | ClockBody}}


@dataclass(frozen=True, slots=True)
class Gateway:
    """What the routes work with."""

    store: Store
    domain: Domain
    network: int
    register: Register
    clock: Clock
    why_not_ready: Callable[[], str]


class OutcomesQuery(Body):
    """Which outcomes."""

    after: Annotated[int, Field(ge=0, le=SEQUENCE_MAX, description="only sequences above this one")] = 0


class SalesQuery(Body):
    """Which sales."""

    pass_address: Annotated[AddressHex, Field(description="whose, and those of the passes that it replaced")]


class SnapshotQuery(Body):
    """What the terminal has."""

    known: Annotated[str, Field(max_length=64, description="the version of the terminal's snapshot")] | None = None


def create_app(gateway: Gateway, lifespan: Lifespan[FastAPI] | None = None) -> FastAPI:
    """The gateway's HTTP interface; its document is at /openapi.json."""
    app = FastAPI(
        title="Kindpakket gateway",
        version="1",
        description=__doc__,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    app.add_middleware(BoundedBodies)
    answers.install(app)

    def asking(
        terminal: TerminalPath,
        request: Request,
        time: Annotated[str | None, Header(alias=auth.TIME_HEADER)] = None,
        signature: Annotated[str | None, Header(alias=auth.SIGNATURE_HEADER)] = None,
    ) -> Address:
        """The terminal that signed this request, and is on the contract."""
        address = Address(from_hex(terminal))
        auth.check(gateway.domain, address, _target(request), (time, signature), gateway.clock())
        gateway.register.check(address)
        return address

    Asking = Annotated[Address, Depends(asking)]  # noqa: N806  # a type

    @app.post(
        "/v1/terminals/{terminal}/segments",
        responses={**_SIGNED, 409: {"model": ConflictBody}},
        openapi_extra=_json_body(SegmentBody),
    )
    def take_in(terminal: TerminalPath, body: Annotated[SegmentBody, Depends(_segment_body)]) -> AcceptedBody:
        """Take in consecutive entries of a journal. The same bytes may come again; what overlaps must be the same."""
        segment = body.segment(Address(from_hex(terminal)))
        intake.check(gateway.domain, segment)
        gateway.register.check(segment.terminal)
        here = intake.take_in(gateway.store, gateway.domain, segment, gateway.clock())
        _log.info("taken in", terminal=terminal, first=segment.first, last=segment.last, sequence=here.sequence)
        return AcceptedBody(sequence=here.sequence, head=to_hex(here.head))

    @app.get("/v1/terminals/{terminal}/position", responses=_SIGNED)
    def position(terminal: Asking) -> PositionBody:
        """What the gateway has of this journal."""
        with gateway.store.reading() as connection:
            here = journals.position(connection, gateway.domain, terminal)
        signature = None if here.signature is None else to_hex(here.signature)
        return PositionBody(sequence=here.sequence, head=to_hex(here.head), signature=signature)

    @app.get("/v1/terminals/{terminal}/outcomes", responses=_SIGNED)
    def outcomes(terminal: Asking, query: Annotated[OutcomesQuery, Query()]) -> OutcomesBody:
        """What the contract made of this journal's entries, at final depth; at most 500 at once."""
        return outcomes_after(gateway.store, terminal, query.after)

    @app.get("/v1/terminals/{terminal}/snapshot", response_model=SnapshotBody, responses={**_SIGNED, 204: {}})
    def read_snapshot(terminal: Asking, query: Annotated[SnapshotQuery, Query()]) -> SnapshotBody | Response:
        """Programmes and budgets for this terminal; 204 when it has this version already."""
        found = snapshot(gateway.store, gateway.domain, gateway.network, terminal, query.known)
        return Response(status_code=204) if found is None else found

    @app.get("/v1/terminals/{terminal}/sales", responses=_SIGNED)
    def sales(terminal: Asking, query: Annotated[SalesQuery, Query()]) -> SalesBody:
        """What a pass paid at this terminal's shop, at final depth; the newest 20, with what was given back of each."""
        return sales_of(gateway.store, gateway.domain, terminal, Address(from_hex(query.pass_address)))

    @app.get("/v1/health")
    def health() -> HealthBody:
        """Whether the gateway can settle, and if not, why; also which journals need a person's attention."""
        why = gateway.why_not_ready()
        with gateway.store.reading() as connection:
            troubled = attention.count(connection)
        notice = f"{troubled} terminals need attention" if troubled else ""
        return HealthBody(live=True, ready=not why, why="; ".join(filter(None, (why, notice))))

    return app


async def _segment_body(request: Request) -> SegmentBody:
    """The body, by pydantic's own JSON parser: it bounds depth and numbers, which the standard library's does not."""
    try:
        return SegmentBody.model_validate_json(await request.body())
    except ValidationError as error:
        raise RequestValidationError(error.errors(include_input=False, include_context=False)) from error


def _json_body(model: type[BaseModel]) -> dict[str, Any]:
    """The body's description in the OpenAPI document."""
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": model.model_json_schema()}}}}


def _target(request: Request) -> str:
    """Path and query as they were sent: what the terminal signed."""
    path, query = request.scope["raw_path"], request.scope["query_string"]
    return (path + b"?" + query if query else path).decode("latin-1")  # type: ignore[no-any-return]
