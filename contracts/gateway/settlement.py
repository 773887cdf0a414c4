"""Which entries a `Settled` event is about: they stand in the data of the transaction that emitted it.

The segment is looked for wherever it lies in that data, so it is found in a direct call of `settle` as well as within
a call of another contract. What is found is proven: its chain ends in the head that the event names.
"""

from collections.abc import Iterator

from contracts.gateway.events import Event
from contracts.wire import batch, journal
from contracts.wire.batch import SEGMENTS_MAX, Segment
from contracts.wire.units import Address

_FIRST = slice(20, 24)
_COUNT = slice(24, 26)


def find(data: bytes, settled: Event) -> Segment | None:
    """The segment in a transaction's data that this event is about, or None when it is not there."""
    terminal, first, last = settled.address("terminal"), settled.number("first"), settled.number("last")
    for at in _places(data, terminal, first, last):
        segment = _read(data[at:])
        if segment is not None and journal.kept(segment.head()) == bytes(settled.arguments["head"]):
            return segment
    return None


def _places(data: bytes, terminal: Address, first: int, last: int) -> Iterator[int]:
    """Where a header of this terminal stands that covers these sequences; no more places than a batch has."""
    tried = 0
    at = data.find(terminal)
    while at >= 0 and tried < SEGMENTS_MAX:
        header = data[at:]
        begins, count = int.from_bytes(header[_FIRST]), int.from_bytes(header[_COUNT])
        if begins <= first and begins + count - 1 == last:
            tried += 1
            yield at
        at = data.find(terminal, at + 1)


def _read(data: bytes) -> Segment | None:
    try:
        return next(batch.decode(data), None)
    except ValueError:
        return None
