"""Debian's Python for arm64, unpacked into a folder, with what a release carries for it laid beside.

By the machine's own mirror and keys, with lists of our own, so that root is not needed. It stays in build/arm64.
"""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from provisioning.release import wheels
from provisioning.release.wheels import Target
from tests.hardware.tools import ROOT, Lacking, require, run

CACHE = ROOT / "build" / "arm64"
PROCESSOR = "cortex-a72"
"""A Raspberry Pi 4's: what runs on it runs on a Pi 5 too."""
LINKS = ("bin", "sbin", "lib")
"""What points into /usr since Debian 12, also where an older package has files for it."""


@dataclass(frozen=True, slots=True)
class Debian:
    """A Debian as a Pi has it, and its Python."""

    name: str
    target: Target

    @property
    def folder(self) -> Path:
        """Where all of it stays."""
        return CACHE / self.name

    @property
    def tree(self) -> Path:
        """What stands in for its root."""
        return self.folder / "tree"

    @property
    def site(self) -> Path:
        """Where its wheels are laid."""
        return self.folder / "site"

    def python(self) -> tuple[str, ...]:
        """The command that runs its Python here. Raises Lacking."""
        if not (self.tree / "done").exists():
            self._make()
        interpreter = self.tree / "usr" / "bin" / f"python{self.target.python}"
        return "qemu-aarch64-static", "-cpu", PROCESSOR, "-L", str(self.tree), str(interpreter)

    @property
    def environment(self) -> dict[str, str]:
        """What that Python must be told, as it is not where it was built to be."""
        return {
            "PYTHONHOME": str(self.tree / "usr"),
            "PYTHONPATH": f"{self.site}:{ROOT}",
            "PYTHONPYCACHEPREFIX": str(self.folder / "bytecode"),
        }

    def ask(self, code: str) -> str:
        """What its Python prints for this code. Raises Lacking."""
        return run(*self.python(), "-c", code, more=self.environment).strip()

    def install(self, lock: str, folder: Path) -> None:
        """Lay the wheels that the lock names for it: by their hashes, from the folder alone."""
        wanted = [package.unmarked for package in wheels.packages(lock) if package.wanted(self.target)]
        shutil.rmtree(self.site, ignore_errors=True)
        self.site.mkdir(parents=True)
        (self.folder / "lock.txt").write_text("\n".join(wanted))
        where = ["--no-index", "--find-links", str(folder), "--target", str(self.site), "--requirement", "lock.txt"]
        rules = ["--quiet", "--only-binary", ":all:", "--require-hashes", "--no-deps", "--no-compile"]
        pip = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check"]
        run(*pip, *rules, *self.target.options, *where, folder=self.folder)

    def _make(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        for name in LINKS:
            (self.tree / "usr" / name).mkdir(parents=True)
            (self.tree / name).symlink_to(f"usr/{name}")
        for package in self._download():
            self._unpack(package)
        (self.tree / "done").touch()

    def _download(self) -> list[Path]:
        """Python, the C++ library that every Debian has, and whatever apt says that they need."""
        for name in ("lists/partial", "archives"):
            (self.folder / name).mkdir(parents=True)
        (self.folder / "sources.list").write_text(f"deb [arch=arm64] {_mirror()} {self.name} main\n")
        apt = ("apt-get", "-qq", *self._apt_settings())
        run(*apt, "update", folder=self.folder)
        wanted = f"libpython{self.target.python}-stdlib", f"python{self.target.python}-minimal", "libstdc++6"
        said = run(*apt, "--simulate", "--no-install-recommends", "install", *wanted, folder=self.folder)
        names = [line.split()[1] for line in said.splitlines() if line.startswith("Inst ")]
        run(*apt, "download", *names, folder=self.folder / "archives")
        return sorted((self.folder / "archives").glob("*.deb"))

    def _apt_settings(self) -> list[str]:
        settings = {
            "APT::Architecture": "arm64",
            "APT::Architectures": "arm64",
            "Dir::Etc::sourcelist": str(self.folder / "sources.list"),
            "Dir::Etc::sourceparts": "/dev/null",
            "Dir::State::lists": str(self.folder / "lists"),
            "Dir::State::status": "/dev/null",
            "Dir::Cache": str(self.folder),
            "APT::Sandbox::User": "",
        }
        return [word for key, value in settings.items() for word in ("-o", f"{key}={value}")]

    def _unpack(self, package: Path) -> None:
        with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", package], stdout=subprocess.PIPE) as source:
            kept = ("--keep-directory-symlink", "--no-same-owner", "--exclude=./usr/share/*")
            subprocess.run(["tar", "-x", "-C", str(self.tree), *kept], stdin=source.stdout, check=True)


def _mirror() -> str:
    """Where this machine has its own Debian from."""
    said = run("apt-get", "indextargets", "--format", "$(REPO_URI)", "Component: main", "Created-By: Packages")
    found = [line for line in said.splitlines() if line.rstrip("/").endswith("/debian")]
    if not found:
        raise Lacking(
            "Python for arm64 comes from this machine's own Debian mirror, and apt names none: run it on Debian"
        )
    return found[0]


def check_tools() -> None:
    """Raises Lacking unless everything stands here that a run needs."""
    wanted = {"qemu-aarch64-static": "qemu-user-static", "apt-get": "apt", "dpkg-deb": "dpkg"}
    require(wanted)
