"""The partition that lasts: with it, the root may be an overlay that forgets, and a full log never fills the journal's.

What stands on the root's folder already (the program that runs here, the record) is copied there before it is mounted.
"""

from functools import partial
from pathlib import Path

from contracts.wire.errors import Broken
from provisioning.installer import disks
from provisioning.installer.disks import Free
from provisioning.installer.host import Host
from provisioning.installer.record import Memory
from provisioning.installer.step import Step
from terminal.places import DATA, DATA_LABEL, INSTALL_RECORD

_FSTAB = Path("/etc/fstab")
_OPTIONS = "noatime,nofail,x-systemd.device-timeout=5min"
_ASIDE, _BELOW = Path("/run/kindpakket-aside"), Path("/run/kindpakket-below")
_OTHERWISE = "See `dmesg` whether the disk is broken; if not, run the same again"
_REREAD = "Start the machine again, so that it sees the new partition; then run the same again"


def data(device: str | None, space: Free | None) -> Step:
    """The step that takes this device, or the labelled one, or makes a partition of that space."""
    size = f"{space.size / 2**30:.1f} GiB free on {space.disk}" if space else ""
    where = device or (f"a new partition, of {size}" if space else f"the partition {DATA_LABEL}")
    return Step("data", f"keep what must last on {where}", _is_done, partial(_do, device, space), _undo)


def _is_done(host: Host) -> bool:
    return disks.is_mounted(host) and _kept(host) is not None


def _kept(host: Host) -> str | None:
    """The UUID that is mounted there at each start; None when none is.

    Not the label: whoever puts in another stick of that name at a start would bring a program of his own.
    """
    lines = (host.read(_FSTAB) or "").splitlines()
    named = (line.split()[0].partition("UUID=") for line in lines if not _is_other(line))
    return next((uuid for before, _, uuid in named if uuid and not before), None)


def _line(uuid: str) -> str:
    return f"UUID={uuid} {DATA} ext4 {_OPTIONS} 0 2"


def _mount_at_starts(host: Host, *line: str) -> None:
    """Mount this at each start, or nothing, and not what was mounted there before."""
    others = filter(_is_other, (host.read(_FSTAB) or "").splitlines())
    host.write(_FSTAB, "".join(f"{each}\n" for each in (*others, *line)))


def _is_other(line: str) -> bool:
    """Whether a line of fstab mounts something elsewhere."""
    return line.split()[1:2] != [str(DATA)]


def _do(device: str | None, space: Free | None, host: Host, memory: Memory) -> None:
    chosen = disks.kernel_name(host, device) if device else disks.labelled(host) or _partition(host, memory, space)
    disks.require_usable(host, chosen)  # now: since a restart the name may be another disk's
    if disks.labelled(host) != chosen:
        host.run("mkfs.ext4", "-q", "-F", "-L", DATA_LABEL, chosen, otherwise=_OTHERWISE)
    if not disks.is_mounted(host):
        _move(host, chosen)
    _clear_below(host)


def _partition(host: Host, memory: Memory, space: Free | None) -> str:
    """A new partition, or the one that was made when this was interrupted."""
    disk: str | None = memory.recall("disk") or (space.disk if space else None)
    if disk is None:
        raise Broken("there is no room for a partition any more: name a disk by --data")
    memory.keep("disk", disk)
    memory.keep("before", disks.partitions(host, disk))
    if space and not _new(host, memory):
        line = f"start={space.start}, size={space.sectors}, type=linux\n"
        quietly = ("--quiet", "--no-reread", "--no-tell-kernel", "--wipe-partitions", "always")
        host.run("sfdisk", "--append", *quietly, disk, feed=line, otherwise=_OTHERWISE)
    made = _new(host, memory)[0]
    host.ask("partx", "--add", made, disk)  # the kernel may know it already
    if host.booted:
        host.run("udevadm", "settle", otherwise=_REREAD)
    if not host.at(Path(made)).exists():
        raise Broken(f"{made} is not there yet. {_REREAD}")
    return made


