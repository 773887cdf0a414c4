"""A terminal's program on a real folder, with small programs that stand for a supervisor and for whole releases."""

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from terminal.update.machine import Machine
from terminal.update.program import Program
from tests.release import releases

SYSTEMCTL = """#!/bin/sh
case "$1" in
restart)
  if {program}/current/bin/kindpakket terminal run
  then readlink {program}/current >{folder}/runs
  else rm -f {folder}/runs; exit 1
  fi ;;
is-active) test -e {folder}/runs ;;
reset-failed) rm -f {folder}/failed ;;
is-failed) test -e {folder}/failed ;;
esac
"""
WELL = '[{"name": "daemon", "grade": "ok"}, {"name": "gateway", "grade": "warn"}]'
ILL = '[{"name": "daemon", "grade": "ok"}, {"name": "journal", "grade": "fail"}]'
STOPPED = '[{"name": "daemon", "grade": "warn"}]'

BOOTSTRAP = """
import pathlib, sys
parts, program = pathlib.Path(__file__).parent, pathlib.Path(sys.argv[2])
version = __import__("json").loads((parts / "release.json").read_text())["version"]
draft, made = program / "releases/.new", program / "releases" / version
if not made.exists():
    __import__("shutil").rmtree(draft, ignore_errors=True)
    (draft / "bin").mkdir(parents=True)
    (draft / "release").mkdir()
    for name in ("release.json", "release.sig", "release.pub"):
        (draft / "release" / name).write_bytes((parts / name).read_bytes())
    (draft / "bin/kindpakket").write_bytes((parts / "wheels/program").read_bytes())
    (draft / "bin/kindpakket").chmod(0o755)
    draft.rename(made)
"""


def program(doctor: str = WELL, *, starts: bool = True) -> bytes:
    """What stands for a release's `kindpakket`: its doctor says that, and its daemon starts or does not."""
    return f"#!/bin/sh\ntest $2 = doctor && echo '{doctor}' && exit\nexit {int(not starts)}\n".encode()


@dataclass
class Device:
    """A terminal on which 0.1.0 is in use."""

    folder: Path

    def __post_init__(self) -> None:
        self.program = Program(self.folder / "program")
        self.machine = Machine(self.folder / "terminal.toml")
        self.key = self.folder / "release.pub"
        self.key.write_bytes(releases.PUBLIC)
        self.machine.put(self.parts("0.1.0"), self.program.folder)
        self.program.use("0.1.0")
        systemctl = self.folder / "bin" / "systemctl"
        systemctl.parent.mkdir()
        systemctl.write_text(SYSTEMCTL.format(program=self.program.folder, folder=self.folder))
        systemctl.chmod(0o755)
        self.machine.restart()

    def release(self, version: str, doctor: str = WELL, *, starts: bool = True) -> Path:
        """A release for this terminal, in a file."""
        parts = {"__main__.py": BOOTSTRAP.encode(), "wheels/program": program(doctor, starts=starts)}
        return releases.made(self.folder / "stick", version, releases.KEY, parts)

    def parts(self, version: str) -> Path:
        """That release, unpacked."""
        from terminal import release

        with release.opened(self.release(version)) as found:
            found.unpack(self.folder / "parts")
        return self.folder / "parts"

    def runs(self) -> str:
        """The version whose daemon runs."""
        return Path((self.folder / "runs").read_text().strip()).name

    def supervisor_gives_up(self) -> None:
        """As after the fifth failure in a row."""
        (self.folder / "failed").touch()

    def whole(self) -> list[str]:
        """The releases on its disk; each of them must be whole."""
        found = [path for path in (self.program.folder / "releases").iterdir() if not path.name.startswith(".")]
        assert all((path / "bin/kindpakket").exists() and (path / "release/release.sig").exists() for path in found)
        return sorted(path.name for path in found)


def on_path(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Have programs in that folder found first."""
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
