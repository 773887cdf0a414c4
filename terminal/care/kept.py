"""What is remembered between two looks, and over the nights without power: how much is written to the disk in a day.

It is measured over the time that the machine runs, as a terminal is switched off every evening. Pure, apart from `load`
and `save`.
"""

import json
import logging
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

DAY_SECONDS = 86_400
FILE = "care.json"
SECTOR_BYTES = 512
"""What /sys/block/*/stat counts in, whatever the disk's own sectors are."""

_FILE_MAX = 4096

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Seen:
    """The machine's counters at one look; all begin anew at each boot."""

    boot: str
    uptime: int
    """Seconds."""
    sectors: int
    """Written to the journal's disk."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is remembered."""

    boot: str = ""
    uptime: int = 0
    sectors: int = 0
    bytes: int = 0
    """Written in the day that is being measured."""
    seconds: int = 0
    """That it has lasted."""
    day: int = 0
    """Bytes written in the last whole day; 0 before there was one."""
    weak_boot: str = ""
    """The boot in which the power was last too weak."""

    def at(self, seen: Seen) -> "Kept":
        """With what was written and the time that went by since the last look, or since a boot that came between.

        The first look of all only begins to measure: what an installation wrote is no day's wear.
        """
        if not self.uptime:
            return replace(self, boot=seen.boot, uptime=seen.uptime, sectors=seen.sectors)
        same = seen.boot == self.boot and seen.sectors >= self.sectors and seen.uptime >= self.uptime
        wrote = (seen.sectors - (self.sectors if same else 0)) * SECTOR_BYTES
        ran = seen.uptime - (self.uptime if same else 0)
        now = replace(self, boot=seen.boot, uptime=seen.uptime, sectors=seen.sectors)
        return _day_over(replace(now, bytes=self.bytes + wrote, seconds=self.seconds + ran))

    def weak(self, boot: str) -> "Kept":
        """With the power too weak in this boot."""
        return replace(self, weak_boot=boot)


def _day_over(kept: Kept) -> Kept:
    if kept.seconds < DAY_SECONDS:
        return kept
    return replace(kept, day=kept.bytes * DAY_SECONDS // kept.seconds, bytes=0, seconds=0)


def load(folder: Path) -> Kept:
    """What is kept in this folder; nothing when it cannot be read: then the day is measured anew."""
    try:
        with (folder / FILE).open("rb") as file:
            kept = json.loads(file.read(_FILE_MAX))
    except (OSError, ValueError):
        return Kept()
    kinds = {field.name: type(field.default) for field in fields(Kept)}
    if not isinstance(kept, dict) or {name: type(value) for name, value in kept.items()} != kinds:
        return Kept()
    return Kept(**kept)


def save(folder: Path, kept: Kept) -> None:
    """Keep it there. It may fail, and it is not flushed: of these numbers any may be lost."""
    new = folder / f"{FILE}.new"
    try:
        new.write_text(json.dumps(asdict(kept)), encoding="utf-8")
        new.replace(folder / FILE)
    except OSError as error:
        _log.warning("care.not_kept", extra={"detail": str(error)})
