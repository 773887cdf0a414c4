"""What is known of the disks: where the root stands, what is free behind it, and where the data may go."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from contracts.wire.errors import Broken
from provisioning.installer.host import Host
from terminal.places import DATA, DATA_LABEL
from terminal.store.place import VOLATILE

LOWER = Path("/media/root-ro")
"""Where overlayroot shows the root that lasts."""

FREE_BYTES_MIN = 2**30
"""What is left of a smaller partition for the journal, once two releases stand on it, is too little."""


_ROW = re.compile(r"\s*\d+\s+\d+\s+\d+\s+\d+")
"""Start, end, sectors, size."""


_BLKID = ("blkid", "--cache-file", "/dev/null")
_UUID = re.compile(r"[0-9A-Fa-f-]{8,36}")


@dataclass(frozen=True, slots=True)
class Free:
    """Space that belongs to no partition. `start` and `sectors` count in the disk's sectors."""

    disk: str
    start: int
    sectors: int
    size: int


def is_read_only(host: Host) -> bool:
    """Whether the root is an overlay, which forgets what is written to it."""
    return _one(host, "findmnt", "--noheadings", "--first-only", "--output", "FSTYPE", "/") in VOLATILE


def is_mounted(host: Host, path: Path = DATA) -> bool:
    """Whether something is mounted right there."""
    return host.ask("findmnt", "--mountpoint", str(path)).status == 0


def labelled(host: Host) -> str | None:
    """The partition that bears our label; None when no disk has one. Raises Broken when there are two."""
    return _only(host, f"LABEL={DATA_LABEL}", f"are both called {DATA_LABEL}")


def of_uuid(host: Host, uuid: str) -> str | None:
    """The partition with the file system of this UUID; None when no disk has it. Raises Broken when there are two."""
    return _only(host, f"UUID={uuid}", "are copies of one another")


def uuid(host: Host, device: str) -> str:
    """The UUID of the file system on a device. Raises Broken when there is none."""
    said = _one(host, *_BLKID, "--match-tag", "UUID", "--output", "value", device)
    if not _UUID.fullmatch(said):
        raise Broken(f"{device} has no file system that can be told from others: see `dmesg`, or take another disk")
    return said


def _only(host: Host, token: str, why: str) -> str | None:
    """The one device that blkid finds by this; None when there is none."""
    found = _one(host, *_BLKID, "--match-token", token, "--output", "device").splitlines()
    if len(found) > 1:
        raise Broken(f"{' and '.join(found)} {why}: take one of them out")
    return found[0] if found else None


def kernel_name(host: Host, device: str) -> str:
    """As blkid names it: `/dev/disk/by-id/...` leads there. Raises Broken for what is no path."""
    if not device.startswith("/"):
        raise Broken(f"{device} is no disk or partition: it is written as /dev/sda; `lsblk` lists what there is")
    return f"/{host.at(Path(device)).resolve().relative_to(host.root.resolve())}"


def require_usable(host: Host, device: str) -> None:
    """Raise Broken unless this device, as the kernel names it, bears our label already, or nothing is on it."""
    there = labelled(host)
    if there == device:
        return
    if there:
        raise Broken(f"{there} is called {DATA_LABEL} already: go on with it by `--data {there}`, or take it out")
    mounts = _one(host, "lsblk", "--noheadings", "--output", "MOUNTPOINT", device).split()
    if any(mount.startswith(("/", "[")) for mount in mounts):
        raise Broken(f"{device} is in use by this system: name another, `lsblk` lists what there is")
    if not is_blank(host, device):
        raise Broken(f"{device} is not empty: look what is on it; `wipefs --all {device}` gives it up for good")


def is_blank(host: Host, device: str) -> bool:
    """Whether nothing is on a device that anybody could miss. Raises Broken when it is no device, or cannot be read.

    By wipefs, as blkid's probe finds something on every partition: its entry in the table.
    """
    if not host.is_disk(Path(device)):
        raise Broken(f"{device} is no disk or partition: `lsblk` lists what there is")
    signs = ("wipefs", "--no-act", "--noheadings", "--parsable", device)
    return not host.run(*signs, otherwise="It cannot be read: see `dmesg`, or take another disk").strip()


def partitions(host: Host, disk: str) -> list[str]:
    """The partitions in a disk's table."""
    said = host.run("sfdisk", "--json", disk, otherwise="Its table of partitions cannot be read: take another disk")
    return [part["node"] for part in json.loads(said)["partitiontable"].get("partitions", [])]


def free(host: Host) -> Free | None:
    """The largest space that is free on the disk of the root; None when there is none worth while."""
    root = _one(host, "findmnt", "--noheadings", "--first-only", "--output", "SOURCE", str(LOWER)) or _one(
        host, "findmnt", "--noheadings", "--first-only", "--output", "SOURCE", "/"
    )
    parent = _one(host, "lsblk", "--noheadings", "--nodeps", "--output", "PKNAME", root)
    said = _one(host, "sfdisk", "--list-free", "--bytes", f"/dev/{parent}")
    rows = [line.split() for line in said.splitlines() if _ROW.fullmatch(line)]
    spaces = [Free(f"/dev/{parent}", int(start), int(sectors), int(size)) for start, _end, sectors, size in rows]
    fitting = [space for space in spaces if space.size >= FREE_BYTES_MIN]
    return max(fitting, key=lambda space: space.size, default=None) if parent else None


def _one(host: Host, *words: str) -> str:
    """What a program says; nothing when it fails."""
    ran = host.ask(*words)
    return "" if ran.status else ran.said.strip()
