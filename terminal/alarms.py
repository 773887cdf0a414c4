"""What needs a person at the machine: troubles from wherever they are seen, told to the core as one list."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from typing import NoReturn

from contracts.wire.reasons import Reason
from terminal.core.care import Trouble
from terminal.core.events import Event, Locked, TroublesKnown
from terminal.core.moment import Moment
from terminal.store.mirror import Mirror, Standing

_TROUBLES = {Standing.LOST: Trouble.MIRROR_LOST, Standing.FOREIGN: Trouble.MIRROR_FOREIGN}

_log = logging.getLogger(__name__)


class Alarms:
    """All that is wrong, by who sees it. `hear` makes an event of the moment at which the core takes it."""

    def __init__(self, hear: Callable[[Callable[[Moment], Event]], None]) -> None:
        self._hear = hear
        self._seen: dict[str, tuple[Trouble, ...]] = {}

    def note(self, who: str, troubles: Iterable[Trouble]) -> None:
        """This is all that `who` sees now."""
        self._seen[who] = tuple(troubles)
        there = {trouble for seen in self._seen.values() for trouble in seen}
        told = tuple(trouble for trouble in Trouble if trouble in there)
        self._hear(lambda at: TroublesKnown(at, told))

    async def follow(self, mirror: Mirror) -> NoReturn:
        """Heed a mirror until cancelled. One that is ahead proves the journal an old copy: nothing more is sold."""
        loop, changes = asyncio.get_running_loop(), asyncio.Queue[tuple[Standing, str]]()

        def heed(standing: Standing, detail: str) -> None:
            loop.call_soon_threadsafe(changes.put_nowait, (standing, detail))

        mirror.watch(heed)
        try:
            while True:
                self._heed(*await changes.get())
        finally:
            mirror.watch(lambda _, __: None)

    def _heed(self, standing: Standing, detail: str) -> None:
        _log.log(
            logging.INFO if standing is Standing.GOOD else logging.ERROR,
            "mirror",
            extra={"standing": standing, "detail": detail},
        )
        self.note("mirror", [_TROUBLES[standing]] if standing in _TROUBLES else [])
        if standing is Standing.AHEAD:
            self._hear(lambda at: Locked(at, Reason.FORK))
