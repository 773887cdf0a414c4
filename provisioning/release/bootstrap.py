"""Puts this release of kindpakket on a terminal: the `__main__.py` of the one file that an installer gets.

    sudo python3 kindpakket-0.2.0.pyz

It needs nothing but Python: what it installs lies in the file. After it stands beside what was there, the installer
goes on, and takes the options. With --dry-run nothing stays, and nothing is changed but by what it says.
"""

from __future__ import annotations  # an older Python has to get as far as being refused

import compileall
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import venv
import zipfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAM = Path("/var/lib/kindpakket/program")
RECORD = PROGRAM.with_name("install.json")
"""As terminal/places.py has them: nothing of the program can be imported yet."""

PYTHONS = ((3, 11), (3, 13))
MACHINES = ("aarch64", "x86_64")
FREE_BYTES_MIN = 300 * 2**20
KEPT = ("release.json", "release.sig", "release.pub")
HELP = """usage: sudo python3 kindpakket-VERSION.pyz [OPTIONS OF THE INSTALLER]

Makes this machine a terminal: it says what it will do, and asks. Run it again as often as you like.
  --dry-run    only say what it would do
  --undo       take everything away again, but what was sold
  --yes        do not ask"""


class Stop(Exception):
    """Why it goes no further, and what to do."""


def main(arguments: list[str]) -> int:
    """Put the release there and go on with the installer; exit 1 with one sentence when that cannot be."""
    try:
        return _run(arguments)
    except Stop as stop:
        print(f"kindpakket: {stop}", file=sys.stderr)
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        print(f"kindpakket: stopped ({error}): free space, or copy the file anew; then run it again", file=sys.stderr)
    return 1


def _run(arguments: list[str]) -> int:
    if {"-h", "--help"} & set(arguments):
        print(HELP)
        return 0
    os.umask(0o022)
    if "--undo" not in arguments:
        _require_machine()
    if "--dry-run" in arguments:
        return _rehearse(arguments)
    if os.geteuid() != 0:
        raise Stop("only root may install; put sudo before the command")
    if arguments[:1] == ["--beside"]:
        put(_here(), Path(arguments[1]))
        return 0
    return _install(arguments)


def _install(arguments: list[str]) -> int:
    current = PROGRAM / "current"
    if "--undo" in arguments:
        if not current.exists() and not RECORD.exists():
            print("kindpakket is not installed here; nothing to undo")
            return 0
    else:
        _require_no_other(current)
    if not _runs(current):  # also where an undo was interrupted, which only a program can go on with
        _link(current, put(_here(), PROGRAM))
    return _go_on(current, arguments)


def _require_no_other(current: Path) -> None:
    """An update does more than this: it waits for what was sold, and returns when the new version does not work."""
    there = current / "release" / "release.json"
    if not there.exists():
        return
    with _parts(_here()) as parts:
        ours = parts.read("release.json")
    theirs = there.read_bytes()
    version, mine = json.loads(theirs)["version"], json.loads(ours)["version"]
    if version == mine:
        _require_same(ours, theirs, version)
    elif _runs(current):
        raise Stop(f"{version} is installed here; to update: sudo kindpakket terminal update {sys.argv[0]}")
    elif _order(mine) < _order(version):
        raise Stop(f"{version} is installed here, and this is {mine}: take the file of {version}, or of a newer one")


def _order(version: str) -> list[int]:
    return [int(number) for number in version.split(".")]


def _runs(release: Path) -> bool:
    """Whether it was made for the Python that this machine has now: a new Debian brings a new one."""
    return (release / "lib" / "python{}.{}".format(*sys.version_info)).is_dir()


def _require_same(ours: bytes, theirs: bytes, version: str) -> None:
    if ours != theirs:
        raise Stop(f"another {version} is installed here: two releases never have one version; get a newer one")


def _rehearse(arguments: list[str]) -> int:
    print("a dry run: this machine stays as it is", flush=True)
    with tempfile.TemporaryDirectory(prefix="kindpakket-", dir="/var/tmp") as folder:
        made = put(_here(), Path(folder))
        return subprocess.run(_installer(made, arguments), check=False).returncode


def _go_on(release: Path, arguments: list[str]) -> NoReturn:
    sys.stdout.flush()
    command = _installer(release, arguments)
    os.execv(command[0], command)  # noqa: S606 - no shell is wanted


def _installer(release: Path, arguments: list[str]) -> list[str]:
    return [str(release / "bin" / "kindpakket"), "provision", "terminal", "install", *arguments]


