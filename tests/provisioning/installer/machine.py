"""A machine in a folder: real files and links, and programs that do to them what Debian's do.

All that it knows stands below `root/machine`, so that it outlives an installer that is killed.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path

from provisioning.installer.host import Host, Ran
from tests.provisioning.installer.programs import DISK, PROGRAMS, ROOT, fine

__all__ = ["DISK", "PUBLIC", "ROOT", "Bomb", "Killed", "Machine", "contents", "restarted", "stock"]

_ASKING = {
    "stat",
    "is-enabled",
    "dpkg-query",
    "findmnt",
    "lsblk",
    "--json",
    "--list-free",
    "blkid",
    "--no-act",
    "--simulate",
}
PUBLIC = """-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=
-----END PUBLIC KEY-----
"""


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

    def write(self, path: Path, text: str, mode: int | None = None) -> None:
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
        return PROGRAMS.get(words[0], fine)(self, list(words[1:]), feed)

    def is_disk(self, path: Path) -> bool:
        return path.is_relative_to("/dev") and self.at(path).exists()

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
        "dev/vda": "", "dev/vda1": "", "dev/sda": "",
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
