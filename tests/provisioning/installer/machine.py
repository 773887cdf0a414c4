"""A machine in a folder: real files and links, and programs that do to them what Debian's do.

All that it knows stands below `root/machine`, so that it outlives an installer that is killed.
"""

import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from provisioning.installer.host import Host, Ran

_ASKING = {"stat", "is-enabled", "dpkg-query", "findmnt", "lsblk", "--json", "--list-free", "blkid"}
PACKAGES = ["nftables", "unattended-upgrades", "overlayroot", "busybox", "systemd-timesyncd"]
HOOK = Path("/usr/share/initramfs-tools/scripts/init-bottom/overlayroot")
DISK, ROOT, PARTITION = "/dev/vda", "/dev/vda1", "/dev/vda2"
PUBLIC = """-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=
-----END PUBLIC KEY-----
"""
FREE = " 4196352 10485726 6289375 3220160000\n"


class Killed(BaseException):
    """SIGKILL: nothing is cleaned up, and no handler for errors sees it."""


@dataclass(slots=True)
class Bomb:
    """Kills at the n-th moment between two changes; never when n is 0."""

    at: int = 0
    passed: int = 0

    def tick(self) -> None:
        self.passed += 1
        if self.passed == self.at:
            raise Killed


@dataclass(frozen=True, slots=True)
class Machine(Host):
    """A stock Debian, with 3 GB free behind its root."""

    bomb: Bomb = field(default_factory=Bomb)

    # What changes something, with a moment to be killed before it; after it is before the next.

    def write(self, path: Path, text: str, mode: int = 0o644) -> None:
        """Without waiting for the disk: no plug is pulled here."""
        self.bomb.tick()
        self.at(path.parent).mkdir(parents=True, exist_ok=True)
        self.at(path).write_text(text)

    def link(self, path: Path, to: Path) -> None:
        self.bomb.tick()
        Host.link(self, path, to)

    def remove(self, path: Path) -> None:
        self.bomb.tick()
        Host.remove(self, path)

    def rename(self, path: Path, to: Path) -> None:
        self.bomb.tick()
        Host.rename(self, path, to)

    def ask(self, *words: str, feed: str = "") -> Ran:
        if _ASKING.isdisjoint(words):
            self.bomb.tick()
        return _PROGRAMS.get(words[0], _fine)(self, list(words[1:]), feed)

    def owner(self, path: Path) -> str:
        """Also of a folder on which something is mounted, which is a link here."""
        return self.ask("stat", str(self.at(path))).said.strip()

    # What it knows.

    def know(self, name: str) -> dict[str, str]:
        path = self.at(Path("/machine") / name)
        found: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
        return found

    def learn(self, name: str, **facts: str | None) -> None:
        known = {key: value for key, value in {**self.know(name), **facts}.items() if value is not None}
        path = self.at(Path("/machine") / name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(known))


