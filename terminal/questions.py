"""What a counter's question takes time for: each is answered beside the sales, and the core hears of it later."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from contracts.wire.errors import Broken, Refused
from contracts.wire.units import Address
from terminal import pin
from terminal.alarms import Alarms
from terminal.clock import Clock
from terminal.config import Config
from terminal.core.effects import CheckPin, CloseDay, FindSales, GatherHelp
from terminal.core.events import DayClosed, Event, HelpGathered, PinChecked, SalesFound
from terminal.core.facts import ClosedDay
from terminal.core.moment import Moment
from terminal.core.screen import Screen
from terminal.outward import Outward
from terminal.store import Store
from terminal.store.closings import Closing

if TYPE_CHECKING:
    from terminal.care.watch import Watch

Question = FindSales | CheckPin | CloseDay | GatherHelp
Hear = Callable[[Callable[[Moment], Event]], None]
"""Makes an event of the moment at which the core takes it."""

_log = logging.getLogger(__name__)


class Questions:
    """The one who knows the answers. `screen` is what the counter shows now, `print_day` prints a day."""

    def __init__(
        self,
        settings: Config,
        store: Store,
        clock: Clock,
        outward: Outward,
        hear: Hear,
        screen: Callable[[], Screen],
        print_day: Callable[[Closing], None],
    ) -> None:
        self._settings = settings
        self._store = store
        self._clock = clock
        self._outward = outward
        self._hear = hear
        self._screen = screen
        self._print_day = print_day
        self._watch: asyncio.Future[Watch] = asyncio.get_running_loop().create_future()

    def answer(self, question: Question) -> Coroutine[None, None, None]:
        """The work of answering it."""
        match question:
            case FindSales(pass_address, settled):
                return self._find_sales(pass_address, settled)
            case CheckPin(digits):
                return self._check_pin(digits)
            case CloseDay():
                return self._close_day()
            case GatherHelp():
                return self._gather_help()

    async def look_after(self, machine: Path, terminal: Address, alarms: Alarms) -> NoReturn:
        """The machine itself, whose root is named, once the counter is open: no scan waits for it."""
        care = await asyncio.to_thread(import_module, "terminal.care.watch")
        watch: Watch = care.Watch(self._settings, terminal, machine, partial(alarms.note, "machine"))
        self._watch.set_result(watch)
        await watch.run()

    async def _find_sales(self, pass_address: Address, settled: int) -> None:
        sales = await self._outward.sales(pass_address, settled)
        self._hear(partial(SalesFound, pass_address=pass_address, sales=sales, last=True))

    async def _close_day(self) -> None:
        """Beside sales, as the first report of an old journal takes its time."""
        from terminal.report import closing  # noqa: PLC0415 - once a day, and no scan waits for it

        clock, turns = self._clock.moment().entry_time(), self._store.turns
        try:
            day = await asyncio.to_thread(closing.close, self._settings.journal, clock, self._settings.shop, turns)
        except (Broken, Refused) as error:
            _log.error("day.not_closed", extra={"detail": str(error)})
            self._hear(partial(DayClosed, day=None))
            return
        said = day.contents()
        shown = ClosedDay(day.number, said["turnover_cents"], len(said["open"]))
        self._hear(partial(DayClosed, day=shown))
        self._print_day(day)

    async def _gather_help(self) -> None:
        watch = await asyncio.shield(self._watch)
        text = await watch.summary(self._screen())
        self._hear(partial(HelpGathered, text=text))

    async def _check_pin(self, digits: str) -> None:
        right = await asyncio.to_thread(pin.opens, self._settings.staff_pin or "", digits)
        self._hear(partial(PinChecked, right=right))
