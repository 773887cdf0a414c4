"""`kindpakket provision pass`: new passes on paper, and what is done about one that is lost.

A pass is 16 random bytes. They stand in the QR and nowhere else: what is kept of a pass is its address. Whoever can
read the paper can spend the budgets, so no file here has it in clear (docs/decisions/0024-letters.md).
"""

import argparse
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from coincurve import PrivateKey

from contracts.deployment import Deployment
from contracts.wire import passcode
from contracts.wire.errors import Broken, TryAgain
from contracts.wire.passcode import StaticCode
from contracts.wire.signature import address_of
from contracts.wire.units import Address, to_hex
from provisioning import desk, handing_out
from provisioning.desk import Answer, Command
from provisioning.handing_out import Way

if TYPE_CHECKING:
    from provisioning.holdings import Reissued

COUNT_MAX = 10_000


@dataclass(frozen=True, slots=True)
class NewPass:
    """A pass that nobody has yet. `code` is the text of its QR: whoever has it can spend."""

    address: Address
    code: str = field(repr=False)


def new_pass(network: int) -> NewPass:
    """A pass of this network from fresh randomness."""
    secret = secrets.token_bytes(passcode.SECRET_BYTES)
    code = StaticCode(network, bytearray(secret))
    try:
        address = address_of(PrivateKey(code.private_key()))
    finally:
        code.wipe()
    return NewPass(address, passcode.make_static(network, secret))


def main(argv: list[str]) -> int:
    """Run one of the sub-commands."""
    about = "Make passes on paper, block lost ones, and replace them."
    return desk.run(desk.group("provision pass", about, _COMMANDS), argv)


def _add_count(to: argparse.ArgumentParser) -> None:
    to.add_argument("--count", type=desk.option(_count), default=1, metavar="N", help="how many (default 1)")


def _add_pass(to: argparse.ArgumentParser) -> None:
    to.add_argument("--pass", dest="address", type=desk.option(desk.address), required=True, metavar="ADDRESS")


def _add_some_programme(to: argparse.ArgumentParser) -> None:
    about = "only there; default: in all programmes of your sponsor in which it has a budget"
    to.add_argument("--programme", type=desk.option(desk.identity), metavar="N", help=about)


def _add_to(to: argparse.ArgumentParser) -> None:
    about = "a pass that is made already, instead of a new one: also to go on after an interruption"
    to.add_argument("--to", type=desk.option(desk.address), metavar="ADDRESS", help=about)


def _count(text: str) -> int:
    return desk.whole(text, 1, COUNT_MAX)


def _make(arguments: argparse.Namespace) -> Answer:
    way = handing_out.way(arguments)
    network = Deployment.load(arguments.record).network
    passes = [new_pass(network) for _ in range(arguments.count)]
    way.hand_out(passes)
    return _made(passes, way)


def _made(passes: Sequence[NewPass], way: Way) -> Answer:
    where = f"; {way.advice()}; grant by --list {way.list}" if way.folder else ""
    data = {"passes": [to_hex(made.address) for made in passes], "folder": way.folder and str(way.folder)}
    return Answer(f"made {len(passes)} passes{where}", data, aside=way.stdout)


def _block(arguments: argparse.Namespace) -> Answer:
    return _set_blocked(arguments, blocked=True)


def _unblock(arguments: argparse.Namespace) -> Answer:
    return _set_blocked(arguments, blocked=False)


def _set_blocked(arguments: argparse.Namespace, *, blocked: bool) -> Answer:
    from provisioning import holdings, town  # noqa: PLC0415 -- web3 is loaded only by what speaks to a node

    opened = town.open_town(arguments)
    programmes = holdings.set_blocked(opened, arguments.address, blocked=blocked, programme=arguments.programme)
    address, state = to_hex(arguments.address), "blocked" if blocked else "no longer blocked"
    data = {"programmes": programmes, "pass": address, "blocked": blocked}
    return Answer(f"pass {address} is {state} in programme {', '.join(map(str, programmes))}", data)


def _reissue(arguments: argparse.Namespace) -> Answer:
    from provisioning import holdings, town  # noqa: PLC0415 -- as above

    way = None if arguments.to else handing_out.way(arguments)
    opened, old = town.open_town(arguments), arguments.address
    found = holdings.to_move(opened, old, arguments.to)
    new = arguments.to if way is None else _new_for(arguments, way)
    try:
        done = holdings.reissue(opened, found, old, new)
    except (Broken, TryAgain) as fault:
        raise type(fault)(f"{fault}; some budgets may have moved: go on by --to {to_hex(new)}") from fault
    return _reissued(done, old, new, way)


def _new_for(arguments: argparse.Namespace, way: Way) -> Address:
    """A new pass, handed out before any budget moves to it: or its code could be lost with the budget."""
    made = new_pass(Deployment.load(arguments.record).network)
    way.hand_out([made])
    return made.address


def _reissued(done: "Reissued", old: Address, new: Address, way: Way | None) -> Answer:
    numbers = ", ".join(str(each.programme) for each in (*done.moved, *done.before))
    lines = [
        f"{desk.euros(done.cents)} moved from {to_hex(old)} to {to_hex(new)}, in programme {numbers}",
        "this cannot be undone; a terminal that has not heard of it yet may still take the old code, at your cost",
        f"{way.advice()}; then hand it over" if way and way.folder else "print the new code, and hand it over",
    ]
    for each in done.elsewhere:
        left = desk.euros(each.left)
        lines.append(
            f"programme {each.programme} ({each.name}) is another sponsor's: {left} stay on the old code there"
        )
    data = {
        "old": to_hex(old),
        "new": to_hex(new),
        "cents": done.cents,
        "programmes": [each.programme for each in (*done.moved, *done.before)],
        "elsewhere": [each.programme for each in done.elsewhere],
        "folder": way and way.folder and str(way.folder),
    }
    return Answer("\n".join(lines), data, aside=bool(way and way.stdout))


_COMMANDS = (
    Command(
        "make",
        "make passes; needs no node",
        "--count 80 --folder passes --contact 'Gemeente, 14 0000'",
        _make,
        (_add_count, handing_out.add_options),
        signs=False,
    ),
    Command(
        "block",
        "let payments of a pass no longer be taken from its budget",
        "--pass 0x...",
        _block,
        (_add_pass, _add_some_programme),
    ),
    Command("unblock", "let them be taken again", "--pass 0x...", _unblock, (_add_pass, _add_some_programme)),
    Command(
        "reissue",
        "move all budgets of a lost pass to a new one; cannot be undone",
        "--pass 0x... --folder new-pass --contact 'Gemeente, 14 0000'",
        _reissue,
        (_add_pass, handing_out.add_options, _add_to),
    ),
)
