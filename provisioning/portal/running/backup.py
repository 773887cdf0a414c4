"""`kindpakket portal backup`: a copy of the portal's folder, and of its key apart from that."""

import argparse
import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from contracts.gateway.store.keeping import copy_file
from contracts.wire.errors import Broken
from provisioning.portal import config, keys
from provisioning.portal.running import entering, work
from terminal.durable import sync_folder
from terminal.private import put

_LEFT_OUT = {keys.FILE, work.LOCK, "chain"}
_BESIDE_A_DATABASE = ("-wal", "-shm", "-journal")
_DRAFT = ".new"
"""At the end of a hidden file that a run was writing when it was killed (`terminal.private.put`): perhaps the key."""
_SQLITE = b"SQLite format 3\0"
_EXAMPLE = f"""examples:
  kindpakket portal backup monday --folder /var/lib/kindpakket-portal
  kindpakket portal backup --key portal.key.copy --folder /var/lib/kindpakket-portal

The portal need not stop. The key is never in the first copy: without it nobody reads a name there, nor does the town.
So make the second copy once, and keep it somewhere else. To put both back: stop the portal, move its folder away, put
the copy in its place, the key into that as {keys.FILE}, and start the portal. PostgreSQL has pg_dump for its tables.
"""


def main(argv: list[str]) -> int:
    """Copy the folder, or its key. Raises Broken when that cannot be, and leaves nothing half behind."""
    parser = argparse.ArgumentParser(
        prog="kindpakket portal backup",
        description="Copy the portal's folder without its key, or the key alone.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    entering.add_folder(parser)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("copy", nargs="?", type=Path, metavar="DIR", help="the copy, which must not be there yet")
    what.add_argument("--key", type=Path, metavar="FILE", help="copy the key alone, to this new file")
    arguments = parser.parse_args(argv)
    place = entering.choose(arguments.folder)
    if arguments.key:
        _copy_key(place, arguments.key)
        return 0
    copy(place, arguments.copy)
    print(f"copied to {arguments.copy}, without {keys.FILE}")
    if config.load(place).database != "sqlite":
        print("the tables stand in PostgreSQL, and are not in it: pg_dump copies them")
    return 0


def copy(place: Path, target: Path) -> None:
    """A whole copy of the folder: databases as they are at one moment, and what refers to them later than they are."""
    if not any((place / name).exists() for name in (config.FILE, keys.FILE)):
        raise Broken(f"there is no portal in {place}: name its folder by --folder")
    part = target.with_name(f"{target.name}.part")
    if target.exists() or part.exists():
        raise Broken(f"{target} or {part} is there already: nothing is overwritten, choose another name")
    try:
        part.mkdir(mode=0o700)
        for path in sorted(_files(place), key=lambda path: not _is_database(path)):
            _copy_file(path, part / path.relative_to(place))
        part.rename(target)
        sync_folder(target.absolute().parent)
    except (OSError, sqlite3.Error) as error:
        raise Broken(f"the copy {target} could not be made: {error}") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _files(place: Path) -> Iterator[Path]:
    for path in place.rglob("*"):
        left_out = path.relative_to(place).parts[0] in _LEFT_OUT or path.name.endswith(_BESIDE_A_DATABASE)
        if path.is_file() and not path.is_symlink() and not left_out and not _is_draft(path):
            yield path


def _is_draft(path: Path) -> bool:
    return path.name.startswith(".") and path.name.endswith(_DRAFT)


def _is_database(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(_SQLITE)) == _SQLITE


def _copy_file(path: Path, target: Path) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if _is_database(path):
        copy_file(path, target)
    else:
        put(target, path.read_bytes(), path.stat().st_mode & 0o640)


def _copy_key(place: Path, target: Path) -> None:
    if target.absolute().is_relative_to(place) or (target.absolute().parent / config.FILE).exists():
        raise Broken(f"{target} lies beside what the key opens: keep it somewhere else")
    try:
        key = (place / keys.FILE).read_bytes()
    except OSError as error:
        raise Broken(f"{place / keys.FILE} cannot be read ({error.strerror})") from error
    put(target, key, 0o600)
    print(f"copied to {os.fspath(target)}; keep it apart from the copies of the folder")
