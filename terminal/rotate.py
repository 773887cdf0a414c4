"""`kindpakket terminal rotate`: a new key for the same counter.

A terminal is its key, so a new key is a new terminal of the same shop: the old one retires, its journal is settled or
exported and kept, its key is destroyed, and then this machine enrols anew by a sheet.
"""

import argparse
from contextlib import closing
from pathlib import Path

from contracts.wire.errors import Broken
from contracts.wire.units import Address, to_hex
from terminal import commands, config, retire
from terminal.durable import sync_folder
from terminal.ending import Ending, ask
from terminal.store import mirror_reading
from terminal.store.mirror_format import NAME
from terminal.store.reading import View, open_for_reading
from terminal.wipe import add_options

_EXAMPLE = """example: systemctl stop kindpakket.target && kindpakket terminal rotate

It is done in three steps, and says each time which is next:
  1. rotate: the old terminal retires, by the last entry of its journal
  2. its daemon runs until all is settled (or: kindpakket terminal journal export, and --exported FILE below)
  3. rotate again: its key is destroyed, its journal kept; then scan the sponsor's new sheet
PIN, printer, lamps and the mirror's folder stay as they were.
"""
_ENROL = "Now scan the sponsor's new sheet: systemctl start kindpakket-enrol (or kindpakket terminal enrol --scan)"


def main(argv: list[str]) -> int:
    """Exit 0 when the step was done, 1 when not and why."""
    parser = argparse.ArgumentParser(
        prog="kindpakket terminal rotate",
        description="Give this counter a new key: end the terminal that it is, so that it can enrol as a new one.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_options(parser)
    arguments = parser.parse_args(argv)
    return commands.run(lambda: _run(arguments))


def _run(arguments: argparse.Namespace) -> int:
    ending = Ending.of(arguments.config.absolute(), arguments.state.absolute())
    if not ending.config.exists():
        raise Broken(f"there is no {ending.config}, so no terminal that could end here. {_ENROL}")
    if ending.config.is_relative_to(ending.state):
        raise Broken(f"{ending.config} would go with the old journal: move it out of {ending.state} first")
    if ending.journal.exists() and not _is_retired(ending.journal):
        told = retire.end(ending.config, ask_first=not arguments.yes)
        next_step = (
            "start the daemon (systemctl start kindpakket.target) until doctor finds no entry waiting, then again"
        )
        said = f"terminal {told['terminal']} is retired by entry {told['sequence']}: {next_step}"
        commands.tell(told, said, machine=arguments.json)
        return 0
    terminal = _end(arguments, ending)
    data = {"terminal": terminal and to_hex(terminal), "kept": str(ending.retired)}
    commands.tell(data, _said(ending, terminal), machine=arguments.json)
    return 0


def _end(arguments: argparse.Namespace, ending: Ending) -> Address | None:
    """Key, journal, configuration, in this order: what is cut short is gone on with by the same command."""
    lock = ending.alone() if ending.state.exists() else None
    try:
        terminal = ending.require_nothing_lost(arguments.exported)
        if terminal is not None and not arguments.yes:
            ask(f"Destroy the key of the retired terminal {to_hex(terminal)}?")
        ending.destroy_key()
        if terminal is not None:
            _keep(ending, terminal)
    finally:
        if lock is not None:
            lock.release()
    ending.config.replace(ending.before)
    sync_folder(ending.config.parent)
    return terminal


def _keep(ending: Ending, terminal: Address) -> None:
    """Move all that it stored out of the new one's way, by one rename each."""
    mirror = config.load(ending.config).mirror
    if mirror is not None and (mirror / NAME).exists():
        _keep_mirror(mirror, terminal)
    ending.retired.mkdir(mode=0o700, exist_ok=True)
    ending.state.replace(ending.retired / to_hex(terminal))
    sync_folder(ending.state.parent)


def _keep_mirror(folder: Path, terminal: Address) -> None:
    if mirror_reading.read(folder).owner.terminal != terminal:
        return  # another one's: it stays, and the daemon will name it
    kept = folder / to_hex(terminal)
    kept.mkdir(mode=0o700, exist_ok=True)
    (folder / NAME).replace(kept / NAME)
    sync_folder(folder)


def _is_retired(journal: Path) -> bool:
    with closing(open_for_reading(journal)) as database:
        return View(database, journal).is_retired()


def _said(ending: Ending, terminal: Address | None) -> str:
    if terminal is None:
        return _ENROL
    books = f"KINDPAKKET_TERMINAL_STATE_DIR={ending.retired / to_hex(terminal)} kindpakket terminal journal list"
    return f"the key of {to_hex(terminal)} is destroyed. {_ENROL}. Its books: {books} --config {ending.before}"
