"""Who waits for a change, and is woken by one that concerns him: within a second, whichever process committed it.

One look at the store serves all who wait, however many they are: half a second after the last one, or a second after
somebody was woken, so that what changes meanwhile is told in one answer. A waiter is a future: no thread, no
connection.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar

import structlog
from fastapi.concurrency import run_in_threadpool
from sqlalchemy import func, select

from contracts.gateway.serving.snapshot import standing
from contracts.gateway.serving.version import Version
from contracts.gateway.store.database import Store
from contracts.gateway.store.tables import budgets, identity, programmes, progress
from contracts.wire.errors import TryAgain
from contracts.wire.units import Address

LOOK_SECONDS = 0.5
GATHER_SECONDS = 1.0
TELLERS = 4
"""Snapshots that are read at once: when a change wakes a thousand tills, entries are taken in all the same."""

TURN_SECONDS = 4.0
"""So long a terminal that has waited for a change may yet wait for its turn to be told: it has 20 s for all of it."""

Answer = TypeVar("Answer")
_log = structlog.get_logger("gateway.changes")


@dataclass(frozen=True, slots=True)
class Concern:
    """What somebody waits for: a change after `cursor` in one of the programmes, or of the rules or the store."""

    store: str
    rules: int
    programmes: frozenset[int]
    cursor: int


@dataclass(frozen=True, slots=True)
class News:
    """How the store stands: its id, the count of its rules' changes, and the newest change in each programme."""

    store: str
    rules: int
    newest: Mapping[int, int]

    def concerns(self, concern: Concern) -> bool:
        """Whether there is something new for whoever has waited for this."""
        return (self.store, self.rules) != (concern.store, concern.rules) or self.is_ahead_of(concern)

    def is_ahead_of(self, concern: Concern) -> bool:
        """Whether a change that was seen here concerns whoever comes later; old news never say more than is so."""
        ahead = (self.newest.get(programme, 0) > concern.cursor for programme in concern.programmes)
        return self.store == concern.store and any(ahead)


def concern_of(store: Store, terminal: Address, known: str | None) -> Concern | None:
    """What a terminal with this version waits for; None when there is something to tell it that is no delta.

    Raises TryAgain while the terminal's registration is not final.
    """
    had = Version.parse(known)
    with store.reading() as connection:
        here = standing(connection, terminal)
    if had is None or not had.leads_to(here.version) or had.rules != here.version.rules:
        return None
    return Concern(here.version.store, here.rules, frozenset(here.ids), had.cursor)


def look(store: Store, wanted: Collection[int]) -> News:
    """How the store stands now, as far as these programmes go."""
    told = (budgets.c.programme == programmes.c.id, budgets.c.known)  # of others no snapshot tells: they wake nobody
    newest = select(func.max(budgets.c.changed)).where(*told).scalar_subquery()
    query = select(programmes.c.id, func.coalesce(newest, 0)).where(programmes.c.id.in_(wanted))
    with store.reading() as connection:
        rules = connection.execute(select(progress.c.rules)).scalar_one()
        store_id = connection.execute(select(identity.c.store)).scalar_one()
        return News(store_id, rules, {int(number): int(change) for number, change in connection.execute(query)})


class Changes:
    """Those who wait, in one process. `run` looks for news until it is cancelled."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._tellers = asyncio.Semaphore(TELLERS)
        self._waiting: dict[asyncio.Future[None], Concern] = {}
        self._news: News | None = None
        self._closed = False

    async def wait(self, concern: Concern, seconds: float) -> None:
        """Return when there is news for this concern, when the time is over, or when the gateway stops.

        What is new since the last look is told at the next one, with all that comes in between.
        """
        if self._closed or (self._news is not None and self._news.is_ahead_of(concern)):
            return
        woken = asyncio.get_running_loop().create_future()
        self._waiting[woken] = concern
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await woken
        finally:
            del self._waiting[woken]

    async def read(self, read: Callable[..., Answer], *arguments: Any) -> Answer:
        """What the store says, read in a thread; those who wait for their turn hold none.

        Raises TryAgain when the turn does not come in time: nobody would hear the answer, and others wait for theirs.
        """
        try:
            await asyncio.wait_for(self._tellers.acquire(), TURN_SECONDS)
        except TimeoutError:
            raise TryAgain("too many are told of changes at once") from None
        try:
            return await run_in_threadpool(read, *arguments)
        finally:
            self._tellers.release()

    def close(self) -> None:
        """The gateway stops: nobody waits any longer."""
        self._closed = True
        for woken in self._waiting:
            _wake(woken)

    async def run(self) -> NoReturn:
        """Look for news as long as somebody waits for some."""
        while True:  # noqa: ASYNC110  # what another process commits has no event here
            await asyncio.sleep(GATHER_SECONDS if await self._look() else LOOK_SECONDS)

    async def _look(self) -> bool:
        """Whether somebody was woken."""
        wanted = frozenset[int]().union(*(concern.programmes for concern in self._waiting.values()))
        if not self._waiting:
            return False
        try:
            self._news = news = await asyncio.to_thread(look, self._store, wanted)
        except TryAgain as error:
            _log.warning("trying again", why=str(error))
            return False
        concerned = [woken for woken, concern in self._waiting.items() if news.concerns(concern)]
        for woken in concerned:
            _wake(woken)
        return bool(concerned)


def _wake(woken: "asyncio.Future[None]") -> None:
    if not woken.done():
        woken.set_result(None)
