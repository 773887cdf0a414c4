"""New terminals by code: `provision terminal code` offers one at the gateway, `admit` registers the tills that used it.

The gateway carries what a till says, and is not believed: what it tells of a code counts when the proof is right, and
that needs the code's secret, which stands in the file of codes and on the till, and nowhere between.
"""

import argparse
import os
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

from contracts.deployment import Deployment
from contracts.wire import typed_data
from contracts.wire.enrolment import SECRET_BYTES, EnrolmentCode
from contracts.wire.errors import Broken, Refused, TryAgain
from contracts.wire.reasons import Reason
from contracts.wire.signature import recover
from contracts.wire.units import Address, Timestamp, address, from_hex, to_hex
from provisioning import desk, sheets
from provisioning.desk import Answer

if TYPE_CHECKING:
    from provisioning.town import Town

TOKEN_VARIABLE = "KINDPAKKET_GATEWAY_TOKEN"  # noqa: S105 -- the variable's name
_SECONDS = 30.0
_DAY = 86_400
_CODES_MAX = 1_000


class _Enrolled(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    terminal: str
    consent: str
    proof: str


class _Used(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    shop: int
    made_by: str
    expires_at: int
    enrolled: _Enrolled | None


class GatewayDesk:
    """A gateway, asked by an admin with the role enrol."""

    def __init__(self, url: str, token: str, ca_file: Path | None) -> None:
        trust = {} if ca_file is None else {"verify": str(ca_file)}
        headers = {"Authorization": f"Bearer {token}"}
        self._client = httpx.Client(base_url=url.rstrip("/"), headers=headers, timeout=_SECONDS, **trust)  # type: ignore[arg-type]

    @classmethod
    def of(cls, arguments: argparse.Namespace) -> Self:
        """The one that the options name. Raises Broken when there is no credential for it."""
        token = desk.environment().get(TOKEN_VARIABLE)
        if not token:
            raise Broken(f"set {TOKEN_VARIABLE} to the credential that `kindpakket gateway admin add` printed")
        return cls(arguments.gateway, token, arguments.ca_file)

    def offer(self, code: EnrolmentCode, seconds: int) -> Timestamp:
        """Let one terminal use the code; until when."""
        told = self.ask("PUT", f"/v1/enrolments/{to_hex(code.identity)}", {"shop": code.shop, "valid_seconds": seconds})
        return Timestamp(int(told["expires_at"]))

    def used(self, code: EnrolmentCode) -> _Used | None:
        """What became of the code, as the gateway says; None when it was never offered there, or long ago."""
        try:
            return _Used.model_validate(self.ask("GET", f"/v1/enrolments/{to_hex(code.identity)}/used"))
        except Refused as error:
            if error.reason is not Reason.NOTHING_NEW:
                raise
            return None
        except ValidationError as error:
            raise TryAgain("the gateway answers in another form: is it ours?") from error

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """What the gateway answers, as JSON. Raises Refused or TryAgain."""
        try:
            answer = self._client.request(method, path, json=body)
            told = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise TryAgain(f"the gateway does not answer ({type(error).__name__}): check --gateway") from error
        if answer.status_code == httpx.codes.OK:
            return told
        if isinstance(told, dict) and told.get("reason") in set(Reason):
            raise Refused(Reason(told["reason"]), str(told.get("detail", "")))
        raise TryAgain(f"the gateway answers {answer.status_code}")


@dataclass(frozen=True, slots=True)
class Admissible:
    """A till that proved that it had the code, and agreed to be its shop's."""

    code: EnrolmentCode
    terminal: Address
    consent: bytes


def admissible(deployment: Deployment, code: EnrolmentCode, told: _Used | None) -> Admissible | None:
    """The till that used the code; None when none has. Raises Broken when the gateway tells what cannot be so."""
    if told is None or told.enrolled is None:
        return None
    terminal, consent = address(from_hex(told.enrolled.terminal)), from_hex(told.enrolled.consent)
    if from_hex(told.enrolled.proof) != code.proof(terminal, consent):
        raise Broken(f"the gateway names {to_hex(terminal)} for a code that this terminal never had: do not admit it")
    if recover(typed_data.registration(deployment.domain, terminal, code.shop), consent) != terminal:
        raise Broken(f"the terminal {to_hex(terminal)} has not agreed to be of shop {code.shop}")
    return Admissible(code, terminal, consent)


def _judged(deployment: Deployment, code: EnrolmentCode, told: _Used | None) -> tuple[Admissible | None, str]:
    """The till that used the code, or why what is told of it cannot be so."""
    try:
        return admissible(deployment, code, told), ""
    except ValueError:
        return None, f"the gateway tells of a code of shop {code.shop} what is no terminal's: is it ours?"
    except Broken as error:
        return None, str(error)


def add_gateway(to: argparse.ArgumentParser) -> None:
    """The options that say which gateway, and where the codes are kept."""
    to.add_argument(
        "--gateway", required=True, metavar="URL", help=f"its admin's credential is read from {TOKEN_VARIABLE}"
    )
    to.add_argument(
        "--ca-file", type=Path, metavar="FILE", help="believe these certificates there, and no others (PEM)"
    )
    to.add_argument(
        "--codes", type=Path, required=True, metavar="FILE", help="where codes are kept until their tills are in"
    )


def add_days(to: argparse.ArgumentParser) -> None:
    """The option for how long a code is good."""
    to.add_argument("--days", type=desk.option(_days), default=7, metavar="N", help="how long it is good (default 7)")


def _days(text: str) -> int:
    return desk.whole(text, 1, 30)


def offer(arguments: argparse.Namespace) -> Answer:
    """Make a code, keep it, and offer it."""
    deployment = Deployment.load(arguments.record)
    gateway = GatewayDesk.of(arguments)
    secret = secrets.token_bytes(SECRET_BYTES)
    code = EnrolmentCode.make(deployment.domain, deployment.network, arguments.shop, secret)
    earlier = kept(arguments.codes)
    sheet = sheets.of(arguments, deployment, code)
    expires_at = gateway.offer(code, arguments.days * _DAY)
    keep(arguments.codes, [*earlier, code])
    if sheet is not None:
        return sheets.print_out(arguments, sheet, expires_at)
    rpc = arguments.rpc or deployment.rpc_url or "URL"
    on_till = f"kindpakket terminal enrol --gateway {arguments.gateway} --rpc {rpc} ..."
    whose = f"For one terminal of shop {code.shop}, for {arguments.days} days."
    sentence = f"{code.text()}\n{whose} On the till, which asks for it:\n  {on_till}"
    return Answer(sentence, {"code": code.text(), "shop": code.shop, "expires_at": expires_at})


def admit(arguments: argparse.Namespace) -> Answer:
    """Register every terminal that used one of the codes; what is registered is taken out of the file.

    What a gateway tells wrongly of one code keeps no other terminal out. Raises Broken for that when the others are in.
    """
    from provisioning.town import open_town  # noqa: PLC0415 -- web3 is loaded only by what speaks to a node

    town, gateway = open_town(arguments), GatewayDesk.of(arguments)
    waiting, admitted = kept(arguments.codes), []
    judged = [_judged(town.deployment, code, gateway.used(code)) for code in waiting]
    found, wrong = [one for one, _ in judged if one is not None], [why for _, why in judged if why]
    let_in = _way_in(arguments, town, found)
    for one in found:
        let_in(one)
        waiting.remove(one.code)
        keep(arguments.codes, waiting)
        admitted.append({"terminal": to_hex(one.terminal), "shop": one.code.shop})
    lines = [f"terminal {one['terminal']} is of shop {one['shop']}" for one in admitted]
    lines.append(f"{len(waiting)} codes wait for their terminals")
    if wrong:
        raise Broken("; ".join((*wrong, *lines)))
    return Answer("\n".join(lines), {"admitted": admitted, "waiting": len(waiting)})


def add_old(to: argparse.ArgumentParser) -> None:
    """The options for a till that takes another one's place."""
    about = "let the one till that used a code take the place of this terminal, with slices as it has them"
    to.add_argument("--old", type=desk.option(desk.address), metavar="ADDRESS", help=about)
    about = (
        "revoke the old one, which is broken, lost or stolen and cannot retire; settle an export or mirror of its "
        "journal first (chain settle), as nothing of it is paid afterwards"
    )
    to.add_argument("--revoke", action="store_true", help=about)


def _way_in(arguments: argparse.Namespace, town: "Town", found: Sequence[Admissible]) -> Callable[[Admissible], object]:
    """What is done with each: it is registered, or it replaces the one that is named. Raises Broken."""
    from provisioning import fleet  # noqa: PLC0415 -- as above

    if arguments.old is None:
        slices = [fleet.Raise(programme, cents) for programme, cents in arguments.slice or ()]
        return lambda one: fleet.register(town, one.terminal, one.code.shop, one.consent, slices)
    if arguments.slice:
        raise Broken("the new terminal gets the old one's slices: leave --slice out, and `raise` it afterwards")
    if len(found) > 1:
        raise Broken(f"{len(found)} tills used their codes, and one takes a place: put its code alone in --codes")
    for one in found:
        shop = fleet.shop_of(town, arguments.old)
        if shop != one.code.shop:
            raise Broken(f"the old terminal is of shop {shop}, and the code is for shop {one.code.shop}")
    return lambda one: fleet.replace(town, arguments.old, one.terminal, one.consent, revoke=arguments.revoke)


def kept(path: Path) -> list[EnrolmentCode]:
    """The codes in the file; none when there is no file. Raises Broken or Refused when it holds something else."""
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").split("\n", _CODES_MAX)
    return [EnrolmentCode.parse(line) for line in lines if line.strip()]


def keep(path: Path, codes: Sequence[EnrolmentCode]) -> None:
    """Put them in the file, for this user's eyes; the old ones stay until the new ones are on the disk."""
    new = path.with_name(path.name + ".new")
    try:
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.writelines(f"{code.text()}\n" for code in codes)
            file.flush()
            os.fsync(descriptor)
        new.replace(path)
    except OSError as error:
        raise Broken(f"{path} cannot be written ({error.strerror}): free space, or name another") from error
