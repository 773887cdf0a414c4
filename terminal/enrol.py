"""`kindpakket terminal enrol`: makes this terminal, and hands it in at the gateway by a code from the sponsor.

The gateway is believed in nothing: the code says for which contract and shop, the chain's endpoint comes from whoever
installs, and the proof that goes with the terminal's consent is made with the code's secret, which stays here.
"""

import argparse
import asyncio
import getpass
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from contracts.wire.enrolment import EnrolmentCode
from contracts.wire.errors import Broken, Refused, TryAgain
from contracts.wire.passcode import NETWORK_MAX
from contracts.wire.reasons import Reason
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address, from_hex, to_hex
from terminal import commands, config, making
from terminal.contract_state import require_contract
from terminal.endpoint import Endpoint
from terminal.http import Http
from terminal.signer import TerminalSigner, forbid_core_dumps

_ANSWER_BYTES_MAX = 16 * 1024
_LINE_MAX = 256
_EXAMPLE = """example:
  kindpakket terminal enrol --gateway https://gateway.example --rpc https://rpc.example \\
      --shop-name "Winkel 3" --support "0800-1234"

Asks for the code, or reads it from standard input: it is for one terminal, once. Whoever gave it also
says which endpoint of the chain to name: this terminal will believe it, and not the gateway.
When the answer is lost, run the same again: a key that was made stays.
"""


def main(argv: list[str]) -> int:
    """Exit 0 when the terminal has enrolled, 1 when it has not and why."""
    arguments = _parser().parse_args(argv)
    return commands.run(lambda: asyncio.run(_run(arguments)))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kindpakket terminal enrol",
        description="Make this terminal: key, journal and configuration; and hand it in for its shop.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--gateway", required=True, metavar="URL", help="where entries are handed in")
    add("--rpc", required=True, metavar="URL", help="the chain's endpoint that this terminal believes")
    add("--ca-file", type=Path, metavar="FILE", help="believe these certificates at the gateway, and no others (PEM)")
    add("--config", type=Path, default=config.DEFAULT, metavar="FILE", help="what is written (default %(default)s)")
    about = "where key and journal live, on a disk (default %(default)s)"
    add("--state", type=Path, default=Path("/var/lib/kindpakket"), metavar="DIR", help=about)
    add("--shop-name", required=True, metavar="NAME", help="the shop as the screen shows it")
    add("--support", required=True, metavar="TEXT", help="whom the screen says to call")
    add("--language", choices=("nl", "en"), default="nl")
    add("--simulators", action="store_true", help="a simulated scanner and keypad: never in a shop")
    add("--json", action="store_true", help="one JSON document instead of text")
    return parser


def _asked() -> str:
    """The code, from whoever sits here or from standard input: in no list of processes and no shell's history."""
    if sys.stdin.isatty():
        return getpass.getpass("the sponsor's code: ").strip()
    return sys.stdin.readline(_LINE_MAX).strip()


@dataclass(frozen=True, slots=True)
class _Deployed:
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


async def _run(arguments: argparse.Namespace) -> int:
    forbid_core_dumps()
    code = EnrolmentCode.parse(_asked())
    trust = {arguments.gateway: arguments.ca_file.absolute()} if arguments.ca_file else {}
    async with Http(trust=trust) as http:
        deployed = await _deployed(http, arguments.gateway, code)
        await require_contract(Endpoint(http, arguments.rpc), deployed.domain)
        terminal = _terminal(_plan(arguments, deployed))
        await _hand_in(http, arguments.gateway, code, terminal)
    _say(arguments, terminal.address, code.shop)
    return 0


def _say(arguments: argparse.Namespace, terminal: Address, shop: int) -> None:
    data = {"terminal": to_hex(terminal), "shop": shop, "config": str(arguments.config)}
    sentence = (
        f"terminal {to_hex(terminal)} has enrolled for shop {shop}. Start its daemon; it sells as soon as the sponsor "
        "has admitted it (kindpakket provision terminal admit)"
    )
    sys.stdout.write((json.dumps(data) if arguments.json else sentence) + "\n")


async def _deployed(http: Http, gateway: str, code: EnrolmentCode) -> _Deployed:
    """For which contract the gateway works. Raises Broken when the code is for another."""
    told = _parse(_Deployment, *await _fetch(http, "GET", gateway, "/v1/deployment", b""))
    found = _Deployed(Domain(told.chain_id, Address(from_hex(told.contract))), told.network)
    if not code.is_for(found.domain, found.network):
        raise Broken("this gateway is not the one that the code is for: nothing was made; check --gateway, then call")
    return found


def _plan(arguments: argparse.Namespace, deployed: _Deployed) -> making.Plan:
    return making.Plan(
        deployment=deployed,
        config=arguments.config.absolute(),
        state=arguments.state.absolute(),
        shop=arguments.shop_name,
        support=arguments.support,
        gateway_url=arguments.gateway,
        rpc_url=arguments.rpc,
        language=arguments.language,
        ca_file=arguments.ca_file and arguments.ca_file.absolute(),
        simulators=arguments.simulators,
    )


def _terminal(plan: making.Plan) -> TerminalSigner:
    """The terminal that is made now, or was made before and waits for its first answer. Raises Broken for another."""
    if not plan.config.exists():
        making.make(plan)
    settings = config.load(plan.config)
    if (settings.domain, settings.key_file) != (plan.deployment.domain, plan.key):
        raise Broken(f"{plan.config} is another terminal's: name another --config and --state")
    believed = settings.gateway.url, settings.gateway.ca_file, settings.chain.rpc_url
    if believed != (plan.gateway_url, plan.ca_file, plan.rpc_url):
        raise Broken(f"{plan.config} was made for another --gateway, --ca-file or --rpc: name the same, or correct it")
    return TerminalSigner.load(settings.key_file, settings.domain)


async def _hand_in(http: Http, gateway: str, code: EnrolmentCode, terminal: TerminalSigner) -> None:
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
    if not 400 <= status < 500 or refusal.reason not in set(Reason):
        raise TryAgain(f"the gateway answers {status}: {refusal.detail}")
    raise Refused(Reason(refusal.reason), refusal.detail)
