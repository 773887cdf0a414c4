"""Entries are taken in as long as the disk has room for what follows them: their outcomes, and the store's own work."""

import shutil
import time
from pathlib import Path

from contracts.wire.errors import TryAgain

FREE_BYTES_MIN = 64 * 2**20
_LOOK_SECONDS = 1.0


class Disk:
    """The one under the store's folder; None when the store is a server's, which looks after its own."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._due = 0.0
        self._free = FREE_BYTES_MIN

    def check(self) -> None:
        """Raises TryAgain when there is too little room. It is measured once a second."""
        now = time.monotonic()
        if self._folder is not None and self._due <= now:
            self._due, self._free = now + _LOOK_SECONDS, shutil.disk_usage(self._folder).free
        if self._free < FREE_BYTES_MIN:
            raise TryAgain("the gateway's disk is full")
