"""`kindpakket provision terminal install`: makes this machine a terminal, or takes everything away again."""

import argparse
import fcntl
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from contracts.wire.errors import Broken
from provisioning.installer import finishing, machine, plan, waiting
from provisioning.installer.host import Host
from provisioning.installer.record import Record
from provisioning.installer.step import Step
from provisioning.installer.steps import data, readonly
from terminal import commands
from terminal.places import DATA, INSTALL_RECORD, STATE
from terminal.store.place import VOLATILE, file_system

_EXAMPLE = """example:
  sudo kindpakket provision terminal install --dry-run

Says what it will do, asks, and does it. It can be stopped at any moment, and goes on when it is run again; once all is
done, it finds nothing to do.
"""
_LOCK = Path("/run/kindpakket-install.lock")


def main(argv: list[str]) -> int:
    """Exit 0 when all is done, or undone; 1 when it is not, and why."""
    arguments = _parser().parse_args(argv)
    return commands.run(lambda: _run(Host(), arguments))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kindpakket provision terminal install",
        description="Make this machine a terminal.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--dry-run", action="store_true", help="only say what would be done")
    add("--undo", action="store_true", help="take away what was installed; the journal stays")
    add("--yes", action="store_true", help="do not ask")
    about = "an empty disk or partition for what must last (default: what is free behind the root)"
    add("--data", metavar="DEVICE", help=about)
    about = "let the root be written to, though a power cut may spoil it"
    add("--keep-root-writable", action="store_true", help=about)
    about = "an export of the journal, which allows --undo while entries wait"
    add("--exported", type=Path, metavar="FILE", help=about)
    return parser


def _say(sentence: str) -> None:
    sys.stdout.write(sentence + "\n")
    sys.stdout.flush()


def _run(host: Host, arguments: argparse.Namespace) -> int:
    if not arguments.dry_run:
        machine.require_root()
    _say(f"this machine: {machine.look(host)}")
    with _alone():
        if not arguments.dry_run:
            data.remount(host, None if arguments.undo else arguments.data)
        return _undo(host, arguments) if arguments.undo else _install(host, arguments)


@contextmanager
def _alone() -> Iterator[None]:
    """One installer at a time. Raises Broken when another is at work."""
    try:
        descriptor = os.open(_LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError:  # who is not root changes nothing, and needs no lock
        yield
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise Broken("another installer is at work here: wait for it") from None
    finally:
        os.close(descriptor)


def _install(host: Host, arguments: argparse.Namespace) -> int:
    record = Record.open(host)
    wishes = plan.Wishes(arguments.data, arguments.keep_root_writable)
    made = plan.make(host, record, wishes)
    todo = plan.pending(host, record, made)
    if not todo:
        _say("all is in place: nothing to do")
        return _rehearsed() if arguments.dry_run else finishing.go_on(host, _say, partial(_agrees, arguments))
    _show("to do:", todo)
    _tell(made.notes)
    if arguments.dry_run:
        return _rehearsed()
    _ask("Do all this?", arguments)
    _require_lasting(made)
    readonly.require_writable(host)
    plan.carry_out(record, todo, _say)
    _say("done")
    return finishing.go_on(host, _say, partial(_agrees, arguments))


def _require_lasting(made: plan.Plan) -> None:
    """Raise Broken when the journal would stand where a power cut takes it."""
    kind = file_system(DATA)
    if kind in VOLATILE and all(step.name != "data" for step in made.steps):
        raise Broken(f"{DATA} would be on {kind}, which forgets at a power cut: name a disk for it by --data")


def _undo(host: Host, arguments: argparse.Namespace) -> int:
    record = Record.open(host)
    todo = plan.undoing(record)
    if not todo and host.read(INSTALL_RECORD) is None:
        _say("nothing was installed here: nothing to undo")
        return 0
    waiting.require_none(host, arguments.exported)
    _show("to undo:", todo)
    if arguments.dry_run:
        return _rehearsed()
    _ask("Undo all this? The journal stays; this terminal's key does not.", arguments)
    readonly.require_writable(host)
    plan.take_back(record, todo, _say)
    host.remove(INSTALL_RECORD)
    host.remove_if_empty(DATA)
    _say(f"undone; the journal stays in {STATE}" if host.at(STATE).exists() else "undone")
    return 0


def _rehearsed() -> int:
    _say("nothing was changed: this was a dry run")
    return 0


def _tell(notes: Sequence[str]) -> None:
    for note in notes:
        _say(f"note: {note}")


def _show(head: str, todo: Sequence[Step]) -> None:
    _say("\n".join([head, *(f"  {step.name:12} {step.sentence}" for step in todo)]))


def _ask(question: str, arguments: argparse.Namespace) -> None:
    """Raise Broken unless a person says yes, or it was said before."""
    if arguments.yes:
        return
    if not sys.stdin.isatty():
        raise Broken("nothing was changed: give --yes where nobody can be asked")
    if not _says_yes(question):
        raise Broken("nothing was changed, as the answer was not yes")


def _agrees(arguments: argparse.Namespace, question: str) -> bool:
    """Whether a person says yes to what needs a person. Who is not there, or did not want to be asked, does not."""
    return not arguments.yes and sys.stdin.isatty() and _says_yes(question)


def _says_yes(question: str) -> bool:
    sys.stdout.write(f"{question} Type yes: ")
    sys.stdout.flush()
    return sys.stdin.readline(16).strip().lower() in {"yes", "ja"}
