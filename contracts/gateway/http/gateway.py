"""What the routes work with, and how a route comes by it: `here: Here` among its parameters."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from contracts.gateway.http.auth import Clock
from contracts.gateway.http.rates import Rates
from contracts.gateway.operating.metrics import Metrics
from contracts.gateway.operating.watch import Watch
from contracts.gateway.serving.changes import Changes
from contracts.gateway.serving.disk import Disk
from contracts.gateway.serving.register import Register
from contracts.gateway.store.database import Store
from contracts.wire.typed_data import Domain


@dataclass(frozen=True, slots=True)
class Gateway:
    """The parts of a running gateway that requests reach."""

    store: Store
    domain: Domain
    network: int
    register: Register
    clock: Clock
    why_not_ready: Callable[[], str]
    watch: Watch
    metrics: Metrics
    changes: Changes
    rates: Rates
    disk: Disk


async def _here(request: Request) -> Gateway:
    found = request.app.state.gateway
    assert isinstance(found, Gateway)  # noqa: S101  # `create_app` puts it there
    return found


Here = Annotated[Gateway, Depends(_here)]
