"""What Debian's programs do, on a machine in a folder."""

import json
import shutil
import subprocess
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from provisioning.installer.host import Ran

if TYPE_CHECKING:
    from tests.provisioning.installer.machine import Machine

PACKAGES = ["nftables", "unattended-upgrades", "overlayroot", "busybox", "systemd-timesyncd"]
HOOK = Path("/usr/share/initramfs-tools/scripts/init-bottom/overlayroot")
DISK, ROOT, PARTITION = "/dev/vda", "/dev/vda1", "/dev/vda2"
FREE = " 4196352 10485726 6289375 3220160000\n"


def fine(machine: "Machine", words: list[str], feed: str) -> Ran:
    return Ran(0, "")


def _stat(machine: "Machine", words: list[str], feed: str) -> Ran:
    path = Path(words[-1])
    known = machine.know("owners").get(str(path), "root:root:755")
    return Ran(0, known + "\n") if path.exists() else Ran(1, "no such file")


def _chown(machine: "Machine", words: list[str], feed: str) -> Ran:
    mode = machine.know("owners").get(words[-1], "root:root:755").rsplit(":", 1)[1]
    return _own(machine, words[-1], f"{words[-2]}:{mode}")


def _chmod(machine: "Machine", words: list[str], feed: str) -> Ran:
    owner = machine.know("owners").get(words[-1], "root:root:755").rsplit(":", 1)[0]
    return _own(machine, words[-1], f"{owner}:{words[-2]}")


def _own(machine: "Machine", path: str, owner: str) -> Ran:
    machine.learn("owners", **{path: owner})
    return Ran(0, "")


def _sysusers(machine: "Machine", words: list[str], feed: str) -> Ran:
    lines = [line.split() for line in (machine.read(Path(words[0])) or "").splitlines()]
    for kind, name, *rest in (line for line in lines if line and line[0] in {"u", "m"}):
        if kind == "u":
            _account(machine, "passwd", name)
            _account(machine, "group", name)
        else:
            _join(machine, name, rest[0])
    return Ran(0, "")


def _account(machine: "Machine", file: str, name: str) -> None:
    path = machine.at(Path("/etc") / file)
    if not any(line.startswith(f"{name}:") for line in path.read_text().splitlines()):
        path.write_text(f"{path.read_text()}{name}:x:9:\n")


def _join(machine: "Machine", name: str, group: str) -> None:
    path = machine.at(Path("/etc/group"))
    fields = [line.split(":") for line in path.read_text().splitlines()]
    for line in fields:
        if line[0] == group and name not in line[-1].split(","):
            line[-1] = ",".join(filter(None, (*line[-1].split(","), name)))
    path.write_text("".join(":".join(line) + "\n" for line in fields))


def _userdel(machine: "Machine", words: list[str], feed: str) -> Ran:
    for file in ("passwd", "group"):
        _without(machine, file, words[0])
    return Ran(0, "")


def _groupdel(machine: "Machine", words: list[str], feed: str) -> Ran:
    _without(machine, "group", words[0])
    return Ran(0, "")


def _without(machine: "Machine", file: str, name: str) -> None:
    path = machine.at(Path("/etc") / file)
    fields = [line.split(":") for line in path.read_text().splitlines() if not line.startswith(f"{name}:")]
    for line in fields:
        line[-1] = ",".join(member for member in line[-1].split(",") if member != name)
    path.write_text("".join(":".join(line) + "\n" for line in fields))


def _systemctl(machine: "Machine", words: list[str], feed: str) -> Ran:
    verb, *units = words
    if verb == "is-enabled":
        return Ran(0, machine.know("enabled").get(units[0], "disabled") + "\n")
    if verb in {"enable", "disable"}:
        machine.learn("enabled", **dict.fromkeys(units, "enabled" if verb == "enable" else None))
    return Ran(0, "")


def _dpkg_query(machine: "Machine", words: list[str], feed: str) -> Ran:
    return Ran(0, "".join(f"{name} {status}\n" for name, status in machine.know("packages").items()))


def _apt_get(machine: "Machine", words: list[str], feed: str) -> Ran:
    names = [word for word in words if word in PACKAGES]
    if "install" in words:
        machine.learn("packages", **dict.fromkeys(names, "installed"))
        machine.at(HOOK).parent.mkdir(parents=True, exist_ok=True)
        machine.at(HOOK).write_text("")
    if "--simulate" in words:
        return Ran(0, "".join(f"Purg {name} [1.0]\n" for name in names))
    if "purge" in words:
        machine.learn("packages", **dict.fromkeys(names))
        shutil.rmtree(machine.at(Path("/usr/share")), ignore_errors=True)
        for name in ("nftables.conf", "overlayroot.conf"):
            machine.at(Path("/etc") / name).unlink(missing_ok=True)
    return Ran(0, "")


def _creds(machine: "Machine", words: list[str], feed: str) -> Ran:
    machine.at(Path("/var/lib/systemd/credential.secret")).write_text("secret")
    return Ran(0, "")


