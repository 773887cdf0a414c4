"""Which segments go to the contract next, and when. Pure: no store, no chain, no clock.

Fewer and longer segments cost less (one more terminal in a batch is about 19,000 gas), so entries wait until the
oldest is old enough or enough of them are there. Those that have waited longest go first.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from contracts.wire.batch import BATCH_BYTES_MAX, HEADER_BYTES, PADDING, SEGMENT_ENTRIES_MAX, SEGMENTS_MAX
from contracts.wire.units import Address, Timestamp


@dataclass(frozen=True, slots=True)
class Ready:
    """An entry that the contract has not consumed: its bytes, and whether its terminal's signature is here."""

    sequence: int
    length: int
    signed: bool
    accepted_at: Timestamp


@dataclass(frozen=True, slots=True)
class Candidate:
    """What one terminal has ready: at least one entry, consecutive, from the contract's cursor on."""

    terminal: Address
    ready: Sequence[Ready]

    @property
    def oldest(self) -> Timestamp:
        """When the first of them was taken in."""
        return self.ready[0].accepted_at


@dataclass(frozen=True, slots=True)
class Cut:
    """Entries first .. last of one terminal."""

    terminal: Address
    first: int
    last: int

    @property
    def count(self) -> int:
        """How many entries these are."""
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True)
class Limits:
    """What one batch may hold, and what makes it due: so many entries, or so many seconds of waiting."""

    entries: int = 700
    age: int = 2
    full: int = 100


@dataclass(frozen=True, slots=True)
class Waiting:
    """A terminal with so many entries that are not on their way yet, and since when the oldest of them waits."""

    oldest: Timestamp
    count: int


def due(waiting: Sequence[Waiting], limits: Limits, now: Timestamp) -> bool:
    """Whether it is time to send: the oldest has waited long enough, or enough are there.

    What was taken in later than now was taken in while the clock ran ahead: nobody knows when.
    """
    waited = any(not 0 <= now - one.oldest < limits.age for one in waiting)
    return waited or sum(one.count for one in waiting) >= limits.full


def enough(waiting: Iterable[Waiting], entries: int) -> int:
    """How many of these terminals, from the first on, have so many entries."""
    count = have = 0
    for one in waiting:
        if have >= entries:
            break
        count, have = count + 1, have + one.count
    return count


def choose(candidates: Iterable[Candidate], entries_max: int) -> list[Cut]:
    """The longest segments that fit in one batch, each ending where its terminal signed; empty when none fits."""
    cuts: list[Cut] = []
    room, entries = BATCH_BYTES_MAX - len(PADDING), entries_max
    for candidate in sorted(candidates, key=lambda candidate: candidate.oldest):
        found = _longest(candidate, room - HEADER_BYTES, entries)
        if found is not None and len(cuts) < SEGMENTS_MAX:
            cut, size = found
            cuts.append(cut)
            room, entries = room - HEADER_BYTES - size, entries - cut.count
    return cuts


def _longest(candidate: Candidate, room: int, entries: int) -> tuple[Cut, int] | None:
    """The longest signed run from the candidate's first entry within this room, and its bytes."""
    first = candidate.ready[0].sequence
    sizes = accumulate(one.length for one in candidate.ready)
    fitting = [
        (Cut(candidate.terminal, first, one.sequence), size)
        for count, (one, size) in enumerate(zip(candidate.ready, sizes, strict=True), 1)
        if one.signed and size <= room and count <= min(entries, SEGMENT_ENTRIES_MAX)
    ]
    return fitting[-1] if fitting else None
