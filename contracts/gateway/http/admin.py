"""What those who operate the gateway ask, each with a credential of their own (see `roles`)."""

from typing import Annotated

from fastapi import APIRouter, Depends

from contracts.gateway.http.bodies import AttentionBody, AttentionsBody, RefusalBody, TerminalPath
from contracts.gateway.http.gateway import Here
from contracts.gateway.http.roles import REFUSALS, role
from contracts.gateway.settling import attention
from contracts.wire.errors import Refused
from contracts.wire.reasons import Reason
from contracts.wire.units import Address, from_hex, to_hex

router = APIRouter(prefix="/v1/attention")


@router.get("", responses=REFUSALS, dependencies=[Depends(role("watch"))])
def read(here: Here) -> AttentionsBody:
    """The terminals whose entries cannot be settled as they are, and when they are tried again; at most 1,000."""
    with here.store.reading() as connection:
        found = attention.every(connection)
    return AttentionsBody(
        terminals=[
            AttentionBody(
                terminal=to_hex(one.terminal),
                reason=one.reason,
                detail=one.detail,
                since=one.since,
                attempts=one.attempts,
                retry_at=one.retry_at,
            )
            for one in found
        ]
    )


@router.post("/{terminal}/retry", status_code=204, responses={**REFUSALS, 404: {"model": RefusalBody}})
def retry(here: Here, terminal: TerminalPath, _admin: Annotated[str, Depends(role("operate"))]) -> None:
    """Try a resting terminal's entries again now, as whatever kept them from being settled is mended."""
    with here.store.writing() as connection:
        if not attention.hurry(connection, Address(from_hex(terminal)), here.clock()):
            raise Refused(Reason.NOTHING_NEW, "this terminal does not rest")
