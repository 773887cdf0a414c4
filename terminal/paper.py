"""An entry of the journal as a receipt, and onto the printers of the configuration."""

from typing import cast

from contracts.wire.entry import Retire
from contracts.wire.errors import Broken
from contracts.wire.receipt import Receipt
from contracts.wire.units import Cents
from drivers import registry
from drivers.base import DriverUnavailable
from drivers.output import Page, Printer
from drivers.registry import Kind
from terminal import export, standing
from terminal.config import Config
from terminal.receipt import Slip
from terminal.standing import Standing
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
    """The receipt of one entry of the journal; a copy unless `rest` is known.

    Raises Broken when there is no such entry, or one that nobody gets a receipt of: an ask that is not paid.
    """
    previous, head = journal.head_at(sequence - 1), journal.head_at(sequence)
    if previous is None or head is None:
        raise standing.missing(journal, sequence)
    line = next(journal.lines(sequence, 1))
    content = export.signed(line).content
    if isinstance(content, Retire):
        raise Broken(f"entry {sequence} retires the terminal: nobody gets a receipt of that")
    _, state, reason = next(standing.each(journal, sequence))
    if state in {Standing.ASKED, Standing.REFUSED}:
        raise Broken(f"entry {sequence} was asked for and is not paid: there is no receipt of it")
    proof = Receipt(journal.domain, journal.terminal, sequence, previous, line.entry, line.signature)
    names = {programme.id: programme.name for programme in journal.programmes()}
    name = names.get(content.programme, "")
    rejected = reason if state is Standing.REJECTED else None
    return Slip(proof, settings.shop, name, settings.language, rest, rejected)