def _require_machine() -> None:
    if sys.version_info[:2] not in PYTHONS:
        raise Stop(f"Python {platform.python_version()} is not served: use Raspberry Pi OS or Debian 12 or 13")
    if platform.machine() not in MACHINES or sys.maxsize < 2**32:
        raise Stop(f"{platform.machine()} with this system is not served: install the 64-bit one")


# The release as files


def _here() -> Path:
    """The file that is run, or the folder that it was unpacked to."""
    return Path(__file__).resolve().parent


class _Folder:
    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self, name: str) -> bytes:
        return (self._path / name).read_bytes()


@contextmanager
def _parts(source: Path) -> Iterator[_Folder | zipfile.ZipFile]:
    if source.is_dir():
        yield _Folder(source)
    else:
        with zipfile.ZipFile(source) as archive:
            yield archive


def _unpack(source: Path, into: Path) -> None:
    """Every part, as its hash in release.json says: a stick may have spoilt it."""
    (into / "wheels").mkdir(parents=True)
    with _parts(source) as parts:
        for name, digest in json.loads(parts.read("release.json"))["files"].items():
            part = parts.read(name)
            if hashlib.sha256(part).hexdigest() != digest:
                raise Stop(f"{name} in it is damaged: copy the file anew, perhaps to another stick")
            (into / name).write_bytes(part)
        for name in KEPT:
            (into / name).write_bytes(parts.read(name))


def put(source: Path, program: Path) -> Path:
    """The release's folder below `program`, made whole or not at all; one that is there stays."""
    with _parts(source) as parts:
        content = parts.read("release.json")
    version = json.loads(content)["version"]
    made, draft = (program / "releases" / name for name in (version, f".{version}.new"))
    if _runs(made):
        _require_same(content, (made / "release" / "release.json").read_bytes(), version)
        return made
    print(f"kindpakket {version}: unpacking, which takes a minute or two on a Raspberry Pi", flush=True)
    _make(source, draft, made)
    os.sync()  # what a name promises must be on the disk before the name is
    if made.exists():
        shutil.rmtree(made)
    draft.rename(made)
    os.sync()
    return made


def _make(source: Path, draft: Path, made: Path) -> None:
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    if shutil.disk_usage(draft).free < FREE_BYTES_MIN:
        raise Stop(f"less than {FREE_BYTES_MIN // 2**20} MB is free on the disk of {draft.parent}: free some space")
    parts = draft / "parts"
    _unpack(source, parts)
    venv.EnvBuilder(symlinks=True, with_pip=False).create(draft)
    _pip(draft, parts)
    (draft / "release").mkdir()
    for name in KEPT:
        (parts / name).rename(draft / "release" / name)
    shutil.rmtree(parts)
    _settle(draft, made)


def _pip(draft: Path, parts: Path) -> None:
    """By the hashes of the release, from its wheels alone, whatever pip's settings on this machine say."""
    pip = next((parts / "wheels").glob("pip-*.whl"))
    command = [str(draft / "bin" / "python"), "-I", f"{pip}/pip", "--isolated", "--no-cache-dir", "install", "--quiet"]
    options = ["--no-index", "--find-links", str(parts / "wheels"), "--only-binary", ":all:", "--require-hashes"]
    options += ["--no-compile", "--disable-pip-version-check", "--no-warn-script-location"]
    lock = ["--requirement", str(parts / "lock.txt")]
    done = subprocess.run([*command, *options, *lock], capture_output=True, text=True, check=False)
    if done.returncode:
        raise Stop(f"it could not be unpacked; send this to whoever supplied it: {done.stderr.strip()[-600:]}")


def _settle(draft: Path, made: Path) -> None:
    """Write the place where it will stand into what names its own place."""
    for script in (draft / "bin").iterdir():
        if script.name.lower().startswith("activate"):
            script.unlink()
        elif not script.is_symlink():
            content = script.read_bytes()
            script.write_bytes(content.replace(f"#!{draft}/".encode(), f"#!{made}/".encode(), 1))
    compileall.compile_dir(draft / "lib", quiet=2, stripdir=str(draft), prependdir=str(made), workers=0)


def _link(link: Path, to: Path) -> None:
    """The name leads there, from one moment to the next."""
    draft = link.with_name(f".{link.name}.new")
    with suppress(FileNotFoundError):
        draft.unlink()
    draft.symlink_to(to.relative_to(link.parent))
    draft.rename(link)
    os.sync()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
