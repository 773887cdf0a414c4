"""Where a file for the bank lies, with what was planned and marked for it: one folder, names by the reference."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from contracts.wire.errors import Broken
from provisioning.payout.plan import Plan, kept


@dataclass(frozen=True, slots=True)
class Place:
    """The files of one reference."""

    folder: Path
    reference: str

    @property
    def plan(self) -> Path:
        """What it is to pay."""
        return self.folder / f"{self.reference}.plan.json"

    @property
    def marked(self) -> Path:
        """What the contract took of that."""
        return self.folder / f"{self.reference}.marked.json"

    @property
    def file(self) -> Path:
        """What the bank gets."""
        return self.folder / f"{self.reference}.xml"

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else works in the folder meanwhile. Raises Broken when somebody does, or it cannot be made."""
        descriptor = _open(self.folder)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._clear()
            yield
        except BlockingIOError:
            raise Broken(f"another command works in {self.folder}: wait for it") from None
        finally:
            os.close(descriptor)

    def earlier(self) -> list[Plan]:
        """The plans in the folder, the oldest first. Raises Broken when one is damaged."""
        found = (kept(path, Plan) for path in self.folder.glob("*.plan.json"))
        return sorted((plan for plan in found if plan is not None), key=lambda plan: plan.made)

    def _clear(self) -> None:
        """Drafts that a killed run left, which may have accounts in them."""
        for draft in self.folder.glob(".*.new"):
            draft.unlink()


def _open(folder: Path) -> int:
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        return os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise Broken(f"{folder} cannot be used ({error.strerror}): name a folder of your own") from error
