"""`kindpakket provision pass`: new passes as QR codes, and blocking one that is lost.

A pass is 16 random bytes. They stand in the QR and nowhere else: what is kept of a pass is its address. Whoever can
read the pictures can spend the budgets, so their files can be read by their owner alone; print them and delete them.
"""

import argparse
import secrets
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from coincurve import PrivateKey

from contracts.deployment import Deployment
from contracts.wire import passcode
from contracts.wire.errors import Broken
from contracts.wire.passcode import StaticCode
from contracts.wire.signature import address_of
from contracts.wire.units import Address, to_hex
from provisioning import desk
from provisioning.desk import Answer
from provisioning.private import new_file

ADDRESSES = "addresses.txt"
COUNT_MAX = 10_000
PICTURES = ("svg", "png")

_BORDER = 4  # modules around the code, as ISO/IEC 18004 asks for
_PNG_SCALE = 12  # dots a module: 37 modules come to 38 mm at 300 dpi
_PROGRESS_EVERY = 100

_EXAMPLE = """  kindpakket provision pass make --record deployment.json --count 12 --folder passes
  kindpakket provision pass make --record deployment.json --show
  kindpakket provision pass block --record deployment.json --programme 1 --pass 0x..."""


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


def draw(made: NewPass, path: Path) -> None:
    """Write the pass's QR to a new file, SVG or PNG by its name. Raises Broken when it exists or cannot be written."""
    import segno  # noqa: PLC0415 -- an extra: only whoever makes passes needs it

    code = segno.make(made.code, error="q", micro=False)
    kind = path.suffix.removeprefix(".")
    with new_file(path) as file:
        code.save(file, kind=kind, border=_BORDER, scale=_PNG_SCALE if kind == "png" else 1)


def write(passes: Sequence[NewPass], folder: Path, pictures: Sequence[str] = PICTURES) -> None:
    """Write each pass's pictures and the list of addresses into a new folder, all for its owner alone.

    Raises Broken when the folder is there already: a picture of a pass is never overwritten.
    """
    try:
        folder.mkdir(mode=0o700)
    except OSError as error:
        raise Broken(f"the folder {folder} cannot be made ({error.strerror}); name a new one") from error
    for number, made in enumerate(passes, start=1):
        for kind in pictures:
            draw(made, folder / f"{number:05d}-{to_hex(made.address)[:10]}.{kind}")
        if number % _PROGRESS_EVERY == 0:
            desk.progress(f"{number} of {len(passes)} passes drawn")
    with new_file(folder / ADDRESSES) as file:
        file.write("".join(f"{to_hex(made.address)}\n" for made in passes).encode())


def show(made: NewPass) -> None:
    """Draw the pass's QR on the terminal."""
    import segno  # noqa: PLC0415 -- as above

    segno.make(made.code, error="q", micro=False).terminal(sys.stdout, compact=True, border=_BORDER)


def main(argv: list[str]) -> int:
    """Run one of the sub-commands."""
    parser = desk.parser("provision pass", "Make passes as QR codes, and block lost ones.", _EXAMPLE)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    making = commands.add_parser("make", help="make passes; needs no node")
    making.add_argument("--record", type=Path, required=True, metavar="FILE", help="the deployment's record")
    making.add_argument("--count", type=desk.option(_count), default=1, metavar="N", help="how many (default 1)")
    making.add_argument("--folder", type=Path, metavar="DIR", help="a new folder for pictures and addresses")
    making.add_argument("--show", action="store_true", help="draw each on this terminal")
    desk.add_json(making)
    making.set_defaults(run=_make)
    for name, run, about in (
        ("block", _block, "payments of this pass are no longer taken from its budget"),
        ("unblock", _unblock, "they are again"),
    ):
        command = commands.add_parser(name, help=about)
        desk.add_town(command)
        command.add_argument("--programme", type=desk.option(desk.identity), required=True, metavar="N")
        command.add_argument("--pass", dest="address", type=desk.option(desk.address), required=True, metavar="ADDRESS")
        command.set_defaults(run=run)
    return desk.run(parser, argv)


def _count(text: str) -> int:
    return desk.whole(text, 1, COUNT_MAX)


def _make(arguments: argparse.Namespace) -> Answer:
    if arguments.folder is None and not arguments.show:
        raise Broken("nobody would ever see these passes: give --folder DIR or --show")
    if arguments.show and arguments.json:
        raise Broken("--show draws for people, --json answers a machine: give one of them")
    network = Deployment.load(arguments.record).network
    passes = [new_pass(network) for _ in range(arguments.count)]
    if arguments.folder is not None:
        write(passes, arguments.folder)
    for made in passes if arguments.show else ():
        show(made)
        print(to_hex(made.address))
    return _made(passes, arguments.folder)


def _made(passes: Sequence[NewPass], folder: Path | None) -> Answer:
    addresses = [to_hex(made.address) for made in passes]
    where = "" if folder is None else f" in {folder}; grant by --list {folder / ADDRESSES}"
    data = {"passes": addresses, "folder": None if folder is None else str(folder)}
    return Answer(f"made {len(passes)} passes{where}", data)


def _block(arguments: argparse.Namespace) -> Answer:
    return _set_blocked(arguments, blocked=True)


def _unblock(arguments: argparse.Namespace) -> Answer:
    return _set_blocked(arguments, blocked=False)


def _set_blocked(arguments: argparse.Namespace, *, blocked: bool) -> Answer:
    from provisioning import grant, town  # noqa: PLC0415 -- web3 is loaded only by what speaks to a node

    grant.block(town.open_town(arguments), arguments.programme, arguments.address, blocked=blocked)
    address, state = to_hex(arguments.address), "blocked" if blocked else "no longer blocked"
    data = {"programme": arguments.programme, "pass": address, "blocked": blocked}
    return Answer(f"pass {address} is {state} in programme {arguments.programme}", data)
