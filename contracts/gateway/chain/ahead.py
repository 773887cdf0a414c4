"""Looks for what passes set aside in blocks that are not final, so that no till goes on counting with it.

Taking it off early is the safe direction: a till can only refuse more for a while. When its block is final the reader
takes it in its place, in one transaction; when the block is undone it is left again. What is freed or fetched in such
blocks is not heeded before it is final.
"""

from sqlalchemy import Connection, select

from contracts.gateway.chain.budget import DAY_SECONDS
from contracts.gateway.chain.events import Event
from contracts.gateway.chain.node import Block, Node
from contracts.gateway.store import ahead
from contracts.gateway.store.ahead import Ahead
from contracts.gateway.store.aside import Aside
from contracts.gateway.store.database import READER, Store, lock, touch
from contracts.gateway.store.tables import progress
from contracts.wire.units import Cents, Timestamp


class LookAhead:
    """What stands behind the blocks that the reader has read. One thread calls `step` when there is no more to read."""

    def __init__(self, store: Store, node: Node) -> None:
        self._store = store
        self._node = node
        self._seen: tuple[Block, int] | None = None

    def step(self) -> bool:
        """Look, unless neither the newest block nor what was read has changed; there is never more. Raises TryAgain."""
        with self._store.reading() as connection:
            read = _read(connection)
        with self._node.steady():
            newest = self._node.latest()
            if self._seen == (newest, read):
                return False
            found = self._find(read) if newest.number > read else []
        if self._keep(read, found):
            self._seen = newest, read
        return False

    def _find(self, read: int) -> list[Ahead]:
        events = self._node.set_aside_after(read)
        times = {number: self._node.block(number).time for number in {event.block for event in events}}
        return [_ahead(event, times[event.block]) for event in events]

    def _keep(self, read: int, found: list[Ahead]) -> bool:
        """Whether it is kept: not when another process has read on meanwhile."""
        with self._store.reading() as connection:
            if ahead.read(connection) == found:
                return True
        with self._store.writing() as connection:
            lock(connection, READER)
            if _read(connection) != read:
                return False
            touch(connection, ahead.replace(connection, found))
        return True


def _read(connection: Connection) -> int:
    return int(connection.execute(select(progress.c.block)).scalar_one())


def _ahead(event: Event, time: Timestamp) -> Ahead:
    key = event.number("programme"), event.address("pass_address")
    aside = Aside(key, event.number("shop"), Cents(event.number("amount")), Timestamp(event.number("until")))
    return Ahead(aside, time // DAY_SECONDS, event.block)
