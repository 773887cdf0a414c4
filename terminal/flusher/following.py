"""Follows the snapshot: asks for what changed, waits at the gateway for the next change, and keeps it page by page.

After each turn it asks what waits for passes at this shop, too, and before the first one since the gateway was away, as
a snapshot may take long: the last list holds where the gateway does not say.

A page counts for nothing before the last one is here. What was kept of an unfinished snapshot is gone on with, after
any interruption; a gateway that answers something that is no page of it is asked for the whole anew.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Sequence
from typing import NoReturn, Protocol

from contracts.wire.errors import Refused, TryAgain
from contracts.wire.units import Address
from terminal.core.events import Event, OrdersTold, SnapshotTaken
from terminal.core.facts import Budget, Order, Programme
from terminal.core.moment import Moment
from terminal.flusher.answers import Snapshot
from terminal.flusher.gateway import Gateway
from terminal.rounds import Rounds

WAIT_SECONDS = 15
"""At the gateway, for a change."""
PAUSE_SECONDS = 1.0
"""Between two questions, however the gateway answers; pages of one snapshot follow each other at once."""
PAGES_MAX = 1_000
"""Of one snapshot: more than any town's, and an end for a gateway that plays games."""

_log = logging.getLogger(__name__)


class Journal(Protocol):
    """What following needs of the store."""

    @property
    def sequence(self) -> int: ...  # noqa: D102 - the store says what these mean
    def snapshot_version(self) -> str | None: ...  # noqa: D102
    def coming(self) -> str | None: ...  # noqa: D102
    def take_page(  # noqa: D102
        self,
        version: str,
        block: int,
        sequence: int,
        programmes: Sequence[Programme],
        budgets: Iterable[tuple[Address, Budget]],
        *,
        full: bool,
        more: bool,
    ) -> None: ...
    def forget_pages(self) -> None: ...  # noqa: D102
    def replace_orders(self, orders: Iterable[tuple[Address, Order]]) -> None: ...  # noqa: D102


class Follower:
    """Runs until cancelled. Tells the core by `report`, and by `arrived` that something has changed.

    `delay` says how long to wait after so many failures in a row.
    """

    def __init__(
        self,
        store: Journal,
        gateway: Gateway,
        network: int,
        now: Callable[[], Moment],
        delay: Callable[[int], float],
        report: Callable[[Event], None],
        arrived: Callable[[], None],
    ) -> None:
        self._store = store
        self._gateway = gateway
        self._network = network
        self._now = now
        self._delay = delay
        self._report = report
        self._arrived = arrived
        self._failures = 0
        self._anew = False
        self._listed = False
        self._rounds = Rounds()

    def wake(self) -> None:
        """The gateway may answer again: do not wait after a failure."""
        if self._failures:
            self._rounds.wake()

    async def run(self) -> NoReturn:
        """Follow, for ever."""
        await self._rounds.run(self._turn)

    async def _turn(self) -> float:
        """One change, or none for a while; how long to wait before the next question."""
        begun = time.monotonic()
        if not self._listed:
            await self._learn_orders()
        try:
            changed = await self._follow()
        except (TryAgain, Refused) as error:  # why it is refused, the drainer is told as well, and shows it
            self._failures, self._listed = self._failures + 1, False
            delay = self._delay(self._failures)
            extra = {"failures": self._failures, "seconds": round(delay, 1), "why": str(error)}
            _log.info("snapshot.postponed", extra=extra)
            return delay
        self._failures = 0
        if changed:
            self._arrived()
        await self._learn_orders()
        return max(0.0, begun + PAUSE_SECONDS - time.monotonic())

    async def _follow(self) -> bool:
        """Whether something has changed; all of it is here then, and counts."""
        for _ in range(PAGES_MAX):
            goes_on = self._store.coming() is not None
            page = await self._gateway.snapshot(self._known(), 0 if goes_on else WAIT_SECONDS)
            if page is None and not goes_on:
                return False
            if page is None:
                raise await self._begin_anew("it ends before its last page")
            await self._take(page)
            if not page.more:
                return True
        raise await self._begin_anew("it has no end")

    async def _learn_orders(self) -> None:
        """They only offer, so whatever hinders is no failure: the next turn asks again."""
        try:
            told = (await self._gateway.orders()).facts()
            self._store.replace_orders(told)
        except (TryAgain, Refused, ValueError) as error:
            _log.info("orders.not_told", extra={"why": str(error)})
            return
        self._listed = True
        self._report(OrdersTold(self._now(), told))

    def _known(self) -> str | None:
        return None if self._anew else self._store.coming() or self._store.snapshot_version()

    async def _begin_anew(self, why: str) -> TryAgain:
        """Drop what has come, and ask for the whole the next time."""
        self._anew = True
        await asyncio.to_thread(self._store.forget_pages)
        return TryAgain(f"not a snapshot for this terminal: {why}")

    async def _take(self, page: Snapshot) -> None:
        try:
            programmes = page.rules()
            await self._keep(page, programmes)
        except ValueError as error:
            raise await self._begin_anew(str(error)) from None
        self._anew = False
        if not page.more:
            self._report(SnapshotTaken(self._now(), programmes, page.sequence))

    async def _keep(self, page: Snapshot, programmes: tuple[Programme, ...]) -> None:
        if page.network != self._network or page.sequence > self._store.sequence:
            raise ValueError("another network, or entries that were never made")
        if page.more and page.version == self._known():
            raise ValueError("a page that leads nowhere")
        place = page.version, page.block, page.sequence

        def keep() -> None:  # budgets are made in the thread, too: a sale does not wait for five thousand of them
            self._store.take_page(*place, programmes, page.shares(), full=page.full, more=page.more)

        await asyncio.to_thread(keep)