def _findmnt(machine: "Machine", words: list[str], feed: str) -> Ran:
    if "--mountpoint" in words:
        return Ran(0 if words[-1] in machine.know("mounts") else 1, "")
    answers = {("FSTYPE", "/"): "ext4", ("SOURCE", "/"): ROOT}
    found = answers.get((words[-2], words[-1]))
    return Ran(0, found + "\n") if found else Ran(1, "")


def _lsblk(machine: "Machine", words: list[str], feed: str) -> Ran:
    if "MOUNTPOINT" in words:
        return Ran(0, "\n/\n" if words[-1] in {DISK, ROOT} else "\n")
    return Ran(0, "vda\n")


def _sfdisk(machine: "Machine", words: list[str], feed: str) -> Ran:
    parts = machine.know("partitions")
    if "--json" in words:
        nodes = [{"node": name} for name in parts if name.startswith(words[-1])]
        return Ran(0, json.dumps({"partitiontable": {"partitions": nodes}}))
    if "--list-free" in words:
        return Ran(0, "" if PARTITION in parts else f"  Start      End Sectors       Size\n{FREE}")
    if "--append" in words:
        machine.learn("partitions", **{PARTITION: ""})
        machine.at(Path(PARTITION)).write_text("")
    if "--delete" in words:
        machine.learn("partitions", **{PARTITION: None})
        machine.at(Path(PARTITION)).unlink()
        shutil.rmtree(_content(machine, PARTITION), ignore_errors=True)
    return Ran(0, "")


def _mkfs(machine: "Machine", words: list[str], feed: str) -> Ran:
    shutil.rmtree(_content(machine, words[-1]), ignore_errors=True)
    _content(machine, words[-1]).mkdir(parents=True)
    machine.learn("partitions", **{words[-1]: words[words.index("-L") + 1]})
    return Ran(0, "")


def _content(machine: "Machine", device: str) -> Path:
    return machine.root / "machine" / "content" / device.lstrip("/")


def uuid_of(device: str) -> str:
    """The UUID of the file system on it."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, device))


def _blkid(machine: "Machine", words: list[str], feed: str) -> Ran:
    parts = {name: label for name, label in machine.know("partitions").items() if label}
    if "--match-tag" in words:
        return Ran(0, uuid_of(words[-1])) if words[-1] in parts else Ran(2, "")
    token = next(word for word in words if word.startswith(("LABEL=", "UUID=")))
    found = [name for name, label in parts.items() if token in {f"LABEL={label}", f"UUID={uuid_of(name)}"}]
    return Ran(0 if found else 2, "".join(f"{name}\n" for name in found))


def _wipefs(machine: "Machine", words: list[str], feed: str) -> Ran:
    """What it finds; it wipes nothing here, as nobody looks."""
    found = machine.know("partitions").get(words[-1]) and "--no-act" in words
    return Ran(0, f"0x438,,{found},ext4\n" if found else "")


def _mount(machine: "Machine", words: list[str], feed: str) -> Ran:
    """The folder steps aside for a link to what is mounted."""
    source, target = words[-2:]
    hidden = machine.root / "machine" / "hidden" / target.lstrip("/")
    hidden.parent.mkdir(parents=True, exist_ok=True)
    machine.at(Path(target)).rename(hidden)
    machine.at(Path(target)).symlink_to(_below(machine) if "--bind" in words else _content(machine, source))
    machine.learn("mounts", **{target: source})
    return Ran(0, "")


def _below(machine: "Machine") -> Path:
    """The root as it is below its mounts."""
    return machine.root / "machine" / "hidden"


def _umount(machine: "Machine", words: list[str], feed: str) -> Ran:
    hidden = machine.root / "machine" / "hidden" / words[-1].lstrip("/")
    machine.at(Path(words[-1])).unlink()
    hidden.rename(machine.at(Path(words[-1])))
    machine.learn("mounts", **{words[-1]: None})
    return Ran(0, "")


def _cp(machine: "Machine", words: list[str], feed: str) -> Ran:
    source, target = machine.at(Path(words[-2].removesuffix("/."))), machine.at(Path(words[-1]))
    subprocess.run(["cp", "--archive", f"{source}/.", str(target)], check=True)
    return Ran(0, "")


PROGRAMS: dict[str, Callable[["Machine", list[str], str], Ran]] = {
    "stat": _stat, "chown": _chown, "chmod": _chmod, "systemd-sysusers": _sysusers, "userdel": _userdel,
    "groupdel": _groupdel, "systemctl": _systemctl, "dpkg-query": _dpkg_query, "apt-get": _apt_get,
    "systemd-creds": _creds, "findmnt": _findmnt, "lsblk": _lsblk, "sfdisk": _sfdisk, "mkfs.ext4": _mkfs,
    "blkid": _blkid, "wipefs": _wipefs, "mount": _mount, "umount": _umount, "cp": _cp,
}  # fmt: skip