def stock(root: Path) -> Machine:
    """It as it comes, with a release put there by the bootstrap."""
    machine = Machine(root)
    files = {
        "etc/os-release": 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12"\n',
        "etc/passwd": "root:x:0:0::/root:/bin/sh\n",
        "etc/group": "root:x:0:\n" + "".join(f"{name}:x:1:\n" for name in ("tty", "input", "dialout", "lp", "video")),
        "etc/fstab": f"{ROOT} / ext4 defaults 0 1\n",
        "etc/udev/rules.d/README": "",
        "boot/initrd.img-6.1": "",
        "dev/vda": "", "dev/vda1": "",
        "var/lib/kindpakket/program/releases/0.1.0/release/release.pub": PUBLIC,
    }  # fmt: skip
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    (root / "var/lib/kindpakket/program/current").symlink_to("releases/0.1.0")
    for folder in ("etc/systemd/system", "etc/apt/apt.conf.d", "var/lib/systemd", "run", "usr/local/bin", "opt"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    machine.learn("packages", dpkg="installed")
    machine.learn("partitions", **{ROOT: "rootfs"})
    return machine


def restarted(machine: Machine, at: int = 0) -> Machine:
    """The same machine for a new process."""
    return Machine(machine.root, Bomb(at))


def contents(machine: Machine) -> dict[str, str]:
    """All that stands there: a file's text, where a link leads, a folder as `/`."""
    found = {}
    for path in sorted(machine.root.rglob("*")):
        name = str(path.relative_to(machine.root))
        if not name.startswith("run/"):
            found[name] = f"-> {path.readlink()}" if path.is_symlink() else "/" if path.is_dir() else path.read_text()
    return found


# The programs


def _fine(machine: Machine, words: list[str], feed: str) -> Ran:
    return Ran(0, "")


def _stat(machine: Machine, words: list[str], feed: str) -> Ran:
    path = Path(words[-1])
    known = machine.know("owners").get(str(path), "root:root:755")
    return Ran(0, known + "\n") if path.exists() else Ran(1, "no such file")


def _chown(machine: Machine, words: list[str], feed: str) -> Ran:
    mode = machine.know("owners").get(words[-1], "root:root:755").rsplit(":", 1)[1]
    return _own(machine, words[-1], f"{words[-2]}:{mode}")


def _chmod(machine: Machine, words: list[str], feed: str) -> Ran:
    owner = machine.know("owners").get(words[-1], "root:root:755").rsplit(":", 1)[0]
    return _own(machine, words[-1], f"{owner}:{words[-2]}")


def _own(machine: Machine, path: str, owner: str) -> Ran:
    machine.learn("owners", **{path: owner})
    return Ran(0, "")


def _sysusers(machine: Machine, words: list[str], feed: str) -> Ran:
    lines = [line.split() for line in (machine.read(Path(words[0])) or "").splitlines()]
    for kind, name, *rest in (line for line in lines if line and line[0] in {"u", "m"}):
        if kind == "u":
            _account(machine, "passwd", name)
            _account(machine, "group", name)
        else:
            _join(machine, name, rest[0])
    return Ran(0, "")


def _account(machine: Machine, file: str, name: str) -> None:
    path = machine.at(Path("/etc") / file)
    if not any(line.startswith(f"{name}:") for line in path.read_text().splitlines()):
        path.write_text(f"{path.read_text()}{name}:x:9:\n")


def _join(machine: Machine, name: str, group: str) -> None:
    path = machine.at(Path("/etc/group"))
    fields = [line.split(":") for line in path.read_text().splitlines()]
    for line in fields:
        if line[0] == group and name not in line[-1].split(","):
            line[-1] = ",".join(filter(None, (*line[-1].split(","), name)))
    path.write_text("".join(":".join(line) + "\n" for line in fields))


def _userdel(machine: Machine, words: list[str], feed: str) -> Ran:
    for file in ("passwd", "group"):
        _without(machine, file, words[0])
    return Ran(0, "")


def _groupdel(machine: Machine, words: list[str], feed: str) -> Ran:
    _without(machine, "group", words[0])
    return Ran(0, "")


def _without(machine: Machine, file: str, name: str) -> None:
    path = machine.at(Path("/etc") / file)
    fields = [line.split(":") for line in path.read_text().splitlines() if not line.startswith(f"{name}:")]
    for line in fields:
        line[-1] = ",".join(member for member in line[-1].split(",") if member != name)
    path.write_text("".join(":".join(line) + "\n" for line in fields))


def _systemctl(machine: Machine, words: list[str], feed: str) -> Ran:
    verb, *units = words
    if verb == "is-enabled":
        return Ran(0, machine.know("enabled").get(units[0], "disabled") + "\n")
    if verb in {"enable", "disable"}:
        machine.learn("enabled", **dict.fromkeys(units, "enabled" if verb == "enable" else None))
    return Ran(0, "")


def _dpkg_query(machine: Machine, words: list[str], feed: str) -> Ran:
    return Ran(0, "".join(f"{name} {status}\n" for name, status in machine.know("packages").items()))


def _apt_get(machine: Machine, words: list[str], feed: str) -> Ran:
    names = [word for word in words if word in PACKAGES]
    if "install" in words:
        machine.learn("packages", **dict.fromkeys(names, "installed"))
        machine.at(HOOK).parent.mkdir(parents=True, exist_ok=True)
        machine.at(HOOK).write_text("")
    if "purge" in words:
        machine.learn("packages", **dict.fromkeys(names))
        shutil.rmtree(machine.at(Path("/usr/share")), ignore_errors=True)
        for name in ("nftables.conf", "overlayroot.conf"):
            machine.at(Path("/etc") / name).unlink(missing_ok=True)
    return Ran(0, "")


def _creds(machine: Machine, words: list[str], feed: str) -> Ran:
    machine.at(Path("/var/lib/systemd/credential.secret")).write_text("secret")
    return Ran(0, "")


def _findmnt(machine: Machine, words: list[str], feed: str) -> Ran:
    if "--mountpoint" in words:
        return Ran(0 if words[-1] in machine.know("mounts") else 1, "")
    answers = {("FSTYPE", "/"): "ext4", ("SOURCE", "/"): ROOT}
    found = answers.get((words[-2], words[-1]))
    return Ran(0, found + "\n") if found else Ran(1, "")


def _lsblk(machine: Machine, words: list[str], feed: str) -> Ran:
    return Ran(0, "vda\n")


def _sfdisk(machine: Machine, words: list[str], feed: str) -> Ran:
    parts = machine.know("partitions")
    if "--json" in words:
        return Ran(0, json.dumps({"partitiontable": {"partitions": [{"node": name} for name in parts]}}))
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


def _mkfs(machine: Machine, words: list[str], feed: str) -> Ran:
    shutil.rmtree(_content(machine, words[-1]), ignore_errors=True)
    _content(machine, words[-1]).mkdir(parents=True)
    machine.learn("partitions", **{words[-1]: words[words.index("-L") + 1]})
    return Ran(0, "")


def _content(machine: Machine, device: str) -> Path:
    return machine.root / "machine" / "content" / device.lstrip("/")


def _blkid(machine: Machine, words: list[str], feed: str) -> Ran:
    label = next((word.partition("=")[2] for word in words if word.startswith("LABEL=")), None)
    found = [name for name, known in machine.know("partitions").items() if known and known == label]
    return Ran(0 if found else 2, "".join(f"{name}\n" for name in found))


def _mount(machine: Machine, words: list[str], feed: str) -> Ran:
    """The folder steps aside for a link to what is mounted."""
    source, target = words[-2:]
    hidden = machine.root / "machine" / "hidden" / target.lstrip("/")
    hidden.parent.mkdir(parents=True, exist_ok=True)
    machine.at(Path(target)).rename(hidden)
    machine.at(Path(target)).symlink_to(_below(machine) if "--bind" in words else _content(machine, source))
    machine.learn("mounts", **{target: source})
    return Ran(0, "")


def _below(machine: Machine) -> Path:
    """The root as it is below its mounts."""
    return machine.root / "machine" / "hidden"


def _umount(machine: Machine, words: list[str], feed: str) -> Ran:
    hidden = machine.root / "machine" / "hidden" / words[-1].lstrip("/")
    machine.at(Path(words[-1])).unlink()
    hidden.rename(machine.at(Path(words[-1])))
    machine.learn("mounts", **{words[-1]: None})
    return Ran(0, "")


def _cp(machine: Machine, words: list[str], feed: str) -> Ran:
    source, target = machine.at(Path(words[-2].removesuffix("/."))), machine.at(Path(words[-1]))
    subprocess.run(["cp", "--archive", f"{source}/.", str(target)], check=True)
    return Ran(0, "")


_PROGRAMS: dict[str, Callable[[Machine, list[str], str], Ran]] = {
    "stat": _stat, "chown": _chown, "chmod": _chmod, "systemd-sysusers": _sysusers, "userdel": _userdel,
    "groupdel": _groupdel, "systemctl": _systemctl, "dpkg-query": _dpkg_query, "apt-get": _apt_get,
    "systemd-creds": _creds, "findmnt": _findmnt, "lsblk": _lsblk, "sfdisk": _sfdisk, "mkfs.ext4": _mkfs,
    "blkid": _blkid, "mount": _mount, "umount": _umount, "cp": _cp,
}  # fmt: skip
