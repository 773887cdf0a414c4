"""Which entries a `Settled` event is about: they stand in the data of the transaction that emitted it."""

from contracts.gateway.chain.events import Event
from contracts.wire import batch
from contracts.wire.batch import Segment


def find(data: bytes, settled: Event) -> Segment | None:
    """The segment in a transaction's data that this event is about, or None when it is not there."""
    place = settled.address("terminal"), settled.number("first"), settled.number("last")
    return batch.find(data, *place, bytes(settled.arguments["head"]))
