"""`kindpakket terminal update`: take a newer release, or go back to the one before."""

import argparse
import os
import re
import shutil
import stat
import sys
from pathlib import Path

from contracts.wire.errors import Broken
from terminal import config, places, release
from terminal.release import ENDING, MANIFEST_BYTES_MAX, Manifest, Release
from terminal.update import switching
from terminal.update.draining import Patience, drain
from terminal.update.machine import Machine
from terminal.update.program import Program

_EXAMPLE = """examples:
  sudo kindpakket terminal update /media/stick
  sudo kindpakket terminal update kindpakket-0.3.0.pyz --dry-run
  sudo kindpakket terminal update --undo

The release is held to the key that this terminal was given when it was installed. Sales go on while it is unpacked and
until nothing waits to be settled; then the daemon starts anew, which takes some seconds. If the new release is not
ready within a minute, or the doctor finds failing what did not fail before, the one before is in use again.
"""
_NAME = re.compile(r"kindpakket-(\d{1,4})\.(\d{1,4})\.(\d{1,4})" + re.escape(ENDING), re.ASCII)


def main(argv: list[str]) -> int:
    """Exit 0 when the release that was asked for is in use; else one sentence says why not, and the old one is."""
    parser = argparse.ArgumentParser(
        prog="kindpakket terminal update",
        description="Take a newer release, from a file or a stick, and return by itself when it does not work.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--dry-run", action="store_true", help="check the release, and change nothing")
    about = "do not wait for entries that this export of the journal holds"
    parser.add_argument("--exported", type=Path, metavar="FILE", help=about)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("file", type=Path, nargs="?", metavar="FILE", help="the release, or the folder that it is in")
    what.add_argument("--undo", action="store_true", help="use the release before this one again")
    what.add_argument("--return", dest="settle", action="store_true", help="finish what was interrupted (for units)")
    arguments = parser.parse_args(argv)
    if os.geteuid() != 0:
        raise Broken("only root may update; put sudo before the command")
    try:
        _run(arguments, Program(places.PROGRAM_KEPT), Machine(config.DEFAULT))
    except OSError as error:
        raise Broken(
            f"the update stopped ({error}): free space on the disk, then give the same command again"
        ) from error
    return 0


def _run(arguments: argparse.Namespace, program: Program, machine: Machine) -> None:
    with program.alone(wait=arguments.settle):
        if arguments.dry_run:
            _rehearse(arguments, program)
            return
        switching.settle(program, machine, _say)
        if arguments.undo:
            undo(program, machine)
        elif arguments.file:
            update(arguments.file, program, machine, places.RELEASE_KEY, arguments.exported)


def _rehearse(arguments: argparse.Namespace, program: Program) -> None:
    if arguments.undo:
        _say(f"would use {_before(program)} again")
    elif arguments.file:
        with release.opened(found(arguments.file)) as it:
            require_fitting(it, found(arguments.file), program, places.RELEASE_KEY)
            _say(f"{it.manifest.version} is signed, and can be taken; nothing was changed")


def update(
    file: Path,
    program: Program,
    machine: Machine,
    key: Path,
    exported: Path | None = None,
    patience: Patience = Patience(),  # noqa: B008 - a value
) -> None:
    """Take the release in the file, or the newest in the folder. Raises Broken or TryAgain; then nothing changed."""
    path = found(file)
    with release.opened(path) as it:
        require_fitting(it, path, program, key)
        version = it.manifest.version
        _say(f"{version} is signed by the key that this terminal takes releases from")
        shutil.rmtree(program.incoming, ignore_errors=True)
        it.unpack(program.incoming)
    machine.put(program.incoming, program.folder)
    if program.manifest(version) != it.manifest:
        raise Broken(f"another {version} is here already: two releases never have one version; get a newer one")
    failed = machine.failures(program.release(program.current()))
    if exported is None:
        drain(machine.waiting, _say, patience)
    else:
        machine.require_exported(exported)
    switching.change(program, machine, version, failed, _say)
    _say(f"{version} is in use. Whether its services want a change: sudo kindpakket provision terminal install")


def undo(program: Program, machine: Machine) -> None:
    """Use the release before this one again. Raises Broken."""
    version = _before(program)
    if program.manifest(version).journal_schema < machine.oldest_reader():
        raise Broken(f"{version} cannot read what was sold since: stay with {program.current()}, or take a newer one")
    failed = machine.failures(program.release(program.current()))
    switching.change(program, machine, version, failed, _say)
    _say(f"{version} is in use again")


def _before(program: Program) -> str:
    previous = program.previous()
    if previous is None:
        raise Broken("there is no release before this one here: update to one by its file")
    return previous


def found(path: Path) -> Path:
    """The release's file: this one, or in a folder (a stick) the newest by its name. Raises Broken."""
    if not path.is_dir():
        return path
    try:
        names = [each.name for each in path.iterdir()]
    except OSError as error:
        raise Broken(f"{path} cannot be read ({error.strerror}): put the stick in again, or try another") from None
    there = {tuple(map(int, name.groups())): path / name[0] for each in names if (name := _NAME.fullmatch(each))}
    if not there:
        raise Broken(f"there is no release in {path}: its name is as kindpakket-0.2.0{ENDING}")
    return there[max(there)]


def require_fitting(it: Release, path: Path, program: Program, key: Path) -> None:
    """Raise Broken unless it is signed, newer than the one in use, and can be gone back from."""
    release.require_signed(it.content, it.signature, _believed(key), path)
    ours, theirs = program.manifest(program.current()), it.manifest
    if theirs.order <= ours.order:
        raise Broken(f"{theirs.version} is not newer than {ours.version}, which is in use: nothing to do")
    _require_return(ours, theirs)


def _believed(path: Path) -> bytes:
    """The key whose releases are taken. Its folder is also the daemon's, so it must be root's own. Raises Broken."""
    again = "run the installer again, it puts the key there"
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            status = os.fstat(file.fileno())
            key = file.read(MANIFEST_BYTES_MAX)
    except OSError as error:
        raise Broken(f"{path} cannot be read ({error.strerror}): {again}") from None
    if not stat.S_ISREG(status.st_mode) or status.st_uid != os.geteuid() or status.st_mode & 0o022:
        raise Broken(f"{path} is not root's alone, so nobody knows whose releases it lets in: remove it, and {again}")
    return key


def _require_return(ours: Manifest, theirs: Manifest) -> None:
    """A release reads the journals of the one after it, if those allow it, and of none later."""
    known, written = ours.journal_schema, theirs.journal_schema
    if written < known:
        raise Broken(f"{theirs.version} cannot read the journals of {ours.version}, which is in use: get a newer one")
    if written > known + 1 or theirs.readable_from > known:
        raise Broken(
            f"nothing could return from {theirs.version}: {ours.version}, which is in use, cannot read its journals. "
            "Take a release between the two first"
        )


def _say(sentence: str) -> None:
    sys.stdout.write(sentence + "\n")
    sys.stdout.flush()
