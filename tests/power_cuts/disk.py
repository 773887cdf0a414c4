"""A disk that promises no more than POSIX does: what was not flushed may be lost, torn at a sector or out of order.

A flushed file has its content and its size, and no name unless its folder was flushed as well. All else that was done
since may have reached the disk in any part and any order, but for two things: one sector is written whole or not at
all, and what happened to one name happened in its order. The first of these two holds for no SD card that was not made
to bear a power cut: by one of the fates, the sector that was being written is rubbish, all of it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random

SECTOR = 512
LOG = "journal.sqlite-wal"
SHARED = "journal.sqlite-shm"
"""What SQLite's connections share in memory while there is a log. Nobody flushes it: a cut may leave anything in it."""
SHARED_BYTES = 32_768

Image = dict[str, bytes]
"""The files that are there when the power is back, by name."""


@dataclass(frozen=True, slots=True)
class Create:
    name: str


@dataclass(frozen=True, slots=True)
class Link:
    old: str
    name: str


@dataclass(frozen=True, slots=True)
class Unlink:
    name: str


@dataclass(frozen=True, slots=True)
class Write:
    name: str
    at: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Truncate:
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Flush:
    name: str


@dataclass(frozen=True, slots=True)
class FlushNames:
    """The folder itself is flushed."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Somebody outside the machine has seen that this step is done."""

    step: int


Operation = Create | Link | Unlink | Write | Truncate | Flush | FlushNames | Mark


class Fate(StrEnum):
    """What becomes of all that was not flushed."""

    LOST = "lost"
    KEPT = "kept"
    TORN = "torn"
    """It went out in order, until the power failed in the midst of one write."""
    SHUFFLED = "shuffled"
    """Each sector of each write went out or did not, and a file may be longer than what was written to it."""
    SPOILT = "spoilt"
    """As torn, and of the sector that was being written nothing is left, of what stood there before neither."""


@dataclass(slots=True)
class _File:
    flushed: bytes = b""
    pending: list[Write | Truncate] = field(default_factory=list)

    def flush(self) -> None:
        self.flushed = bytes(_after(self.flushed, self.pending))
        self.pending.clear()

    def after(self, fate: Fate, chance: Random) -> bytes:
        match fate:
            case Fate.LOST:
                return self.flushed
            case Fate.KEPT:
                return bytes(_after(self.flushed, self.pending))
            case Fate.TORN:
                count = chance.randint(0, len(self.pending))
                before = bytes(_after(self.flushed, self.pending[:count]))
                return _shuffled(before, self.pending[count : count + 1], chance)
            case Fate.SHUFFLED:
                return _shuffled(self.flushed, self.pending, chance)
            case Fate.SPOILT:
                count = chance.randint(0, len(self.pending))
                before = bytes(_after(self.flushed, self.pending[:count]))
                return _spoilt(before, self.pending[count : count + 1], chance)


class Disk:
    """The folder of a journal, operation by operation, and what a cut leaves of it."""

    def __init__(self, image: Image) -> None:
        self._flushed = {name: _File(content) for name, content in image.items()}
        self._names = dict(self._flushed)
        self._pending: list[tuple[str, _File | None]] = []

    def do(self, operation: Operation) -> None:
        """Take one operation. Raises KeyError for a file that is not there: then the recording is not whole."""
        match operation:
            case Create(name):
                self._name(name, _File())
            case Link(old, name):
                self._name(name, self._names[old])
            case Unlink(name):
                self._name(name, None)
            case Write(name) | Truncate(name):
                self._names[name].pending.append(operation)
            case Flush(name):
                self._names[name].flush()
            case FlushNames():
                self._flushed = dict(self._names)
                self._pending.clear()

    def now(self) -> Image:
        """As running programs see it."""
        return {name: file.after(Fate.KEPT, Random(0)) for name, file in self._names.items()}

    def is_flushed(self) -> bool:
        """Whether a cut has nothing to take."""
        return not self._pending and not any(file.pending for file in self._flushed.values())

    def cut(self, fate: Fate, chance: Random) -> Image:
        """What is there when the power is back."""
        names = {**self._flushed, **dict(self._named(fate, chance))}
        image = {name: file.after(fate, chance) for name, file in names.items() if file is not None}
        if LOG in image and fate is not Fate.LOST:
            image[SHARED] = chance.randbytes(SHARED_BYTES)
        return image

    def _name(self, name: str, file: _File | None) -> None:
        self._pending.append((name, file))
        if file is None:
            del self._names[name]
        else:
            self._names[name] = file

    def _named(self, fate: Fate, chance: Random) -> Iterator[tuple[str, "_File | None"]]:
        """What of the changed names has come through: of each name the first so many changes."""
        if fate is Fate.LOST:
            return
        for name in dict.fromkeys(name for name, _ in self._pending):
            changes = [change for change in self._pending if change[0] == name]
            yield from changes if fate is Fate.KEPT else changes[: chance.randint(0, len(changes))]


def _after(content: bytes, changes: Iterable[Write | Truncate]) -> bytearray:
    cache = bytearray(content)
    for change in changes:
        _change(cache, change)
    return cache


def _change(cache: bytearray, change: Write | Truncate) -> None:
    match change:
        case Write(_, at, data):
            cache.extend(bytes(max(0, at - len(cache))))
            cache[at : at + len(data)] = data
        case Truncate(_, size):
            del cache[size:]
            cache.extend(bytes(size - len(cache)))


def _shuffled(content: bytes, changes: list[Write | Truncate], chance: Random) -> bytes:
    """Of each sector one of the contents that it had meanwhile; where none came of a longer file, rubbish."""
    cache, disk, share = bytearray(content), bytearray(content), chance.choice((0.1, 0.5, 0.9))
    for change in changes:
        _change(cache, change)
        match change:
            case Write(_, at, data):
                for sector in range(at // SECTOR * SECTOR, at + len(data), SECTOR):
                    if chance.random() < share:
                        _put(disk, sector, cache[sector : sector + SECTOR], chance)
            case Truncate() if chance.random() < share:
                _change(disk, change)
    if len(disk) < len(cache) and chance.random() < share:
        disk.extend(_rubbish(len(cache) - len(disk), chance))
    return bytes(disk)


def _spoilt(content: bytes, changes: list[Write | Truncate], chance: Random) -> bytes:
    """So many sectors of the write, and the next one in the midst of which the power failed."""
    cache, disk = _after(content, changes), bytearray(content)
    for change in changes:
        if isinstance(change, Write):
            sectors = range(change.at // SECTOR * SECTOR, change.at + len(change.data), SECTOR)
            last = chance.choice(sectors)
            for sector in sectors[: sectors.index(last)]:
                _put(disk, sector, cache[sector : sector + SECTOR], chance)
            _put(disk, last, bytearray(chance.randbytes(len(cache[last : last + SECTOR]))), chance)
    return bytes(disk)


def _put(disk: bytearray, at: int, sector: bytearray, chance: Random) -> None:
    disk.extend(_rubbish(max(0, at - len(disk)), chance))
    disk[at : at + len(sector)] = sector


def _rubbish(size: int, chance: Random) -> bytes:
    return chance.randbytes(size) if chance.random() < 0.5 else bytes(size)
