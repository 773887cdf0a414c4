"""`kindpakket provision terminal`: a new terminal, on the device and on the contract.

On a till of its own, `make` runs on the device and needs no node. It prints the terminal's consent to be of one shop
and no other; with it, `register` runs where the sponsor's key is. `add` does both, where one person has both. After
`code` nothing has to be carried by hand: the till enrols itself at the gateway (`kindpakket terminal enrol`), and
`admit` registers those that did.
"""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from contracts.deployment import Deployment
from contracts.wire.errors import Broken
from contracts.wire.signature import SIGNATURE_BYTES
from contracts.wire.units import Address, from_hex, to_hex
from provisioning import desk, enrolling, replacing, sheets
from provisioning.desk import Answer, Command
from terminal import making, places
from terminal.signer import TerminalSigner

if TYPE_CHECKING:
    from provisioning.fleet import Raise


def main(argv: list[str]) -> int:
    """Run one of the sub-commands."""
    about = "Make terminals, register them, fund their slices, replace them."
    return desk.run(desk.group("provision terminal", about, _COMMANDS), argv)


def _add_device(to: argparse.ArgumentParser) -> None:
    to.add_argument("--config", type=Path, required=True, metavar="FILE", help="the configuration that is written")
    _add_state(to)
    to.add_argument("--shop-name", required=True, metavar="NAME", help="the shop as the screen shows it")
    to.add_argument("--support", required=True, metavar="TEXT", help="whom the screen says to call")
    to.add_argument("--gateway", required=True, metavar="URL", help="where entries are handed in")
    to.add_argument("--language", choices=("nl", "en"), default="nl")
    to.add_argument("--simulators", action="store_true", help="a simulated scanner and keypad: never in a shop")


def _add_state(to: argparse.ArgumentParser) -> None:
    to.add_argument("--state", type=Path, required=True, metavar="DIR", help="where key and journal live, on a disk")


def _add_shop_number(to: argparse.ArgumentParser) -> None:
    about = "whose terminal it is"
    to.add_argument("--shop-number", type=desk.option(desk.identity), required=True, metavar="N", help=about)


def _add_consent(to: argparse.ArgumentParser) -> None:
    about = "the terminal's, as `make` printed it"
    to.add_argument("--consent", type=desk.option(_signature), required=True, metavar="0x...", help=about)


def _add_slices(to: argparse.ArgumentParser) -> None:
    _add_slice(to, required=False)


def _add_raises(to: argparse.ArgumentParser) -> None:
    _add_slice(to, required=True)


def _add_slice(to: argparse.ArgumentParser, *, required: bool) -> None:
    about = "so much of a programme's reserve for its slice: 1=500,00 (may be given again)"
    to.add_argument("--slice", type=desk.option(_slice), action="append", required=required, help=about)


def _slice(text: str) -> tuple[int, int]:
    programme, _, amount = text.partition("=")
    return desk.identity(programme), desk.money(amount)


def _signature(text: str) -> bytes:
    signature = from_hex(text)
    if len(signature) != SIGNATURE_BYTES:
        raise ValueError(f"expected 0x followed by {2 * SIGNATURE_BYTES} hex digits")
    return signature


def _make(arguments: argparse.Namespace) -> Answer:
    making.make(_plan(arguments))
    agreed = _consent(arguments)
    return Answer(f"made a terminal; {agreed.sentence}", {**agreed.data, "config": str(arguments.config)})


def _consent(arguments: argparse.Namespace) -> Answer:
    terminal = _signer(arguments)
    shop, consent = arguments.shop_number, to_hex(terminal.sign_registration(arguments.shop_number))
    options = f"--terminal {to_hex(terminal.address)} --shop {shop} --consent {consent}"
    data = {"terminal": to_hex(terminal.address), "shop": shop, "consent": consent}
    return Answer(f"now register it, where the sponsor's key is, with {options}", data)


def _signer(arguments: argparse.Namespace) -> TerminalSigner:
    return TerminalSigner.load(arguments.state / places.CREDENTIAL, Deployment.load(arguments.record).domain)


def _register(arguments: argparse.Namespace) -> Answer:
    return _registered(arguments, arguments.terminal, arguments.consent)


def _add(arguments: argparse.Namespace) -> Answer:
    from provisioning.town import open_town  # noqa: PLC0415 -- web3 is loaded only by what speaks to a node

    open_town(arguments)  # whatever keeps it from being registered is found out before a key is made
    terminal = making.make(_plan(arguments))
    return _registered(arguments, terminal, _signer(arguments).sign_registration(arguments.shop))


