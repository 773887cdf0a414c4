"""Follows the contract's events to the final block, in chunks; what was read and how far commit together.

Whoever settled an entry, this gateway before a kill or somebody else, it is found here.
"""

from collections.abc import Iterable, Sequence

import structlog
from sqlalchemy import Connection, select, update

from contracts.gateway.chain import decisions, settlement
from contracts.gateway.chain.budget import Budget
from contracts.gateway.chain.events import Event
from contracts.gateway.chain.node import Block, Node
from contracts.gateway.chain.projection import TIMED, Projection
from contracts.gateway.http.auth import Clock
from contracts.gateway.serving import intake
from contracts.gateway.settling import attention
from contracts.gateway.settling.attention import Trouble
from contracts.gateway.store import ahead, journals, ledger, waiting
from contracts.gateway.store.database import READER, Key, Store, count_rules, hold, lock, touch
from contracts.gateway.store.tables import progress
from contracts.wire import journal
from contracts.wire.batch import Segment
from contracts.wire.errors import TryAgain
from contracts.wire.reasons import Reason
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address, Hash, Timestamp, to_hex

CHUNK_BLOCKS = 2_000
CHUNK_ENTRIES = 2_000
_log = structlog.get_logger("gateway.reader")

_PASSES = ("pass_address", "old_pass", "new_pass")

Settlement = tuple[Hash, Address, int]
"""Transaction, terminal, last sequence: which Settled event is meant."""


