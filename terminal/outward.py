"""The daemon's way out: the loops that speak to chain and gateway, and what is asked of the gateway in between.

A sale needs none of it, so it is imported when the counter is open, in threads: a scan does not wait for it.
"""

import asyncio
import logging
import random
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, NoReturn, Protocol

from contracts.wire.errors import Refused, TryAgain
from contracts.wire.units import Address
from terminal import backoff
from terminal.clock import Clock
from terminal.config import Config
from terminal.core.events import Event
from terminal.core.facts import PastSale
from terminal.signer import TerminalSigner
from terminal.store import Store

if TYPE_CHECKING:
    from terminal.endpoint import Endpoint
    from terminal.flusher import Gateway

SALES_SECONDS = 10.0
"""Somebody stands at the counter: what the gateway has not told by then, it cannot be asked."""

_log = logging.getLogger(__name__)


class Listener(Protocol):
    """The daemon, as far as the network speaks to it."""

    @property
    def asks(self) -> bool:
        """Whether an ask is open, so that its answer is awaited."""

    def report(self, event: Event) -> None:
        """Something to learn."""

    def gateway_answers(self, answers: bool, /) -> None:  # noqa: FBT001 - what contact callbacks take
        """Whether the gateway does."""

    def chain_answers(self, answers: bool, /) -> None:  # noqa: FBT001
        """Whether the chain's endpoint does."""


class Outward:
    """The network of one terminal."""

    def __init__(
        self, settings: Config, store: Store, signer: TerminalSigner, clock: Clock, listener: Listener
    ) -> None:
        self._settings = settings
        self._store = store
        self._signer = signer
        self._clock = clock
        self._listener = listener
        self._endpoints: tuple[Endpoint, ...] = ()
        self._gateway: Gateway | None = None
        self._wakers: tuple[Callable[[], None], ...] = ()
        self._on_change: tuple[Callable[[], None], ...] = ()
        self._on_contact: Callable[[], None] = lambda: None

    def wake(self) -> None:
        """There is something to send or to ask, or a way to again."""
        for wake in self._wakers:
            wake()

    async def run(self) -> None:
        """Speak to chain and gateway until cancelled."""
        for module in ("terminal.http", "terminal.agreement", "terminal.flusher"):
            await asyncio.to_thread(import_module, module)
        async with AsyncExitStack() as stack, asyncio.TaskGroup() as group:
            for loop in await self._loops(stack):
                group.create_task(loop)

    async def sales(self, pass_address: Address, settled: int) -> tuple[PastSale, ...]:
        """The gateway's word on what may be given back to this pass; nothing when it does not say in time."""
        if self._gateway is None:
            return ()
        try:
            async with asyncio.timeout(SALES_SECONDS):
                answer = await self._gateway.sales(pass_address)
                told = [sale for sale in answer.facts() if await self._is_of(sale, pass_address)]
            return self._store.held_to(told, answer.sequence, settled)
        except (TimeoutError, TryAgain, Refused, ValueError) as error:
            _log.info("sales.not_told", extra={"why": str(error)})
            return ()

    async def _is_of(self, sale: PastSale, pass_address: Address) -> bool:
        """Whether the pass on the counter paid it, or took the place of the one that did: by the chain's word.

        The gateway's would not do: what is given back goes to the pass that paid, and nobody at the counter sees which.
        """
        if sale.pass_address == pass_address:
            return True
        from terminal.contract_state import leads_to  # noqa: PLC0415 - needed for a replaced pass alone

        asked = sale.programme, sale.pass_address, pass_address
        said = [False]
        for endpoint in self._endpoints:
            try:
                said.append(await leads_to(endpoint, self._settings.domain, *asked))
            except TryAgain as error:
                _log.info("sale.not_known", extra={"why": str(error)})
        if self._settings.chain.agree:
            return len(said) > len(self._endpoints) and all(said[1:])
        return said[-1]

    async def _loops(self, stack: AsyncExitStack) -> tuple[Coroutine[None, None, NoReturn], ...]:
        from terminal import agreement, checkpoint, flusher  # noqa: PLC0415 - see the module's docstring
        from terminal.flusher import drain  # noqa: PLC0415
        from terminal.http import Http  # noqa: PLC0415

        settings, store, now, to = self._settings, self._store, self._clock.moment, self._listener
        delay = partial(backoff.delay, chance=random.random)
        # In a thread, as it reads all the certificates.
        http = await stack.enter_async_context(await asyncio.to_thread(partial(Http, trust=settings.trust)))
        self._endpoints = agreement.endpoints(http, settings)
        source = agreement.source(self._endpoints, settings, self._signer.address)
        watcher = checkpoint.Watcher(
            *(store, source, now, delay, self._clock.raise_to, to.report, to.chain_answers),
            poll_seconds=self._pace(checkpoint.POLL_SECONDS, checkpoint.HURRY_SECONDS),
        )
        self._gateway = flusher.Gateway(http.fetch, settings.gateway.url, self._signer, now)
        drainer = flusher.Flusher(
            *(store, self._gateway, now, delay, to.report, self._hear_gateway),
            poll_seconds=self._pace(drain.POLL_SECONDS, drain.HURRY_SECONDS),
        )
        about = settings.chain.network, now, delay, to.report, self._arrived
        follower = flusher.Follower(store, self._gateway, *about)
        self._wakers = (watcher.wake, drainer.wake)
        self._on_change = (watcher.follow_programmes, drainer.wake)
        self._on_contact = follower.wake
        return watcher.run(), drainer.run(), follower.run()

    def _arrived(self) -> None:
        """There is a new snapshot: perhaps of other programmes, and of budgets whose payments have an outcome now."""
        for heed in self._on_change:
            heed()

    def _hear_gateway(self, answers: bool, /) -> None:  # noqa: FBT001 - what contact callbacks take
        if answers:
            self._on_contact()
        self._listener.gateway_answers(answers)

    def _pace(self, seconds: float, hurry: float) -> Callable[[], float]:
        return lambda: hurry if self._listener.asks else seconds
