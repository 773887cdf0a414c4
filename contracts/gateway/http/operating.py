"""What those who operate ask: whether it lives, whether it may be given requests, how it does, in figures and words."""

from typing import Any

from fastapi import APIRouter, Depends, Response
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from contracts.gateway.http.bodies import HealthBody, LiveBody, ReadyBody
from contracts.gateway.http.gateway import Here
from contracts.gateway.http.roles import REFUSALS, role
from contracts.gateway.operating.report import StatusFields, report
from contracts.gateway.settling import attention
from contracts.wire.errors import TryAgain

router = APIRouter()
_TEXT: dict[int | str, dict[str, Any]] = {200: {"content": {"text/plain": {"schema": {"type": "string"}}}}}


@router.get("/v1/health")
def health(here: Here) -> HealthBody:
    """Whether the gateway can settle, and if not, why; also which journals need a person's attention."""
    why = here.why_not_ready()
    with here.store.reading() as connection:
        troubled = attention.count(connection)
    notice = f"{troubled} terminals need attention" if troubled else ""
    return HealthBody(live=True, ready=not why, why="; ".join(filter(None, (why, notice))))


@router.get("/v1/health/live")
async def live() -> LiveBody:
    """The process answers. When it does not, start it again."""
    return LiveBody()


@router.get("/v1/health/ready", responses={503: {"model": ReadyBody}})
def ready(here: Here, response: Response) -> ReadyBody:
    """Whether terminals' requests may be sent here; `why` also says what keeps entries from being settled meanwhile.

    A gateway that cannot reach its node stays ready: it takes entries in, and they are safe here.
    """
    settling = here.why_not_ready()
    try:
        here.disk.check()
        with here.store.reading() as connection:
            attention.count(connection)
    except TryAgain as error:
        response.status_code = 503
        return ReadyBody(ready=False, settling=False, why=str(error)[:200])
    return ReadyBody(ready=True, settling=not settling, why=settling[:200])


@router.get("/v1/admin/status", responses=REFUSALS, dependencies=[Depends(role("watch"))])
def status(here: Here) -> StatusFields:
    """Whether shops are being paid, what is wrong and what to do, and how things stand."""
    return report(here.watch.facts())


@router.get("/metrics", response_class=Response, responses={**REFUSALS, **_TEXT}, dependencies=[Depends(role("watch"))])
def metrics(here: Here) -> Response:
    """For Prometheus, in its text format."""
    return Response(here.metrics.text(), media_type=CONTENT_TYPE_LATEST)
