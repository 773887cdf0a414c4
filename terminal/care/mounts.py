"""What is mounted where, and on which disk: proc(5)'s mountinfo and sysfs's names, as text. Pure."""

import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from terminal.care.root import Texts

MOUNTS = "proc/self/mountinfo"
DEVICES = ("sys/block/*/dev", "sys/block/*/*/dev")

_OCTAL = re.compile(r"\\([0-7]{3})")


@dataclass(frozen=True, slots=True)
class Mount:
    """One line of mountinfo."""

    device: str
    """Major and minor number: `179:3`."""
    point: PurePosixPath
    kind: str
    read_only: bool
    """By the mount, or by the file system itself, which a fault makes so."""


def mount_of(texts: Texts, path: Path) -> Mount | None:
    """The mount that this path is on; None when mountinfo does not say."""
    found: Mount | None = None
    for line in texts.get(MOUNTS, "").splitlines():
        mount = _parse(line)
        if mount and path.is_relative_to(mount.point):
            # Of two on one point, the later hides the earlier.
            found = mount if found is None or len(mount.point.parts) >= len(found.point.parts) else found
    return found


def _parse(line: str) -> Mount | None:
    """Fields up to a lone hyphen vary in number; what follows it is type, source and the file system's own options."""
    before, hyphen, after = line.partition(" - ")
    fields, own = before.split(" "), after.split(" ")
    if not hyphen or len(fields) < 6 or len(own) < 3:
        return None
    point = _OCTAL.sub(lambda match: chr(int(match[1], 8)), fields[4])
    read_only = "ro" in {*fields[5].split(","), *own[2].split(",")}
    return Mount(fields[2], PurePosixPath(point), own[0], read_only)


@dataclass(frozen=True, slots=True)
class Disk:
    """A block device by its names in sysfs; they are the same when it has no partitions."""

    whole: str
    part: str


def disk_of(texts: Texts, device: str) -> Disk | None:
    """The disk of this major and minor number; None for none: an overlay or the memory."""
    for name, number in texts.items():
        parts = name.split("/")
        if number == device and parts[:2] == ["sys", "block"] and parts[-1] == "dev":
            return Disk(parts[2], parts[-2])
    return None