class Reader:
    """Brings the projection forward. `step` reads one chunk; one thread calls it again and again."""

    def __init__(self, store: Store, node: Node, domain: Domain, clock: Clock) -> None:
        self._store = store
        self._node = node
        self._domain = domain
        self._clock = clock
        self._chunk = CHUNK_BLOCKS

    def step(self) -> bool:
        """Read the next chunk of final blocks; whether there is more to read.

        Raises TryAgain when the node does not answer or is behind, Broken when it shows another chain than was read and
        there is no other node to ask.
        """
        with self._node.steady():
            return self._step()

    def _step(self) -> bool:
        with self._store.reading() as connection:
            row = connection.execute(select(progress.c.block, progress.c.block_hash)).one()
        read, read_hash = int(row.block), row.block_hash
        final = self._node.final(read)
        self._check_same_chain(read, read_hash, final)
        if final.number == read:
            return False
        end = min(final.number, read + self._chunk)
        events, last = bounded(self._ask_events(read + 1, end), end)
        self._take(read + 1, final if last == final.number else self._node.block(last), events)
        return last < final.number

    def _check_same_chain(self, read: int, read_hash: bytes | None, final: Block) -> None:
        if read_hash is None:
            return
        block = final if final.number == read else self._node.block(read)
        if block.hash != read_hash:
            self._node.disown(
                f"the node's final block {read} is {to_hex(block.hash)}, and {to_hex(read_hash)} was read before: "
                "this is another chain; choose another --data, or --rebuild"
            )

    def _take(self, first: int, last: Block, events: Sequence[Event]) -> None:
        settled = [event for event in events if event.name == "Settled"]
        own = {_settlement(event): self._own_entries(event) for event in settled}
        segments = self._segments(event for event in settled if own[_settlement(event)] is None)
        entries = {**own, **_entries(settled, segments)}
        times = self._times(events, last)
        budgets = {} if None not in entries.values() else self._ask_budgets(events, last.number)
        with self._store.writing() as connection:
            lock(connection, READER)
            if connection.execute(select(progress.c.block)).scalar_one() != first - 1:
                return  # another process has read these blocks meanwhile
            for event in settled:
                attention.clear(connection, event.address("terminal"))
            self._import(connection, segments.values())
            keys = _keys(connection, events) | budgets.keys() | ahead.drop(connection, last.number)
            hold(connection, keys)
            projection = Projection(connection, self._domain, lambda event: entries[_settlement(event)], times)
            for event in events:
                projection.apply(event)
            projection.finish()
            for key, budget in budgets.items():
                ledger.write(connection, key, budget)
            waiting.tidy(connection)
            touch(connection, keys | projection.written)
            if any(event.name in decisions.RULES for event in events):
                count_rules(connection)
            connection.execute(update(progress).values(block=last.number, block_hash=last.hash))
        for event in settled:
            _log_settled(event, "settled")

    def _ask_events(self, first: int, last: int) -> list[Event]:
        """The events of these blocks; a node that finds them too many is asked for fewer blocks the next time."""
        try:
            events = self._node.events(first, last)
        except TryAgain:
            self._chunk = max(1, self._chunk // 2)
            raise
        self._chunk = min(CHUNK_BLOCKS, self._chunk * 2)
        return events

    def _times(self, events: Iterable[Event], last: Block) -> dict[int, Timestamp]:
        """When the blocks were made in which entries were judged, or orders set aside."""
        wanted = {event.block for event in events if event.name in TIMED} - {last.number}
        return {last.number: last.time, **{number: self._node.block(number).time for number in wanted}}

    def _segments(self, settled: Iterable[Event]) -> dict[Settlement, Segment]:
        """The segments that stand in the data of their transactions."""
        data: dict[Hash, bytes] = {}
        found: dict[Settlement, Segment] = {}
        for event in settled:
            if event.transaction not in data:
                data[event.transaction] = self._node.call_data(event.transaction)
            segment = settlement.find(data[event.transaction], event)
            if segment is not None:
                found[_settlement(event)] = segment
            else:
                _log_settled(event, "settled entries not found, budgets are asked")
        return found

    def _own_entries(self, event: Event) -> Sequence[bytes] | None:
        """Those that are here, if the head proves them: no node need be asked for them, or remember them."""
        terminal, first, last = event.address("terminal"), event.number("first"), event.number("last")
        with self._store.reading() as connection:
            head = journals.head_at(connection, self._domain, terminal, last)
            if head is not None and journal.kept(head) == bytes(event.arguments["head"]):
                return journals.stored(connection, terminal, first, last)
        return None

    def _ask_budgets(self, events: Iterable[Event], block: int) -> dict[Key, Budget]:
        """Every budget after this block, from the contract itself."""
        with self._store.reading() as connection:
            keys = ledger.keys(connection)
        asked = sorted(keys | _named(events))
        return dict(zip(asked, self._node.budgets(asked, block), strict=True))

    def _import(self, connection: Connection, segments: Iterable[Segment]) -> None:
        """Take in what others have settled, so that the terminal finds it here; a journal that differs is marked."""
        for segment in segments:
            here = journals.position(connection, self._domain, segment.terminal)
            reason = intake.follows(connection, self._domain, segment, here)
            if reason is None:
                journals.append(connection, self._domain, segment, here, self._clock())
            elif reason == Reason.FORK:
                detail = f"entry {segment.last} on the contract differs from the one taken in here"
                attention.mark(connection, Trouble(segment.terminal, reason, detail), self._clock())


def _entries(settled: Iterable[Event], segments: dict[Settlement, Segment]) -> dict[Settlement, Sequence[bytes]]:
    """The entries of the events whose segments were found."""
    found = ((event, segments[_settlement(event)]) for event in settled if _settlement(event) in segments)
    return {_settlement(event): segment.entries[event.number("first") - segment.first :] for event, segment in found}


def bounded(events: Sequence[Event], last: int) -> tuple[Sequence[Event], int]:
    """The events of whole blocks until there are enough, and the last block: intake waits while they are written."""
    count = 0
    for event in events:
        if count >= CHUNK_ENTRIES and event.block > events[0].block:
            last = event.block - 1
            return [one for one in events if one.block <= last], last
        count += event.number("last") - event.number("first") + 1 if event.name == "Settled" else 1
    return events, last


def _named(events: Iterable[Event]) -> set[Key]:
    """The budgets that the events name."""
    named = ((event, name) for event in events for name in _PASSES if name in event.arguments)
    return {(event.number("programme"), event.address(name)) for event, name in named}


def _keys(connection: Connection, events: Iterable[Event]) -> set[Key]:
    """Every budget that changes with these events, or for which something ceases to wait."""
    found = _named(events)
    for event in events:
        if event.name == "Settled":
            found |= journals.keys(connection, event.address("terminal"), event.number("first"), event.number("last"))
        elif event.name == "SetFree":
            found.add(ledger.current(connection, (event.number("programme"), event.address("pass_address"))))
        elif event.name == "TerminalRegistered":  # what was taken in before begins to wait
            found |= journals.keys(connection, event.address("terminal"), 1)
        elif event.name == "TerminalRetired":  # what is behind it takes nothing
            found |= journals.keys(connection, event.address("terminal"), event.number("sequence"))
    return found


def _settlement(event: Event) -> Settlement:
    return event.transaction, event.address("terminal"), event.number("last")


def _log_settled(event: Event, what: str) -> None:
    sequences = {"first": event.number("first"), "last": event.number("last")}
    _log.info(what, terminal=to_hex(event.address("terminal")), **sequences, block=event.block)
