"""What a sale sounds, looks and reads like: the devices that are there are told, and none of them is waited for."""

import logging

from contracts.wire.errors import Broken
from contracts.wire.units import Cents, to_hex
from drivers.base import Driver
from drivers.output import Page, Printer, Signaller
from terminal.config import Config
from terminal.core.effects import Tone
from terminal.store.closings import Closing
from terminal.store.reading import View

_log = logging.getLogger(__name__)


class Outputs:
    """The printers, buzzers and lamps of one terminal."""

    def __init__(self, settings: Config, journal: View, drivers: dict[str, Driver]) -> None:
        self._settings = settings
        self._journal = journal
        self._printers = {name: driver for name, driver in drivers.items() if isinstance(driver, Printer)}
        self._signallers = {name: driver for name, driver in drivers.items() if isinstance(driver, Signaller)}

    @property
    def names(self) -> set[str]:
        """Of the devices that take something; the others give."""
        return {*self._printers, *self._signallers}

    def signal(self, tone: Tone) -> None:
        """Let it be heard and seen."""
        for driver in self._signallers.values():
            driver.signal(tone.value)

    def hand_out(self, sequence: int, rest: Cents) -> None:
        """Print this entry's receipt. Whatever is wrong, the payment stands and can be printed from the journal."""
        if not self._printers:
            return
        from terminal import paper, receipt  # noqa: PLC0415 - only a terminal with a printer needs them

        try:
            page = receipt.page(paper.slip(self._settings, self._journal, sequence, rest))
        except Broken as broken:
            _log.error("receipt.not_made", extra={"sequence": sequence, "detail": str(broken)})
            return
        self._print(page, "receipt", sequence)

    def print_day(self, day: Closing) -> None:
        """Print a closed day. Whatever is wrong, it is closed and can be printed from the journal."""
        if not self._printers:
            return
        from terminal.report import pages  # noqa: PLC0415 - only a terminal with a printer needs them

        try:
            page = pages.paper(day.contents(), to_hex(day.hash), self._settings.language)
        except Broken as broken:
            _log.error("day.not_made", extra={"number": day.number, "detail": str(broken)})
            return
        self._print(page, "day", day.number)

    def _print(self, page: Page, what: str, number: int) -> None:
        for name, driver in self._printers.items():
            if not driver.print(page):
                _log.warning(f"{what}.not_printed", extra={"number": number, "device": name})
