"""How segments of many journals reach the contract in one call, big-endian.

    batch    = segment* | 32 zero bytes                              the padding lets the contract read whole words
    segment  = terminal 20 | first sequence u32 | count u16 | body length u24 | previous head 32
             | journal signature 64 | body                           125 bytes and the entries

The journal signature is the terminal's over its last entry here. First sequence and count are not signed by
themselves: the chain fixes them, since a wrong one gives another head or another sequence than was signed.
"""

import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from contracts.wire import entry as wire_entry
from contracts.wire import journal
from contracts.wire.signature import SIGNATURE_BYTES
from contracts.wire.typed_data import Domain
from contracts.wire.units import ADDRESS_BYTES, SEQUENCE_MAX, Address, Hash

_HEADER = struct.Struct(">20sIH3s32s64s")
_FIRST, _COUNT = slice(20, 24), slice(24, 26)
HEADER_BYTES = _HEADER.size
PADDING = bytes(32)
BATCH_BYTES_MAX = 106_496
"""What the contract takes in one call: near the 128 KiB that a node's pool accepts as one transaction."""

SEGMENTS_MAX = 64
"""The segments in one batch."""

SEGMENT_ENTRIES_MAX = 2_000
"""The entries in one segment."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Consecutive entries of one journal, vouched for by the terminal's signature over the last one.

    Raises ValueError for no entries, too many, or fields out of their range.
    """

    terminal: Address
    first: int
    previous_head: Hash
    entries: Sequence[bytes]
    signature: bytes

    def __post_init__(self) -> None:
        if not 1 <= len(self.entries) <= SEGMENT_ENTRIES_MAX:
            raise ValueError(f"a segment has 1 to {SEGMENT_ENTRIES_MAX} entries")
        if not 1 <= self.first <= SEQUENCE_MAX - len(self.entries) + 1:
            raise ValueError("a sequence out of range")
        sizes = (len(self.terminal), len(self.previous_head), len(self.signature))
        if sizes != (ADDRESS_BYTES, 32, SIGNATURE_BYTES):
            raise ValueError("a field of the wrong size")

    @property
    def last(self) -> int:
        """The sequence of the last entry."""
        return self.first + len(self.entries) - 1

    def head(self) -> Hash:
        """The head after the last entry."""
        return journal.advance_all(self.previous_head, self.entries)

    def is_signed(self, domain: Domain) -> bool:
        """Whether the terminal vouches for exactly these entries at exactly this place."""
        return journal.is_signed(domain, self.terminal, self.last, self.head(), self.signature)

    def pack(self) -> bytes:
        """The segment's bytes. Raises ValueError when the entries are longer than a batch takes."""
        body = b"".join(self.entries)
        if len(body) > BATCH_BYTES_MAX:
            raise ValueError("a segment longer than a batch takes")
        fields = (self.terminal, self.first, len(self.entries), len(body).to_bytes(3))
        return _HEADER.pack(*fields, self.previous_head, self.signature) + body


def encode(segments: Iterable[Segment]) -> bytes:
    """The argument of the contract's `settle`. Raises ValueError when it is longer than the contract takes."""
    batch = b"".join(segment.pack() for segment in segments) + PADDING
    if len(batch) > BATCH_BYTES_MAX:
        raise ValueError(f"a batch has at most {BATCH_BYTES_MAX} bytes, not {len(batch)}")
    return batch


def decode(batch: bytes) -> Iterator[Segment]:
    """The segments that the contract would find in the batch. Raises ValueError where it would stop reading."""
    at, end = 0, len(batch) - len(PADDING)
    while at < end:
        if at + HEADER_BYTES > end:
            raise ValueError("a segment's header is cut off")
        terminal, first, count, body_length, previous, signature = _HEADER.unpack_from(batch, at)
        at += HEADER_BYTES
        body_end = at + int.from_bytes(body_length)
        if body_end > end:
            raise ValueError("a segment's body is cut off")
        entries = tuple(wire_entry.split(batch[at:body_end]))
        if len(entries) != count:
            raise ValueError("a segment with another number of entries than it says")
        yield Segment(Address(terminal), first, Hash(previous), entries, signature)
        at = body_end


def find(data: bytes, terminal: Address, first: int, last: int, kept_head: bytes) -> Segment | None:
    """The segment that took the terminal's journal from `first` to `last` and this head, in a transaction's data.

    It is looked for wherever it lies, so it is found in a direct call of `settle` as well as within a call of another
    contract. What is found is proven by the head. None when it is not there.
    """
    for at in _places(data, terminal, first, last):
        segment = _read(data[at:])
        if segment is not None and journal.kept(segment.head()) == kept_head:
            return segment
    return None


def _places(data: bytes, terminal: Address, first: int, last: int) -> Iterator[int]:
    """Where a header of this terminal stands that covers these sequences; no more places than a batch has."""
    tried = 0
    at = data.find(terminal)
    while at >= 0 and tried < SEGMENTS_MAX:
        header = data[at : at + HEADER_BYTES]
        begins, count = int.from_bytes(header[_FIRST]), int.from_bytes(header[_COUNT])
        if begins <= first and begins + count - 1 == last:
            tried += 1
            yield at
        at = data.find(terminal, at + 1)


def _read(data: bytes) -> Segment | None:
    try:
        return next(decode(data), None)
    except ValueError:
        return None
