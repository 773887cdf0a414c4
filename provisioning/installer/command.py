"""`kindpakket provision terminal install`: makes this machine a terminal, or takes everything away again."""

import argparse
import fcntl
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from contracts.wire.errors import Broken
from provisioning.installer import machine, plan
from provisioning.installer.host import Host
from provisioning.installer.record import Record
from provisioning.installer.step import Step
from terminal import commands
from terminal.places import DATA, INSTALL_RECORD

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
    parser.add_argument("--dry-run", action="store_true", help="only say what would be done")
    parser.add_argument("--undo", action="store_true", help="take away what was installed; the journal stays")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    return parser


def _say(sentence: str) -> None:
    sys.stdout.write(sentence + "\n")
    sys.stdout.flush()


def _run(host: Host, arguments: argparse.Namespace) -> int:
    if not arguments.dry_run:
        machine.require_root()
    found = machine.look(host)
    _say(f"this machine: {found}")
    with _alone():
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
    todo = plan.pending(host, record, plan.steps())
    if not todo:
        _say("all is in place: nothing to do")
        return 0
    _show("to do:", todo)
    if arguments.dry_run:
        _say("nothing was changed: this was a dry run")
        return 0
    _ask("Do all this?", arguments)
    plan.carry_out(host, record, todo, _say)
    _say("done")
    return 0


def _undo(host: Host, arguments: argparse.Namespace) -> int:
    record = Record.open(host)
    todo = [step for step in plan.steps() if step.name in record.steps]
    if not todo:
        _say("nothing was installed here: nothing to undo")
        return 0
    _show("to undo:", list(reversed(todo)))
    if arguments.dry_run:
        _say("nothing was changed: this was a dry run")
        return 0
    _ask("Undo all this? The journal stays; this terminal's key does not.", arguments)
    plan.take_back(host, record, plan.steps(), _say)
    host.remove(INSTALL_RECORD)
    host.remove_if_empty(DATA)
    _say("undone")
    return 0


def _show(head: str, todo: Sequence[Step]) -> None:
    _say("\n".join([head, *(f"  {step.name:12} {step.sentence}" for step in todo)]))


def _ask(question: str, arguments: argparse.Namespace) -> None:
    """Raise Broken unless a person says yes, or it was said before."""
    if arguments.yes:
        return
    if not sys.stdin.isatty():
        raise Broken("nothing was changed: give --yes where nobody can be asked")
    sys.stdout.write(f"{question} Type yes: ")
    sys.stdout.flush()
    if sys.stdin.readline(16).strip().lower() not in {"yes", "ja"}:
        raise Broken("nothing was changed, as the answer was not yes")
