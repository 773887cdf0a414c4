"""The HTTP interface, put together: who asks what stands in `terminals`, `admin` and `enrolments`."""

from fastapi import FastAPI
from starlette.types import Lifespan

from contracts.gateway.http import admin, answers, terminals
from contracts.gateway.http.bodies import HealthBody
from contracts.gateway.http.gateway import Gateway, Here
from contracts.gateway.http.limits import BoundedBodies
from contracts.gateway.settling import attention


def create_app(gateway: Gateway, lifespan: Lifespan[FastAPI] | None = None) -> FastAPI:
    """The gateway's HTTP interface; its document is at /openapi.json."""
    app = FastAPI(
        title="Kindpakket gateway",
        version="1",
        description="Takes terminals' journals in, settles them on the contract, and tells what became of them.",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.gateway = gateway
    app.add_middleware(BoundedBodies)
    answers.install(app)
    app.include_router(terminals.router)
    app.include_router(admin.router)
    app.get("/v1/health")(health)
    return app


def health(here: Here) -> HealthBody:
    """Whether the gateway can settle, and if not, why; also which journals need a person's attention."""
    why = here.why_not_ready()
    with here.store.reading() as connection:
        troubled = attention.count(connection)
    notice = f"{troubled} terminals need attention" if troubled else ""
    return HealthBody(live=True, ready=not why, why="; ".join(filter(None, (why, notice))))
