"""Follows the contract's final blocks, in chunks: what was read, and how far, commit together."""

from collections.abc import Iterable, Sequence

from django.db import transaction

from contracts.deployment import Deployment
from contracts.gateway.chain import settlement
from contracts.gateway.chain.events import Event
from contracts.gateway.chain.node import Block, Node
from contracts.gateway.chain.reader import CHUNK_BLOCKS, bounded
from contracts.wire.units import Hash, Timestamp
from provisioning.portal.figures import models
from provisioning.portal.figures.books import Books
from provisioning.portal.figures.models import Progress

_COPIES = (models.Till, models.Placed, models.Slice, models.Budget, models.Sale)

_Settlement = tuple[Hash, bytes, int]


def step(node: Node, deployment: Deployment) -> bool:
    """Read the next chunk; whether there is more. Raises TryAgain when the node does not answer, or is behind."""
    with node.steady():
        here = _here(deployment)
        final = node.final(here.block if here.block_hash else 0)
        if here.block_hash and _hash(node, here.block, final) != bytes(here.block_hash):
            here = _forget(deployment)
        if final.number <= here.block:
            return False
        end = min(final.number, here.block + CHUNK_BLOCKS)
        events, last = bounded(node.events(here.block + 1, end), end)
        _take(node, here, events, final if last == final.number else node.block(last), deployment)
        return last < final.number


def _here(deployment: Deployment) -> Progress:
    here = Progress.objects.first()
    if here is None or (bytes(here.contract), here.chain_id) != (deployment.contract, deployment.chain_id):
        return _forget(deployment)
    return here


@transaction.atomic
def _forget(deployment: Deployment) -> Progress:
    """Begin again: this is another contract, or a node showed another chain."""
    for copy in (*_COPIES, Progress, models.Shown):
        copy.objects.all().delete()
    whose = {"contract": deployment.contract, "chain_id": deployment.chain_id}
    return Progress.objects.create(**whose, block=deployment.block - 1)


def _hash(node: Node, number: int, final: Block) -> Hash:
    return final.hash if final.number == number else node.block(number).hash


def _take(node: Node, here: Progress, events: Sequence[Event], last: Block, deployment: Deployment) -> None:
    settled = [event for event in events if event.name == "Settled"]
    entries, times = _entries(node, settled), _times(node, settled, last)
    with transaction.atomic():
        if not Progress.objects.select_for_update().filter(pk=here.pk, block=here.block).exists():
            return  # another worker has read these blocks meanwhile
        books = Books(deployment.domain, lambda event: entries[_which(event)], times)
        for event in events:
            books.apply(event)
        books.finish()
        here.block, here.block_hash, here.time = last.number, last.hash, last.time
        here.unread += books.unread
        here.stale = sorted({*here.stale, *books.touched})
        here.save()


def _entries(node: Node, settled: Iterable[Event]) -> dict[_Settlement, Sequence[bytes] | None]:
    """The entries of each event, from the data of its transaction."""
    data: dict[Hash, bytes] = {}
    found: dict[_Settlement, Sequence[bytes] | None] = {}
    for event in settled:
        if event.transaction not in data:
            data[event.transaction] = node.call_data(event.transaction)
        segment = settlement.find(data[event.transaction], event)
        found[_which(event)] = None if segment is None else segment.entries[event.number("first") - segment.first :]
    return found


def _times(node: Node, settled: Iterable[Event], last: Block) -> dict[int, Timestamp]:
    wanted = {event.block for event in settled} - {last.number}
    return {last.number: last.time, **{number: node.block(number).time for number in wanted}}


def _which(event: Event) -> _Settlement:
    return event.transaction, event.address("terminal"), event.number("last")
