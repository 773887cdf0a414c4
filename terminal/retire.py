"""`kindpakket terminal retire`: the last entry of this terminal's journal, so that its slices can be used elsewhere."""

import argparse
import os
from contextlib import closing
from pathlib import Path
from typing import Any

from contracts.wire.entry import Retire
from contracts.wire.errors import Broken
from contracts.wire.reasons import Reason
from contracts.wire.units import to_hex
from terminal import commands, config, keys
from terminal.clock import Clock
from terminal.config import Config
from terminal.ending import ask
from terminal.signer import TerminalSigner, forbid_core_dumps, sign_retirement
from terminal.store import Store
from terminal.store.mirror import Mirror

_NEXT = (
    "Start the daemon and leave it connected until `kindpakket terminal doctor` finds no entry waiting: it sells no "
    "more, and sends what waits. Then each sponsor can release this terminal's slices, and the device may go."
)


def main(argv: list[str]) -> int:
    """Exit 0 when the entry is stored, 1 when it is not and why."""
    parser = argparse.ArgumentParser(
        prog="kindpakket terminal retire",
        description=(
            "End this terminal: its journal gets its last entry, and nothing is ever sold or given back here again. "
            "It cannot be undone; a device that sells on needs a new key. The daemon must be stopped first."
        ),
        epilog="example: kindpakket terminal retire --config /etc/kindpakket/terminal.toml",
    )
    parser.add_argument("--config", type=Path, default=config.DEFAULT, metavar="FILE", help="default: %(default)s")
    parser.add_argument("--yes", action="store_true", help="do not ask whether it is meant")
    parser.add_argument("--json", action="store_true", help="one JSON document instead of text")
    arguments = parser.parse_args(argv)
    return commands.run(lambda: _run(arguments))


def _run(arguments: argparse.Namespace) -> int:
    told = end(arguments.config, ask_first=not arguments.yes)
    said = (
        f"terminal {told['terminal']} is retired by entry {told['sequence']}; {told['waiting']} entries wait. {_NEXT}"
    )
    commands.tell(told, said, machine=arguments.json)
    return 0


def end(path: Path, *, ask_first: bool) -> dict[str, Any]:
    """Write the last entry of the terminal with this configuration, and tell what was done. Raises Broken."""
    forbid_core_dumps()
    settings = config.load(path)
    os.umask(0o077)
    signer = keys.load(settings, path)
    with closing(_open(settings, signer)) as store:
        _require_over(store)
        if settings.mirror is not None:
            store.keep_mirror(Mirror(settings.mirror, settings.journal, volatile_ok=settings.simulators))
        if ask_first:
            ask(f"Retire the terminal {to_hex(signer.address)} of {settings.shop} for good?")
        sequence, waiting = _retire(store, signer)
    return {"terminal": to_hex(signer.address), "sequence": sequence, "waiting": waiting}


def _open(settings: Config, signer: TerminalSigner) -> Store:
    """Raises Broken when the daemon runs: the journal is in its hands."""
    return Store.open(settings.journal, settings.domain, signer.address, volatile_ok=settings.simulators)


def _require_over(store: Store) -> None:
    """Raise Broken when it is retired already, or when there is something that could be given back only here."""
    if store.is_retired():
        raise Broken(f"it is retired already, by entry {store.sequence}. {_NEXT}")
    if (attention := store.attention()) and attention[0] is Reason.TERMINAL_LOCKED:
        raise Broken("its journal forked, so nothing that is added to it counts: have each sponsor revoke it instead")
    if asks := (*store.open_asks(), *store.paid_asks()):
        raise Broken(
            f"entry {asks[0].sequence} was asked for, and it is not settled whether it was paid and handed over: start "
            "the daemon, wait for the question on the screen, and answer it first"
        )


def _retire(store: Store, signer: TerminalSigner) -> tuple[int, int]:
    """The entry's number, and how many the chain has not settled."""
    moment, sequence = Clock(store.bound()).moment(), store.sequence + 1
    retirement = Retire(moment.entry_time())
    store.retire(sign_retirement(signer, store.head, sequence, retirement), retirement, moment.bound)
    return sequence, store.unsettled
