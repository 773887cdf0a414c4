"""`kindpakket terminal enrol`: makes this terminal, and hands it in at the gateway by a code from the sponsor.

The gateway is believed in nothing: the code says for which contract and shop, the chain's endpoint comes from whoever
installs, and the proof that goes with the terminal's consent is made with the code's secret, which stays here.
"""

import argparse
import asyncio
import getpass
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from contracts.wire.enrolment import EnrolmentCode
from contracts.wire.errors import Broken
from contracts.wire.units import Address, to_hex
from terminal import commands, config, enrol_scan, making, places
from terminal.contract_state import require_contract
from terminal.endpoint import Endpoint
from terminal.enrol_gateway import Deployed, deployed, hand_in
from terminal.founding import Founding
from terminal.http import Http
from terminal.signer import TerminalSigner, forbid_core_dumps

_LINE_MAX = 256
_TYPED = ("gateway", "rpc", "shop_name", "support")
_EXAMPLE = """examples:
  kindpakket terminal enrol --scan
  kindpakket terminal enrol --gateway https://gateway.example --rpc https://rpc.example \\
      --shop-name "Winkel 3" --support "0800-1234"

The second asks for the code, or reads it from standard input: it is for one terminal, once. Whoever gave it also
says which endpoint of the chain to name: this terminal will believe it, and not the gateway.
When the answer is lost, run the same again: a key that was made stays.
"""


def main(argv: list[str]) -> int:
    """Exit 0 when the terminal has enrolled, 1 when it has not and why."""
    parser = _parser()
    arguments = parser.parse_args(argv)
    if arguments.scan:
        return commands.run(lambda: asyncio.run(enrol_scan.run(arguments)))
    if missing := [option for option in _TYPED if not getattr(arguments, option)]:
        parser.error(f"--scan, or --{missing[0].replace('_', '-')}: a sheet says what else is typed")
    return commands.run(lambda: asyncio.run(_run(arguments)))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kindpakket terminal enrol",
        description="Make this terminal: key, journal and configuration; and hand it in for its shop.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--scan", action="store_true", help="scan the sponsor's sheet, which says all that is named below")
    add("--gateway", metavar="URL", help="where entries are handed in")
    add("--rpc", metavar="URL", help="the chain's endpoint that this terminal believes")
    add("--ca-file", type=Path, metavar="FILE", help="believe these certificates at the gateway, and no others (PEM)")
    add("--config", type=Path, default=config.DEFAULT, metavar="FILE", help="what is written (default %(default)s)")
    about = "where key and journal live, on a disk (default %(default)s)"
    add("--state", type=Path, default=places.STATE, metavar="DIR", help=about)
    add("--shop-name", metavar="NAME", help="the shop as the screen shows it")
    add("--support", metavar="TEXT", help="whom the screen says to call")
    add("--language", choices=("nl", "en"), default="nl")
    add("--simulators", action="store_true", help="a simulated scanner and keypad: never in a shop")
    add("--json", action="store_true", help="one JSON document instead of text")
    return parser


def _asked() -> str:
    """The code, from whoever sits here or from standard input: in no list of processes and no shell's history."""
    if sys.stdin.isatty():
        return getpass.getpass("the sponsor's code: ").strip()
    return sys.stdin.readline(_LINE_MAX).strip()


async def _run(arguments: argparse.Namespace) -> int:
    forbid_core_dumps()
    code = EnrolmentCode.parse(_asked())
    trust = {arguments.gateway: arguments.ca_file.absolute()} if arguments.ca_file else {}
    async with Http(trust=trust) as http:
        found = await deployed(http, arguments.gateway, code)
        await require_contract(Endpoint(http, arguments.rpc), found.domain)
        terminal = await _founded(arguments, found, lambda one: hand_in(http, arguments.gateway, code, one))
    _say(arguments, terminal.address, code.shop)
    return 0


def _say(arguments: argparse.Namespace, terminal: Address, shop: int) -> None:
    data = {"terminal": to_hex(terminal), "shop": shop, "config": str(arguments.config)}
    sentence = (
        f"terminal {to_hex(terminal)} has enrolled for shop {shop}. Start its daemon; it sells as soon as the sponsor "
        "has admitted it (kindpakket provision terminal admit)"
    )
    sys.stdout.write((json.dumps(data) if arguments.json else sentence) + "\n")


async def _founded(
    arguments: argparse.Namespace, found: Deployed, hand_in: Callable[[TerminalSigner], Awaitable[None]]
) -> TerminalSigner:
    """The terminal, once it was handed in; one that was made before says it again. Raises Broken for another's."""
    founding = Founding(
        arguments.config.absolute(),
        arguments.state.absolute(),
        volatile_ok=arguments.simulators,
        seals=arguments.state.absolute() == places.STATE,
    )
    lock = founding.begin()
    try:
        again = founding.config.exists()
        if again:
            _require_same(_plan(arguments, founding, found), has_key=founding.keys.exists)
        terminal = founding.terminal(found.domain)
        await hand_in(terminal)
        if not again:
            founding.finish(_plan(arguments, founding, found))
    finally:
        lock.release()
    return terminal


def _plan(arguments: argparse.Namespace, founding: Founding, found: Deployed) -> making.Plan:
    return making.Plan(
        deployment=found,
        config=founding.config,
        state=founding.state,
        shop=arguments.shop_name,
        support=arguments.support,
        gateway_url=arguments.gateway,
        rpc_url=arguments.rpc,
        language=arguments.language,
        ca_file=arguments.ca_file and arguments.ca_file.absolute(),
        simulators=arguments.simulators,
        key_file=founding.keys.key_file,
        run_dir=founding.run_dir,
    )


def _require_same(plan: making.Plan, *, has_key: bool) -> None:
    """Raises Broken when the configuration that is there is another terminal's, or believes somebody else."""
    settings = config.load(plan.config)
    if not has_key or (settings.domain, settings.key_file) != (plan.deployment.domain, plan.key_file):
        raise Broken(f"{plan.config} is another terminal's: name another --config and --state")
    believed = settings.gateway.url, settings.gateway.ca_file, settings.chain.rpc_url
    if believed != (plan.gateway_url, plan.ca_file, plan.rpc_url):
        raise Broken(f"{plan.config} was made for another --gateway, --ca-file or --rpc: name the same, or correct it")
