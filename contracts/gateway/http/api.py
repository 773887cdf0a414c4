"""The HTTP interface, put together: who asks what stands in its other modules with a router."""

from typing import Any

from fastapi import FastAPI
from starlette.types import Lifespan

from contracts.gateway.http import admin, answers, enrolments, operating, orders, terminals
from contracts.gateway.http.bodies import LaterBody, RefusalBody
from contracts.gateway.http.counting import Counting
from contracts.gateway.http.doorman import Doorman, Known
from contracts.gateway.http.gate import Gate
from contracts.gateway.http.gateway import Gateway
from contracts.gateway.http.limits import BoundedBodies

_ANYWHERE: dict[int | str, dict[str, Any]] = {
    408: {"model": LaterBody},
    413: {"model": RefusalBody},
    429: {"model": LaterBody},
    503: {"model": LaterBody},
}


def create_app(gateway: Gateway, lifespan: Lifespan[FastAPI] | None = None) -> FastAPI:
    """The gateway's HTTP interface; its document is at /openapi.json."""
    app = FastAPI(
        title="Kindpakket gateway",
        version="1",
        description="Takes terminals' journals in, settles them on the contract, and tells what became of them.",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        responses=_ANYWHERE,
    )
    app.state.gateway = gateway
    app.add_middleware(Gate)
    app.add_middleware(BoundedBodies)
    app.add_middleware(Doorman, rates=gateway.rates, known=Known(gateway.store))
    app.add_middleware(Counting, metrics=gateway.metrics)  # the outermost: it counts what the others refuse too
    answers.install(app)
    app.include_router(terminals.router)
    app.include_router(admin.router)
    app.include_router(enrolments.router)
    app.include_router(orders.router)
    app.include_router(operating.router)
    return app
