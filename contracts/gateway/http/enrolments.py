"""How new terminals come in: an admin offers a code for a shop, a till uses it, the sponsor's tool fetches who did."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from contracts.gateway.http.bodies import (
    DeploymentBody,
    EnrolledBody,
    EnrolmentBody,
    OfferBody,
    OfferedBody,
    RefusalBody,
    UsedBody,
)
from contracts.gateway.http.gateway import Here
from contracts.gateway.http.roles import REFUSALS, role
from contracts.gateway.serving import enrolment
from contracts.gateway.serving.enrolment import Enrolment
from contracts.wire.errors import Refused
from contracts.wire.reasons import Reason
from contracts.wire.units import Address, Hash, from_hex, to_hex

router = APIRouter(prefix="/v1")
CodePath = Annotated[str, Path(pattern="^0x[0-9a-f]{64}$", description="what the code's secret hashes to")]


@router.get("/deployment")
async def deployment(here: Here) -> DeploymentBody:
    """For which contract this gateway works. A till compares it with its code, and believes nothing else of it."""
    contract = to_hex(here.domain.contract)
    return DeploymentBody(chain_id=here.domain.chain_id, contract=contract, network=here.network)


@router.put("/enrolments/{code}", responses=REFUSALS)
def offer(here: Here, code: CodePath, body: OfferBody, admin: Annotated[str, Depends(role("enrol"))]) -> OfferedBody:
    """Let one terminal enrol for this shop. The code itself stays with whoever made it."""
    with here.store.writing() as connection:
        about = (body.shop, admin, here.clock(), body.valid_seconds)
        return OfferedBody(expires_at=enrolment.offer(connection, Hash(from_hex(code)), *about))


@router.get(
    "/enrolments/{code}/used",
    responses={**REFUSALS, 404: {"model": RefusalBody}},
    dependencies=[Depends(role("enrol"))],
)
def read(here: Here, code: CodePath) -> UsedBody:
    """Whether the code was used, and by which terminal. Believe it when the proof is right."""
    with here.store.reading() as connection:
        row = enrolment.find(connection, Hash(from_hex(code)))
    if row is None:
        raise Refused(Reason.NOTHING_NEW, "no such code was offered here")
    used = None if row.terminal is None else _used(row.terminal, row.consent, row.proof)
    return UsedBody(shop=row.shop, made_by=row.made_by, expires_at=row.expires_at, enrolled=used)


@router.post("/enrolments/{code}/terminal", responses={403: {"model": RefusalBody}, 422: {"model": RefusalBody}})
def enrol(here: Here, code: CodePath, body: EnrolmentBody) -> EnrolledBody:
    """Use the code, once. The same terminal may say so again; it sells only when the sponsor has registered it."""
    terminal, consent = Address(from_hex(body.terminal)), from_hex(body.consent)
    new = Enrolment(terminal, consent, Hash(from_hex(body.proof)))
    with here.store.writing() as connection:
        shop = enrolment.enrol(connection, here.domain, Hash(from_hex(code)), new, here.clock())
    return EnrolledBody(shop=shop)


def _used(terminal: bytes, consent: bytes, proof: bytes) -> EnrolmentBody:
    return EnrolmentBody(terminal=to_hex(terminal), consent=to_hex(consent), proof=to_hex(proof))
