"""The table: everything that is looked at in the machine itself, the worst troubles to the front."""

import os
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from terminal import places
from terminal.care import board, disk, kept, setup
from terminal.care.found import About, Found, Reading
from terminal.care.kept import Kept
from terminal.care.root import Root
from terminal.config import Config
from terminal.core.care import Trouble
from terminal.store.migrations import MIGRATIONS

WATCHED: tuple[Reading, ...] = (*disk.READINGS, *board.READINGS, *setup.READINGS)
"""What the daemon looks at each minute."""
ALL = (*WATCHED, *board.ASKED)
"""What doctor looks at."""

LOGS = ("var/log/journal", "run/log/journal")


def look(root: Root, about: About, rows: tuple[Reading, ...] = ALL) -> list[Found]:
    """What this machine says of itself, in the order of the table."""
    found = (reading.judge(root.texts(reading.files), about) for reading in rows)
    return [each for each in found if each is not None]


def troubles(found: list[Found]) -> tuple[Trouble, ...]:
    """What needs a person, each once, in the order of importance."""
    there = {each.trouble for each in found}
    return tuple(trouble for trouble in Trouble if trouble in there)


def about(settings: Config, root: Root, remembered: Kept | None = None) -> About:
    """What stands in no file's text. `remembered` is what a daemon knows newer than its file."""
    free, files_free = _room(settings.state_dir)
    program = _below(places.PROGRAM_KEPT)
    return About(
        state=settings.state_dir.resolve(),
        installed=not settings.simulators,
        version=program_version(),
        schema=len(MIGRATIONS),
        previous=root.leads_to(f"{program}/previous"),
        trying=root.has(f"{program}/trying"),
        free=free,
        files_free=files_free,
        log_bytes=sum(root.size(folder) for folder in LOGS),
        kept=kept.load(settings.state_dir) if remembered is None else remembered,
    )


def remember(root: Root, known: About) -> Kept:
    """What is to be known at the next look."""
    texts = root.texts((*disk.COUNTED, *board.POWER))
    seen = disk.counters(texts, known)
    now = known.kept.at(seen) if seen else known.kept
    return now.weak(texts.get(board.BOOT, "")) if board.is_weak(texts) else now


def program_version() -> str:
    """Of the program that runs; a question mark where it was never installed."""
    try:
        return version("kindpakket")
    except PackageNotFoundError:
        return "?"


def _below(path: Path) -> str:
    return str(path.relative_to("/"))


def _room(folder: Path) -> tuple[int, int]:
    """Bytes and files that still go on the folder's disk; where files are not counted, always enough of these."""
    try:
        status = os.statvfs(folder)
    except OSError:
        return 0, 0
    return status.f_bavail * status.f_frsize, status.f_favail if status.f_files else disk.FILES_FREE_MIN