def _new(host: Host, memory: Memory) -> list[str]:
    """What came to the disk since; nothing where none was to be made."""
    before = memory.recall("before")
    found = [] if before is None else disks.partitions(host, memory.recall("disk"))
    return [part for part in found if part not in before]


def _move(host: Host, device: str) -> None:
    """Copy first, mount then: whenever it is interrupted, one of both places has everything."""
    host.make_folder(_ASIDE)
    if not disks.is_mounted(host, _ASIDE):
        host.run("mount", device, str(_ASIDE), otherwise=_OTHERWISE)
    host.make_folder(DATA)
    host.run("cp", "--archive", f"{DATA}/.", str(_ASIDE), otherwise=_OTHERWISE)
    host.run("umount", str(_ASIDE), otherwise=_OTHERWISE)
    _mount_at_starts(host, _line(disks.uuid(host, device)))
    if host.booted:
        host.run("systemctl", "daemon-reload", otherwise=_OTHERWISE)
    host.run("mount", "-o", "noatime", device, str(DATA), otherwise=_OTHERWISE)
    if not disks.is_mounted(host):
        raise Broken(f"{device} is not mounted at {DATA}, although it should be. {_OTHERWISE}")


def _clear_below(host: Host) -> None:
    """Remove the copies that the mount hides: they fill the root, and would be taken for the truth without it."""
    host.make_folder(_BELOW)
    if not disks.is_mounted(host, _BELOW):
        host.run("mount", "--bind", "/", str(_BELOW), otherwise=_OTHERWISE)
    hidden = _BELOW / DATA.relative_to("/")
    for name in host.names(hidden):
        host.remove(hidden / name)
    host.run("umount", str(_BELOW), otherwise=_OTHERWISE)
    for path in (_ASIDE, _BELOW):
        host.remove_if_empty(path)


def _undo(host: Host, memory: Memory) -> None:
    """Where a journal stands there, the partition stays, and stays mounted; else it goes, if it was made here."""
    if set(host.names(DATA)) - {INSTALL_RECORD.name, "lost+found"}:
        return
    made = next((part for part in _new(host, memory) if part == disks.labelled(host)), None)
    if disks.is_mounted(host):
        # This very program was loaded from there: it is let go of when this process ends.
        host.run("umount", "--lazy", str(DATA), otherwise=_OTHERWISE)
        memory.record.save()
    _mount_at_starts(host)
    if host.booted:
        host.run("systemctl", "daemon-reload", otherwise=_OTHERWISE)
    if made:
        _give_back(host, memory.recall("disk"), made)


def _give_back(host: Host, disk: str, device: str) -> None:
    """By its label it was known as ours, so that goes after the entry in the table."""
    number = device.removeprefix(disk).lstrip("p")
    host.run("sfdisk", "--delete", "--quiet", "--no-reread", "--no-tell-kernel", disk, number, otherwise=_OTHERWISE)
    host.ask("wipefs", "--all", "--force", device)
    host.ask("partx", "--delete", device)  # it may be in use until this process ends: then the next start forgets it


def remount(host: Host, instead: str | None = None) -> None:
    """Mount what was unmounted when an undoing was interrupted: the record stands there.

    Raises Broken when it is gone, unless another device was named instead.
    """
    uuid = _kept(host)
    if uuid is None or disks.is_mounted(host):
        return
    device = disks.of_uuid(host, uuid)
    if device is None and instead:
        return
    if device is None:
        raise Broken(
            f"the partition {DATA_LABEL} is gone, with what must last: put the disk or the stick in again; or, if it "
            "is lost, name an empty one by --data DEVICE and begin anew"
        )
    host.make_folder(DATA)
    host.run("mount", "-o", "noatime", device, str(DATA), otherwise="It is damaged: `dmesg` says more")
