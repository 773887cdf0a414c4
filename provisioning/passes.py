"""`kindpakket provision pass`: new passes as QR codes, and what is done about one that is lost.

A pass is 16 random bytes. They stand in the QR and nowhere else: what is kept of a pass is its address. Whoever can
read the pictures can spend the budgets, so their files can be read by their owner alone; print them and delete them.
"""

import argparse
import secrets
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from coincurve import PrivateKey

from contracts.deployment import Deployment
from contracts.wire import passcode
from contracts.wire.errors import Broken, TryAgain
from contracts.wire.passcode import StaticCode
from contracts.wire.signature import address_of
from contracts.wire.units import Address, to_hex
from provisioning import desk
from provisioning.desk import Answer, Command
from terminal.private import new_file

if TYPE_CHECKING:
    from provisioning.holdings import Reissued

ADDRESSES = "addresses.txt"
COUNT_MAX = 10_000
PICTURES = ("svg", "png")

_BORDER = 4  # modules around the code, as ISO/IEC 18004 asks for
_PNG_SCALE = 12  # dots a module: 37 modules come to 38 mm at 300 dpi
_PROGRESS_EVERY = 100


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
    about = "Make passes as QR codes, block lost ones, and replace them."
    return desk.run(desk.group("provision pass", about, _COMMANDS), argv)


def _add_count(to: argparse.ArgumentParser) -> None:
    to.add_argument("--count", type=desk.option(_count), default=1, metavar="N", help="how many (default 1)")


def _add_places(to: argparse.ArgumentParser) -> None:
    to.add_argument("--folder", type=Path, metavar="DIR", help="a new folder for pictures and addresses")
    to.add_argument("--show", action="store_true", help="draw each on this terminal")


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
    _require_seen(arguments)
    network = Deployment.load(arguments.record).network
    passes = [new_pass(network) for _ in range(arguments.count)]
    _hand_out(passes, arguments)
    return _made(passes, arguments.folder)


def _require_seen(arguments: argparse.Namespace) -> None:
    if arguments.folder is None and not arguments.show:
        raise Broken("nobody would ever see these passes: give --folder DIR or --show")
    if arguments.show and arguments.json:
        raise Broken("--show draws for people, --json answers a machine: give one of them")


def _hand_out(passes: Sequence[NewPass], arguments: argparse.Namespace) -> None:
    """Write and draw the passes where they can be seen."""
    if arguments.folder is not None:
        write(passes, arguments.folder)
    for made in passes if arguments.show else ():
        show(made)
        print(to_hex(made.address))


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
    from provisioning import holdings, town  # noqa: PLC0415 -- web3 is loaded only by what speaks to a node

    opened = town.open_town(arguments)
    programmes = holdings.set_blocked(opened, arguments.address, blocked=blocked, programme=arguments.programme)
    address, state = to_hex(arguments.address), "blocked" if blocked else "no longer blocked"
    data = {"programmes": programmes, "pass": address, "blocked": blocked}
    return Answer(f"pass {address} is {state} in programme {', '.join(map(str, programmes))}", data)


def _reissue(arguments: argparse.Namespace) -> Answer:
    from provisioning import holdings, town  # noqa: PLC0415 -- as above

    if arguments.to is None:
        _require_seen(arguments)
    opened, old = town.open_town(arguments), arguments.address
    found = holdings.to_move(opened, old, arguments.to)
    new = arguments.to or _new_for(arguments)
    try:
        done = holdings.reissue(opened, found, old, new)
    except (Broken, TryAgain) as fault:
        raise type(fault)(f"{fault}; some budgets may have moved: go on by --to {to_hex(new)}") from fault
    return _reissued(done, old, new, None if arguments.to else arguments.folder)


def _new_for(arguments: argparse.Namespace) -> Address:
    """A new pass, seen by somebody before any budget moves to it: or its code could be lost with the budget."""
    made = new_pass(Deployment.load(arguments.record).network)
    _hand_out([made], arguments)
    return made.address


def _reissued(done: "Reissued", old: Address, new: Address, folder: Path | None) -> Answer:
    numbers = ", ".join(str(each.programme) for each in (*done.moved, *done.before))
    lines = [
        f"{desk.euros(done.cents)} moved from {to_hex(old)} to {to_hex(new)}, in programme {numbers}",
        "this cannot be undone; a terminal that has not heard of it yet may still take the old code, at your cost",
        f"print the new code{f' from {folder}' if folder else ''}, hand it over, and delete its files",
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
        "folder": None if folder is None else str(folder),
    }
    return Answer("\n".join(lines), data)


_COMMANDS = (
    Command(
        "make",
        "make passes; needs no node",
        "--count 12 --folder passes",
        _make,
        (_add_count, _add_places),
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
        "--pass 0x... --folder new-pass",
        _reissue,
        (_add_pass, _add_places, _add_to),
    ),
)
