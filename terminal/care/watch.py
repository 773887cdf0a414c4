"""The daemon's look at the machine: each minute, in a thread, so that no sale waits for a disk that does not answer."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from contracts.wire.units import Address
from terminal.care import board, kept, readings
from terminal.care.found import Found
from terminal.care.root import Root
from terminal.care.summary import Who, of_counter, summary
from terminal.config import Config
from terminal.core.care import Trouble
from terminal.core.screen import Screen

POWER_SECONDS = 2
"""The kernel's own pace: a dip of the power shows for as long, and is not to be missed between two looks."""
LOOKS = 30
"""At the power, for each at everything: a minute."""
SAVE_SECONDS = 3600
"""Of what is measured, this much may be lost with the power: it is written to the card whose wear it measures."""

_log = logging.getLogger(__name__)


class Watch:
    """What is known of the machine while the daemon runs. `tell` hears all its troubles after each look."""

    def __init__(
        self, settings: Config, terminal: Address, root: Path, tell: Callable[[tuple[Trouble, ...]], None]
    ) -> None:
        self._settings = settings
        self._terminal = terminal
        self._tell = tell
        self._root = Root(root)
        self._kept = kept.load(settings.state_dir)
        self._saved = self._kept
        self._found: list[Found] = []
        self._who = Who(terminal, "", 0, None)
        self._looked = asyncio.Event()

    async def run(self) -> NoReturn:
        """Look until cancelled."""
        while True:
            self._found = await asyncio.to_thread(self._look_safely)
            self._looked.set()
            self._tell(readings.troubles(self._found))
            await self._until_next()

    async def summary(self, screen: Screen) -> str:
        """What to tell the support line, by the last look and the counter's screen."""
        await self._looked.wait()
        machine = [(each.check.name, each.check.grade) for each in self._found]
        return summary(self._who, [*machine, *of_counter(screen)])

    def _look_safely(self) -> list[Found]:
        """What was found last, when a look fails: it is no reason to stop selling."""
        try:
            return self._look()
        except Exception:  # noqa: BLE001 - whatever it is, and it is in the log
            _log.exception("care.failed")
            return self._found

    def _look(self) -> list[Found]:
        known = readings.about(self._settings, self._root, self._kept)
        up = board.uptime(self._root.texts((board.UPTIME,)))
        self._who = Who(self._terminal, known.version, known.schema, up)
        self._kept = readings.remember(self._root, known)
        if self._is_worth_saving():
            kept.save(self._settings.state_dir, self._kept)
            self._saved = self._kept
        return readings.look(self._root, replace(known, kept=self._kept), readings.WATCHED)

    def _is_worth_saving(self) -> bool:
        now, before = self._kept, self._saved
        later = now.seconds - before.seconds
        return (now.day, now.weak_boot) != (before.day, before.weak_boot) or not 0 <= later < SAVE_SECONDS

    async def _until_next(self) -> None:
        """A look's pause; it ends when the power turns too weak for the first time since the last boot."""
        for _ in range(LOOKS):
            await asyncio.sleep(POWER_SECONDS)
            if await asyncio.to_thread(self._turned_weak):
                return

    def _turned_weak(self) -> bool:
        texts = self._root.texts((*board.POWER, board.BOOT))
        return bool(board.is_weak(texts)) and self._kept.weak_boot != texts.get(board.BOOT, "")