def _registered(arguments: argparse.Namespace, terminal: Address, consent: bytes) -> Answer:
    from provisioning import fleet  # noqa: PLC0415 -- as above
    from provisioning.town import open_town  # noqa: PLC0415 -- as above

    fleet.register(open_town(arguments), terminal, arguments.shop, consent, _raises(arguments))
    sentence = f"terminal {to_hex(terminal)} is of shop {arguments.shop}"
    return Answer(sentence, {"terminal": to_hex(terminal), "shop": arguments.shop})


def _raise(arguments: argparse.Namespace) -> Answer:
    from provisioning import fleet  # noqa: PLC0415 -- as above
    from provisioning.town import open_town  # noqa: PLC0415 -- as above

    town, slices = open_town(arguments), {}
    for one in _raises(arguments):
        slices[one.programme] = fleet.raise_slice(town, one.programme, arguments.terminal, one.cents)
    said = ", ".join(f"{desk.euros(cents)} in programme {programme}" for programme, cents in slices.items())
    data = {"terminal": to_hex(arguments.terminal), "slices": slices}
    return Answer(f"terminal {to_hex(arguments.terminal)} now has {said}", data)


def _raises(arguments: argparse.Namespace) -> "list[Raise]":
    from provisioning.fleet import Raise  # noqa: PLC0415 -- as above

    return [Raise(programme, cents) for programme, cents in arguments.slice or ()]


def _plan(arguments: argparse.Namespace) -> making.Plan:
    deployment = Deployment.load(arguments.record)
    rpc_url = arguments.rpc or deployment.rpc_url
    if rpc_url is None:
        raise Broken("no node for its checkpoints: give --rpc URL")
    return making.Plan(
        deployment=deployment,
        config=arguments.config.absolute(),
        state=arguments.state.absolute(),
        shop=arguments.shop_name,
        support=arguments.support,
        gateway_url=arguments.gateway,
        rpc_url=rpc_url,
        language=arguments.language,
        simulators=arguments.simulators,
    )


_NEW = "--config /etc/kindpakket/terminal.toml \\\n      --state /var/lib/kindpakket"
_NAMES = '--shop-name "Winkel 3" --support "0800-1234" \\\n      --gateway https://gateway.example'
_COMMANDS = (
    Command(
        "make",
        "on the device: key, journal and configuration",
        f"{_NEW} --shop-number 3 {_NAMES}",
        _make,
        (_add_shop_number, _add_device),
        signs=False,
    ),
    Command(
        "consent",
        "on the device: its consent again, or for another shop",
        "--state /var/lib/kindpakket --shop-number 3",
        _consent,
        (_add_shop_number, _add_state),
        signs=False,
    ),
    Command(
        "register",
        "on the contract: bind it to a shop and fund its slices",
        "--terminal 0x... --shop 3 --consent 0x... \\\n      --slice 1=500,00",
        _register,
        (desk.add_shop, _add_slices, desk.add_terminal, _add_consent),
    ),
    Command(
        "add",
        "make and register in one go",
        f"{_NEW} --shop 3 {_NAMES} --slice 1=500,00",
        _add,
        (_add_device, desk.add_shop, _add_slices),
    ),
    Command(
        "code",
        "offer a code at the gateway, by which one new terminal enrols by itself",
        "--shop 3 --gateway https://gateway.example \\\n      --codes codes.txt --sheet shop-3.pdf "
        '--shop-name "Winkel 3" --support "0800-1234"',
        enrolling.offer,
        (desk.add_shop, enrolling.add_gateway, enrolling.add_days, sheets.add_options),
        signs=False,
    ),
    Command(
        "admit",
        "on the contract: register every terminal that used its code",
        "--gateway https://gateway.example \\\n      --codes codes.txt --slice 1=500,00",
        enrolling.admit,
        (enrolling.add_gateway, _add_slices, enrolling.add_old),
    ),
    Command(
        "raise",
        "fund its slices further",
        "--terminal 0x... --slice 1=250,00",
        _raise,
        (desk.add_terminal, _add_raises),
    ),
    Command(
        "release-slice",
        "return a retired terminal's slice to the reserve",
        "--programme 1 --terminal 0x...",
        replacing.release_slice,
        (desk.add_programme, desk.add_terminal),
    ),
    Command(
        "replace",
        "let a new terminal take the place of an old one of the same shop",
        "--old 0x... --new 0x... --consent 0x...",
        replacing.replace,
        (replacing.add_terminals, _add_consent),
    ),
)
