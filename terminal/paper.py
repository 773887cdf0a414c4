"""An entry of the journal as a receipt, and onto the printers of the configuration."""

from typing import cast

from contracts.wire.errors import Broken
from contracts.wire.receipt import Receipt
from contracts.wire.units import Cents
from drivers import registry
from drivers.base import DriverUnavailable
from drivers.output import Page, Printer
from drivers.registry import Kind
from terminal import export
from terminal.config import Config
from terminal.receipt import Slip
from terminal.store.reading import View


def print_now(settings: Config, page: Page) -> list[str]:
    """Print the page on every printer of the configuration, beside a running daemon; their names. Raises Broken."""
    printers = [device for device in settings.devices if _is_printer(device.driver)]
    if not printers:
        raise Broken("the configuration has no printer: add one to [[devices]]")
    try:
        for device in printers:
            driver = registry.make(device.driver, device.options, allow_simulators=settings.simulators)
            cast("Printer", driver).deliver(page)
    except DriverUnavailable as unavailable:
        raise Broken(f"nothing was printed: {unavailable.advice}") from None
    return [device.name for device in printers]


def _is_printer(driver: str) -> bool:
    return driver in registry.TABLE and registry.TABLE[driver].kind is Kind.PRINTER


def slip(settings: Config, journal: View, sequence: int, rest: Cents | None = None) -> Slip:
    """The receipt of one entry of the journal; a copy unless `rest` is known. Raises Broken when there is no such."""
    previous, head = journal.head_at(sequence - 1), journal.head_at(sequence)
    if previous is None or head is None:
        raise Broken(f"there is no entry {sequence}: this journal has the entries 1 to {journal.sequence}")
    line = next(journal.lines(sequence, 1))
    signed = export.signed(line)
    proof = Receipt(journal.domain, journal.terminal, sequence, previous, line.entry, line.signature)
    names = {programme.id: programme.name for programme in journal.programmes()}
    name = names.get(signed.payment.programme, "")
    return Slip(proof, settings.shop, name, settings.language, rest)
