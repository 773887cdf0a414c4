"""Gathers what a terminal installs, as wheels for every machine and Python that a terminal may be.

The lock says which, with hashes, and pip fetches them: nothing is chosen here. What nobody offers built (evdev) is made
here from the locked source, and its hash joins those in the lock that a release carries.
"""

import hashlib
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement

from contracts.wire.errors import Broken, TryAgain
from provisioning.release import evdev

SOURCE_ONLY = {"evdev": evdev.build}
"""What is made here, as its authors offer source alone."""

HASHES_DIFFER = "DO NOT MATCH THE HASHES"
OLDEST_GLIBC, NEWEST_GLIBC = 5, 36
"""Debian 12 has 2.36; wheels for an older C library run on it."""


@dataclass(frozen=True, slots=True)
class Target:
    """A kind of terminal: what `uname -m` says there, and its Python's first two numbers."""

    machine: str
    python: str

    @property
    def options(self) -> list[str]:
        """Which wheels run there, in pip's words."""
        platforms = [f"manylinux_2_{minor}_{self.machine}" for minor in range(OLDEST_GLIBC, NEWEST_GLIBC + 1)]
        platforms += [f"manylinux{year}_{self.machine}" for year in (1, 2010, 2014)]
        abi = "cp" + self.python.replace(".", "")
        tags = [option for name in (abi, "abi3", "none") for option in ("--abi", name)]
        machines = [option for name in platforms for option in ("--platform", name)]
        return ["--python-version", self.python, "--implementation", "cp", *tags, *machines]

    @property
    def environment(self) -> dict[str, str]:
        """What a marker in the lock may ask."""
        return {
            "platform_machine": self.machine,
            "python_version": self.python,
            "python_full_version": f"{self.python}.0",
            "sys_platform": "linux",
            "platform_system": "Linux",
            "os_name": "posix",
            "implementation_name": "cpython",
            "platform_python_implementation": "CPython",
        }


TARGETS = tuple(Target(machine, python) for machine in ("aarch64", "x86_64") for python in ("3.11", "3.13"))
"""Raspberry Pi OS and Debian: 12 (bookworm) has Python 3.11, 13 (trixie) 3.13."""


@dataclass(frozen=True, slots=True)
class Locked:
    """One package of a lock: its requirement, and its lines as they stand there."""

    requirement: Requirement
    lines: str

    def wanted(self, target: Target) -> bool:
        """Whether such a machine installs it."""
        marker = self.requirement.marker
        return marker is None or marker.evaluate(dict(target.environment))

    @property
    def unmarked(self) -> str:
        """Its lines without the marker, which pip would ask of this machine."""
        return re.sub(r" ; .*?(?= \\$)", "", self.lines, count=1, flags=re.MULTILINE)


def collect(lock: Path, targets: Sequence[Target], into: Path) -> str:
    """Put every wheel that the lock names for the targets in `into`.

    Gives the lock's text, in which what was made here has its hash too. Raises TryAgain when a wheel cannot be
    had, and Broken when one cannot be made; both say what to do.
    """
    text = lock.read_text()
    locked = list(packages(text))
    into.mkdir(parents=True, exist_ok=True)
    made: dict[Path, Locked] = {}
    for target in targets:
        wanted = [package for package in locked if package.wanted(target)]
        _fetch([package for package in wanted if package.requirement.name not in SOURCE_ONLY], target, into)
        for package in wanted:
            make = SOURCE_ONLY.get(package.requirement.name)
            if make and package not in made.values():
                made[make(package.unmarked, target.machine, into)] = package
    for wheel, package in made.items():
        text = text.replace(package.lines, f"{package.lines} \\\n    --hash=sha256:{_digest(wheel)}")
    return text


def packages(text: str) -> Iterator[Locked]:
    """What a lock names."""
    for lines in re.split(r"\n(?=[^\s])", text.rstrip()):
        if not lines.startswith("#"):
            yield Locked(Requirement(lines.partition("\\")[0]), lines)


def _fetch(packages: Sequence[Locked], target: Target, into: Path) -> None:
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as wanted:
        wanted.write("\n".join(package.unmarked for package in packages))
        wanted.flush()
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        rules = ["--only-binary", ":all:", "--require-hashes", "--requirement", wanted.name, "--dest", str(into)]
        done = subprocess.run([*pip, *rules, *target.options], capture_output=True, text=True, check=False)
    if HASHES_DIFFER in done.stderr:
        raise Broken(f"what the index has is not what the lock names, so nothing is made: {_complaint(done.stderr)}")
    if done.returncode:
        raise TryAgain(
            f"pip has no wheels for {target.machine} with Python {target.python}: {_complaint(done.stderr)}. "
            "Is there a network? If a package has no wheel for that machine, lock another version of it"
        )


def _complaint(said: str) -> str:
    """Pip's last error, up to its end: the package is named below it."""
    return " ".join(said[max(said.rfind("ERROR: "), 0) :].removeprefix("ERROR: ").split())[:500].rstrip(".")


def _digest(wheel: Path) -> str:
    return hashlib.sha256(wheel.read_bytes()).hexdigest()
