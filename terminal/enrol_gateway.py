"""What a new terminal says to the gateway: for which contract do you work, and here I am, by this code."""

import json
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from contracts.wire.enrolment import EnrolmentCode
from contracts.wire.errors import Broken, Refused, TryAgain
from contracts.wire.passcode import NETWORK_MAX
from contracts.wire.reasons import Reason
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address, from_hex, to_hex
from terminal.http import Http
from terminal.signer import TerminalSigner

_ANSWER_BYTES_MAX = 16 * 1024
_DETAIL_MAX = 200
"""Characters of it that are shown, on a console that obeys control characters."""


@dataclass(frozen=True, slots=True)
class Deployed:
    """A contract, and whose passes are taken there."""

    domain: Domain
    network: int


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Deployment(_Answer):
    chain_id: int = Field(ge=1, le=2**53)
    contract: str = Field(pattern="^0x[0-9a-f]{40}$")
    network: int = Field(ge=0, le=NETWORK_MAX)


class _Enrolled(_Answer):
    shop: int


class _Refusal(_Answer):
    reason: int
    detail: str


async def deployed(http: Http, gateway: str, code: EnrolmentCode) -> Deployed:
    """For which contract the gateway works. Raises Broken when the code is for another."""
    told = _parse(_Deployment, *await _fetch(http, "GET", gateway, "/v1/deployment", b""))
    found = Deployed(Domain(told.chain_id, Address(from_hex(told.contract))), told.network)
    if not code.is_for(found.domain, found.network):
        raise Broken("this gateway is not the one that the code is for: nothing was made; check its address, then call")
    return found


async def hand_in(http: Http, gateway: str, code: EnrolmentCode, terminal: TerminalSigner) -> None:
    """Say that this terminal is the code's shop's. Raises Refused for a no, TryAgain for anything else."""
    consent = terminal.sign_registration(code.shop)
    proof = code.proof(terminal.address, consent)
    fields = {"terminal": to_hex(terminal.address), "consent": to_hex(consent), "proof": to_hex(proof)}
    target = f"/v1/enrolments/{to_hex(code.identity)}/terminal"
    told = _parse(_Enrolled, *await _fetch(http, "POST", gateway, target, json.dumps(fields).encode()))
    if told.shop != code.shop:
        raise Broken(f"the gateway answers for shop {told.shop}, and the code is for {code.shop}: call")


async def _fetch(http: Http, method: str, gateway: str, target: str, body: bytes) -> tuple[int, bytes]:
    headers = {"Content-Type": "application/json"}
    return await http.fetch(method, gateway.rstrip("/") + target, headers, body, _ANSWER_BYTES_MAX)


_Form = TypeVar("_Form", bound=_Answer)


def _parse(form: type[_Form], status: int, body: bytes) -> _Form:
    """The answer in this form. Raises Refused for the gateway's no, TryAgain for anything else."""
    try:
        return form.model_validate_json(body) if status == 200 else _refuse(status, body)
    except ValidationError:
        raise TryAgain(f"no gateway of ours answers there (HTTP status {status})") from None


def _refuse(status: int, body: bytes) -> Any:
    refusal = _Refusal.model_validate_json(body)
    detail = "".join(one if one.isprintable() else " " for one in refusal.detail[:_DETAIL_MAX])
    if not 400 <= status < 500 or refusal.reason not in set(Reason):
        raise TryAgain(f"the gateway answers {status}: {detail}")
    raise Refused(Reason(refusal.reason), detail)
