"""The machine that is installed on: the one place where an installer changes files and runs programs."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from contracts.wire.errors import Broken
from terminal.durable import sync_folder

_ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LC_ALL": "C.UTF-8",
    "DEBIAN_FRONTEND": "noninteractive",
    "HOME": "/root",
}
_SECONDS_MAX = 3600
"""No program that is run here takes longer, not even a package over a slow line; one that does hangs."""


@dataclass(frozen=True, slots=True)
class Ran:
    """How a program ended: its exit status, and what it said on both its outputs."""

    status: int
    said: str


@dataclass(frozen=True, slots=True)
class Host:
    """A machine whose files stand below `root`. Paths are given as the machine itself names them."""

    root: Path = Path("/")

    def at(self, path: Path) -> Path:
        """Where that path is found from here."""
        return self.root / path.relative_to("/")

    @property
    def booted(self) -> bool:
        """Whether its systemd runs, so that services can be started now and not only at the next start."""
        return self.at(Path("/run/systemd/system")).is_dir()

    def read(self, path: Path) -> str | None:
        """The text of a file; None where there is none."""
        try:
            return self.at(path).read_text(encoding="utf-8")
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, ValueError) as error:
            raise Broken(f"{path} cannot be read ({error}): look at it, then run the same again") from error

    def write(self, path: Path, text: str, mode: int | None = None) -> None:
        """A whole file or none, on the disk when this returns. Raises Broken when it cannot be written.

        Without a mode, one that is replaced hands its own on, and a new one can be read by all.
        """
        place = self.at(path)
        draft = place.with_name(f".{place.name}.kindpakket")
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            if mode is None:
                mode = place.stat().st_mode & 0o7777 if place.exists() else 0o644
            draft.unlink(missing_ok=True)
            with draft.open("x", encoding="utf-8") as file:  # a folder may be another's, too: no link is followed
                os.fchmod(file.fileno(), mode)
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(place)
            sync_folder(place.parent)
        except OSError as error:
            raise Broken(f"{path} cannot be written ({error.strerror}): free space or repair the disk") from error

    def link(self, path: Path, to: Path) -> None:
        """Make the path a link, in place of a link that was there. Raises Broken when it is something else."""
        place = self.at(path)
        draft = place.with_name(f".{place.name}.kindpakket")
        if place.exists() and not place.is_symlink():
            raise Broken(f"{path} is there and is not ours: move it away, then run the same again")
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            draft.unlink(missing_ok=True)
            draft.symlink_to(to)
            draft.replace(place)
            sync_folder(place.parent)
        except OSError as error:
            raise Broken(f"{path} cannot be made ({error.strerror}): free space or repair the disk") from error

    def make_folder(self, path: Path) -> None:
        """A folder and those it stands in, where they are not there yet."""
        self.at(path).mkdir(parents=True, exist_ok=True)

    def is_disk(self, path: Path) -> bool:
        """Whether it is a disk or a partition."""
        return self.at(path).is_block_device()

    def rename(self, path: Path, to: Path) -> None:
        """Give what is there another name on the same disk, from one moment to the next."""
        self.at(path).rename(self.at(to))

    def names(self, folder: Path) -> list[str]:
        """What stands in a folder, in order; nothing when there is no such folder."""
        place = self.at(folder)
        return sorted(path.name for path in place.iterdir()) if place.is_dir() else []

    def leads_to(self, path: Path) -> Path | None:
        """Where a link leads; None for anything else."""
        place = self.at(path)
        return place.readlink() if place.is_symlink() else None

    def owner(self, path: Path) -> str:
        """`user:group:mode`, as `root:root:755`; empty when nothing is there, or a link."""
        place = self.at(path)
        ran = self.ask("stat", "-c", "%U:%G:%a", str(place))
        return "" if place.is_symlink() or ran.status else ran.said.strip()

    def remove(self, path: Path) -> None:
        """A file, a link, or a folder with all that is in it; nothing when it is gone already."""
        place = self.at(path)
        if place.is_dir() and not place.is_symlink():
            shutil.rmtree(place)
        else:
            place.unlink(missing_ok=True)

    def remove_if_empty(self, path: Path) -> None:
        """A folder in which nothing is left."""
        place = self.at(path)
        if place.is_dir() and not place.is_symlink() and not self.names(path):
            place.rmdir()

    def ask(self, *words: str, feed: str = "") -> Ran:
        """Run a program and say how it ended; 127 when there is none."""
        try:
            done = subprocess.run(
                words,
                input=feed,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                env=_ENVIRONMENT,
                timeout=_SECONDS_MAX,
                check=False,
                cwd="/",
            )
        except FileNotFoundError:
            return Ran(127, f"there is no program {words[0]}")
        except subprocess.TimeoutExpired:
            return Ran(124, f"it took longer than {_SECONDS_MAX} s")
        return Ran(done.returncode, done.stdout)

    def run(self, *words: str, otherwise: str, feed: str = "") -> str:
        """What a program says. Raises Broken, with what to do otherwise, when it fails."""
        ran = self.ask(*words, feed=feed)
        if ran.status:
            last = next((line for line in reversed(ran.said.splitlines()) if line.strip()), "it said nothing")
            raise Broken(f"`{' '.join(words)}` failed ({ran.status}: {last.strip()[:200]}). {otherwise}")
        return ran.said
