"""What the contract settled: every sale, ask and refund of every terminal with its judgement, from its own blocks.

The contract's events say which entries of which journal were judged, and which of them not simply as they say; the
entries themselves stand in the transaction that settled them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from contracts.wire import batch
from contracts.wire import entry as wire_entry
from contracts.wire.entry import Refund, Retire, Sale
from contracts.wire.reasons import Reason
from contracts.wire.units import Address, from_hex
from provisioning.town import Town
from terminal.standing import Standing, judged_as


@dataclass(frozen=True, slots=True)
class Judged:
    """An entry, and what became of it."""

    terminal: Address
    shop: int
    sequence: int
    content: Sale | Refund
    standing: Standing


@dataclass(frozen=True, slots=True)
class Unseen:
    """Entries that were settled by a transaction that does not show them."""

    terminal: Address
    shop: int
    first: int
    last: int


def settled(town: Town, first: int, last: int) -> Iterator[Judged | Unseen]:
    """All that was settled in the blocks first..last, in order. Raises TryAgain or Broken as the node does."""
    return _Reader(town, first, last).read()


class _Reader:
    """Some blocks of one contract."""

    def __init__(self, town: Town, first: int, last: int) -> None:
        self._town, self._first, self._last = town, first, last
        self._shops: dict[str, int] = {}
        self._data: tuple[bytes, bytes] = (b"", b"")
        self._reasons: dict[tuple[str, int], Reason] = {}

    def read(self) -> Iterator[Judged | Unseen]:
        """Those that were drawn or rejected are few, and are read before the others."""
        for name in ("Drawn", "Rejected"):
            for log in self._logs(name):
                args = log["args"]
                self._reasons[args["terminal"], int(args["sequence"])] = Reason(int(args["reason"]))
        for log in self._logs("Settled"):
            yield from self._stretch(log)

    def _stretch(self, log: Any) -> Iterator[Judged | Unseen]:
        args = log["args"]
        name, first, last = args["terminal"], int(args["first"]), int(args["last"])
        terminal, shop = Address(from_hex(name)), self._shop(name)
        data = self._call_data(bytes(log["transactionHash"]))
        segment = batch.find(data, terminal, first, last, bytes(args["head"]))
        if segment is None:
            yield Unseen(terminal, shop, first, last)
            return
        for sequence, entry in enumerate(segment.entries[first - segment.first :], start=first):
            signed = wire_entry.unpack(entry)
            if signed is None or isinstance(signed.content, Retire):
                continue
            standing = judged_as(signed.content, self._reasons.get((name, sequence), Reason.PAID))
            yield Judged(terminal, shop, sequence, signed.content, standing)

    def _call_data(self, transaction: bytes) -> bytes:
        """Of the newest one kept, as one transaction settles many journals."""
        if self._data[0] != transaction:
            self._data = transaction, self._town.chain.call_data(transaction)
        return self._data[1]

    def _shop(self, terminal: str) -> int:
        if terminal not in self._shops:
            self._shops[terminal] = int(self._town.look("terminal", terminal)["shop"])
        return self._shops[terminal]

    def _logs(self, name: str) -> Iterator[Any]:
        event = self._town.contract.get_event_by_name(name)
        return self._town.chain.events(event, self._first, self._last)
