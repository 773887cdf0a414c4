"""What the loops that speak to chain and gateway share: a turn, then a pause that any news ends, for ever."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from typing import NoReturn

from contracts.wire.errors import Refused
from contracts.wire.reasons import Reason


class Rounds:
    """One loop's turns. It can be woken before it runs, and while a turn goes on: then the next follows at once."""

    def __init__(self) -> None:
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Do not wait for the next turn."""
        self._woken.set()

    async def run(self, turn: Callable[[], Awaitable[float]], delay: float = 0.0) -> NoReturn:
        """The first turn after so many seconds, each other after as many as the one before it said; until cancelled."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(delay):
                    await self._woken.wait()
            self._woken.clear()
            delay = await turn()


@contextmanager
def unless_disk_full(log: logging.Logger, event: str) -> Iterator[None]:
    """A note that cannot be kept is logged: the sale that needs the disk is refused by itself."""
    try:
        yield
    except Refused as refused:
        if refused.reason is not Reason.STORAGE_FAULT:
            raise
        log.error(event, extra={"detail": refused.detail})  # noqa: TRY400 - a full disk is no fault of the program
