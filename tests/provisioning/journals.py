"""A terminal's journal made by hand, entry by entry, as a terminal would make it."""

import time
from pathlib import Path

from coincurve import PrivateKey

from contracts.wire import journal, typed_data
from contracts.wire.entry import Content, Payment, Refund, Retire
from contracts.wire.receipt import Receipt
from contracts.wire.signature import address_of, sign
from contracts.wire.typed_data import Domain
from contracts.wire.units import Cents, Timestamp, to_hex
from provisioning import fleet, grant
from provisioning.fleet import Raise
from provisioning.town import Town
from terminal import export
from terminal.core.line import Line
from terminal.export import Export
from terminal.signer import TerminalSigner


def now() -> Timestamp:
    return Timestamp(int(time.time()))


def payment(cents: int, programme: int = 1) -> Payment:
    return Payment(programme, Cents(cents), now())


class Till:
    """A terminal of a shop with its key, registered, and the entries that it made."""

    def __init__(self, domain: Domain) -> None:
        self._key = PrivateKey()
        self.domain = domain
        self.address = address_of(self._key)
        self.lines: list[Line] = []

    @classmethod
    def registered(cls, town: Town, shop: int = 1, cents: int = 10_000) -> "Till":
        till = cls(town.deployment.domain)
        fleet.register(town, till.address, shop, till.consent(shop), [Raise(1, cents)] if cents else [])
        return till

    def consent(self, shop: int) -> bytes:
        return TerminalSigner(self._key, self.domain).sign_registration(shop)

    @property
    def head(self):
        return self.lines[-1].head if self.lines else journal.genesis(self.domain, self.address)

    def add(self, content: Content, key: PrivateKey | None = None) -> Line:
        """One more entry, signed by its pass."""
        sequence = len(self.lines) + 1
        signature = b""
        if not isinstance(content, Refund | Retire):
            assert key is not None
            signature = sign(key, content.digest(self.domain, self.address, sequence))
        return self.append(content.pack(signature))

    def append(self, entry: bytes) -> Line:
        """One more entry, whatever its bytes are."""
        sequence, head = len(self.lines) + 1, journal.advance(self.head, entry)
        signature = sign(self._key, typed_data.journal(self.domain, self.address, sequence, head))
        self.lines.append(Line(sequence, entry, head, signature))
        return self.lines[-1]

    def export(self) -> Export:
        return Export(self.domain, self.address, tuple(self.lines))

    def save(self, path: Path) -> Path:
        export.write(path, self.export())
        return path

    def receipt(self, sequence: int) -> Receipt:
        line = self.lines[sequence - 1]
        before = self.lines[sequence - 2].head if sequence > 1 else journal.genesis(self.domain, self.address)
        return Receipt(self.domain, self.address, sequence, before, line.entry, line.signature)


def family(town: Town, cents: int, programme: int = 1) -> PrivateKey:
    """The key of a pass that was granted so much; with 0 one that nobody knows."""
    key = PrivateKey()
    if cents:
        address = address_of(key)
        grant.grant(town, programme, to_hex(address), [grant.Line(address, Cents(cents))])
    return key
