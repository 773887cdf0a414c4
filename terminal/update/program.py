"""The releases on a terminal's disk: a folder each, and links that say which is used and which was used before.

`releases/<version>` is whole, as its name came last. `current` and `previous` lead to one each. `trying` stands there
from before `current` is changed until the release has proven itself: whoever finds it finishes what was interrupted.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from contracts.wire.errors import Broken
from terminal import release
from terminal.durable import sync_folder
from terminal.private import new_file
from terminal.release import Manifest, Number

CHECKS_MAX = 256


class Trial(BaseModel):
    """A change that has not proven itself: from which version to which, and what the doctor found failing before."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    before: Number
    after: Number
    failed: Annotated[tuple[str, ...], Field(max_length=CHECKS_MAX, strict=False)] = ()


class Program:
    """What stands below one folder. Each change of it is whole or not at all, and on the disk when it returns."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._releases = folder / "releases"
        self._trying = folder / "trying"
        self.incoming = folder / "incoming"
        """Where a release lies in parts until it is put beside the others."""

    def release(self, version: str) -> Path:
        """The folder of that version."""
        return self._releases / version

    def current(self) -> str:
        """The version that is used. Raises Broken when there is none."""
        found = self._target("current")
        if found is None:
            raise Broken(f"no release is in use below {self.folder}: install one by its file, sudo python3 FILE")
        return found

    def previous(self) -> str | None:
        """The version that was used before it; None when there is none."""
        found = self._target("previous")
        return None if found == self._target("current") else found

    def manifest(self, version: str) -> Manifest:
        """What that release says of itself. Raises Broken."""
        path = self.release(version) / release.FOLDER / release.MANIFEST
        try:
            return release.parse(path.read_bytes(), path)
        except OSError as error:
            raise Broken(f"{path} cannot be read ({error.strerror}): install the release anew by its file") from None

    def trial(self) -> Trial | None:
        """What has not proven itself yet. Raises Broken when it cannot be read."""
        try:
            return Trial.model_validate_json(self._trying.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValidationError) as error:
            raise Broken(f"{self._trying} cannot be read ({type(error).__name__}): call support") from None

    def begin(self, trial: Trial) -> None:
        """Note it, before anything is changed."""
        draft = self._draft(self._trying)
        with new_file(draft) as file:
            file.write(trial.model_dump_json().encode())
        self._name(draft, self._trying)

    def use(self, version: str) -> None:
        """Have `current` lead to that version from now on."""
        self._link("current", version)

    def keep_as_previous(self, version: str) -> None:
        """Have `previous` lead to that version from now on."""
        self._link("previous", version)

    def end(self) -> None:
        """Nothing is on trial any more."""
        self._trying.unlink(missing_ok=True)
        sync_folder(self.folder)

    def tidy(self) -> None:
        """Remove what nothing leads to: older releases, and what was interrupted."""
        shutil.rmtree(self.incoming, ignore_errors=True)
        kept = {self._target("current"), self._target("previous")}
        for folder in [folder for folder in self._releases.iterdir() if folder.name not in kept]:
            gone = folder if folder.name.startswith(".") else self._releases / f".{folder.name}.gone"
            folder.rename(gone)  # half a release must not have a release's name
            shutil.rmtree(gone, ignore_errors=True)

    @contextmanager
    def alone(self, *, wait: bool) -> Iterator[None]:
        """One change at a time. Raises Broken where no release is, and while another is under way, unless it waits."""
        if not self.folder.is_dir():
            raise Broken(f"{self.folder} is missing: no terminal was installed here from a release")
        descriptor = os.open(self.folder / "update.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        except BlockingIOError:
            raise Broken("another update is under way here: wait for it") from None
        finally:
            os.close(descriptor)

    def _target(self, link: str) -> str | None:
        path = self.folder / link
        return path.readlink().name if path.is_symlink() and path.exists() else None

    def _link(self, link: str, version: str) -> None:
        draft = self._draft(self.folder / link)
        draft.symlink_to(self.release(version).relative_to(self.folder))
        self._name(draft, self.folder / link)

    def _draft(self, path: Path) -> Path:
        draft = path.with_name(f".{path.name}.new")
        draft.unlink(missing_ok=True)
        return draft

    def _name(self, draft: Path, path: Path) -> None:
        draft.replace(path)
        sync_folder(self.folder)
