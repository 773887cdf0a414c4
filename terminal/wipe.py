"""`kindpakket terminal wipe`: what makes this machine a terminal goes: key, configuration and journal."""

import argparse
import shutil
from pathlib import Path

from contracts.wire.errors import Broken
from contracts.wire.units import Address, to_hex
from terminal import commands, config, places
from terminal.durable import sync_folder
from terminal.ending import Ending, ask

_EXAMPLE = """examples:
  kindpakket terminal wipe
  kindpakket terminal wipe --exported /media/stick/shop-03.json

Stop the daemon first (systemctl stop kindpakket.target). While entries wait it is refused, unless an export holds them
all. Journals of terminals that this machine was before go, too; mirrors and exports elsewhere stay, as they are the
books. Then have the sponsor settle an export, if there is one, and after that release or revoke the terminal: of one
that is revoked nothing is paid any more.
"""


def main(argv: list[str]) -> int:
    """Exit 0 when nothing is left here, 1 when something is and why."""
    parser = argparse.ArgumentParser(
        prog="kindpakket terminal wipe",
        description="Overwrite this terminal's key, and remove its configuration and journal. It cannot be undone.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_options(parser)
    arguments = parser.parse_args(argv)
    return commands.run(lambda: _run(arguments))


def add_options(to: argparse.ArgumentParser) -> None:
    """The options that `rotate` has too."""
    to.add_argument("--config", type=Path, default=config.DEFAULT, metavar="FILE", help="default: %(default)s")
    about = "where key and journal are, when there is no configuration any more (default %(default)s)"
    to.add_argument("--state", type=Path, default=places.STATE, metavar="DIR", help=about)
    to.add_argument("--exported", type=Path, metavar="FILE", help="an export that holds every entry of this journal")
    to.add_argument("--yes", action="store_true", help="do not ask whether it is meant")
    to.add_argument("--json", action="store_true", help="one JSON document instead of text")


def _run(arguments: argparse.Namespace) -> int:
    ending = Ending.of(arguments.config.absolute(), arguments.state.absolute())
    lock = ending.alone()
    try:
        terminal = ending.require_nothing_lost(arguments.exported)
        if not arguments.yes:
            ask(f"Wipe the terminal {'' if terminal is None else to_hex(terminal)} from this machine?")
        _wipe(ending)
    finally:
        lock.release()
    _say(arguments, terminal)
    return 0


def _wipe(ending: Ending) -> None:
    """The key first, and the journal last: so nothing is ever signed here again, and what is left says whose it was."""
    ending.destroy_key()
    try:
        for path in ending.config.parent.glob(f"{ending.config.name}*"):  # what learning and rotating kept of it, too
            path.unlink()
        sync_folder(ending.config.parent)
        shutil.rmtree(ending.retired, ignore_errors=True)
        for path in ending.state.glob(places.JOURNAL + "*"):
            path.unlink()
        sync_folder(ending.state)
    except OSError as error:
        raise Broken(f"{error.filename} cannot be removed ({error.strerror}): run this again as root") from error


def _say(arguments: argparse.Namespace, terminal: Address | None) -> None:
    whose = None if terminal is None else to_hex(terminal)
    said = "nothing of a terminal is left here" if whose is None else f"terminal {whose} is gone from this machine"
    after = "have its export settled first, if there is one; then its slices released if it had retired, or it revoked"
    commands.tell({"terminal": whose}, f"{said}; {after}", machine=arguments.json)
