"""One mirror of a journal, open: what it lacks is added and flushed, and nothing in it is ever written over."""

import os
import stat
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from contracts.wire.units import Timestamp
from terminal.durable import sync_folder
from terminal.store import place
from terminal.store.mirror_compare import Foreign, compare
from terminal.store.mirror_format import NAME, SECTOR, Frame, Kept, KeptDay, Owner, pack
from terminal.store.reading import View

BATCH = 100
"""Entries that are flushed together while a mirror is caught up."""

_FLAGS = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class MirrorFile:
    """For one thread. Raises OSError whenever the medium does not do what it must."""

    def __init__(self, folder: Path, view: View) -> None:
        """Open the mirror, or begin one where none is, and add what it lacks.

        Raises Foreign and Ahead for one that must stay as it is, and Broken when the journal does not answer.
        """
        self._view, self._path = view, folder / NAME
        self._descriptor = os.open(self._path, _FLAGS, 0o600)
        try:
            self._device = place.device(folder)
            self._sequence, self._days = self._fill()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the file."""
        with suppress(OSError):  # of a medium that is gone
            os.close(self._descriptor)

    def require_there(self) -> None:
        """Raise OSError when the file is not there any more, was changed by somebody else, or cannot be written."""
        found, ours = self._path.stat(follow_symlinks=False), os.fstat(self._descriptor)
        if (found.st_dev, found.st_ino, found.st_size) != (ours.st_dev, ours.st_ino, self._end):
            raise OSError("it is not the file that it was")
        if os.fstatvfs(self._descriptor).f_flag & os.ST_RDONLY:
            raise OSError("its disk is read-only")
        if self._device is not None and not self._device.exists():
            raise OSError("its disk is gone")

    def catch_up(self) -> None:
        """Add what the journal has got since; all of it is flushed when this returns.

        Where there is nothing to add, the flush asks the medium whether it is still there.
        """
        before = self._end
        for number in range(self._days + 1, self._last_day() + 1):
            self._add([self._day(number)])
            self._days = number
        while batch := self._entries(self._sequence + 1, BATCH):
            self._add(batch)
            self._sequence = batch[-1].sequence
        if self._end == before:
            os.fdatasync(self._descriptor)

    def _fill(self) -> tuple[int, int]:
        """What the mirror lacks, from its beginning on; the last entry and closed day that it has then.

        What another process left unflushed is flushed first, and looked at as it is on the medium.
        """
        if not stat.S_ISREG(os.fstat(self._descriptor).st_mode):
            raise Foreign("it is no file")
        os.fsync(self._descriptor)
        sync_folder(self._path.parent)
        os.posix_fadvise(self._descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        size = os.fstat(self._descriptor).st_size
        if not size:
            place.hand_over(self._descriptor, self._path.parent)
        self._end = size
        with open(self._descriptor, "rb", closefd=False) as file:
            lacking = compare(self._view, file, size)
        if not lacking.has_owner:
            self._add([Owner(self._view.domain, self._view.terminal)])
        for number in lacking.days:
            self._add([self._day(number)])
        entries = lacking.entries
        for at in range(0, len(entries), BATCH):
            self._add([kept for number in entries[at : at + BATCH] for kept in self._entries(number, 1)])
        return lacking.sequence, lacking.last_day

    def _add(self, frames: Sequence[Frame]) -> None:
        """Behind all that is there, from the next sector on, and flushed."""
        data, at = b"".join(map(pack, frames)), self._end + -self._end % SECTOR
        while data:
            written = os.pwrite(self._descriptor, data, at)
            data, at = data[written:], at + written
        os.fdatasync(self._descriptor)
        self._end = at

    def _entries(self, first: int, limit: int) -> list[Kept]:
        view = self._view
        lines = list(view.lines(first, limit))
        return [Kept(line.sequence, self._bound(line.sequence), line.signature, line.entry) for line in lines]

    def _bound(self, sequence: int) -> Timestamp:
        """What is noted of the entry; of one of which nothing is, what is certain now."""
        sale = next(self._view.sales(sequence), None)
        return sale.bound if sale is not None and sale.sequence == sequence else self._view.bound()

    def _last_day(self) -> int:
        day = self._view.last_closing()
        return day.number if day else 0

    def _day(self, number: int) -> KeptDay:
        (document,) = (day.document for day in (self._view.closing(number),) if day)
        return KeptDay(number, document)
