"""What the contract did with one terminal's journal, from its own events up to the newest block.

`Settled` says which entries are judged, and by its head that they are these; `Drawn` and `Rejected` say which of them
were not simply done as they say. Which bytes stood at a place is in the transaction that settled them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from contracts.chain import checksum
from contracts.wire import batch, journal
from contracts.wire.errors import Broken, TryAgain
from contracts.wire.reasons import Reason
from contracts.wire.units import Address, Hash, to_hex
from provisioning.town import Town
from terminal.core.line import Line


@dataclass(frozen=True, slots=True)
class Stretch:
    """Entries that one transaction settled, and the 20 bytes of the head that they ended in."""

    first: int
    last: int
    head: bytes
    transaction: Hash


@dataclass(frozen=True, slots=True)
class Judgement:
    """One journal, as the contract has it."""

    terminal: Address
    shop: int
    settled: int
    retired: bool
    head: bytes
    """20 bytes of the head after entry `settled`."""
    stretches: tuple[Stretch, ...]
    reasons: dict[int, Reason]

    def reason(self, sequence: int) -> Reason | None:
        """What became of the entry at this place, None while it is not settled."""
        return self.reasons.get(sequence, Reason.PAID) if sequence <= self.settled else None

    def require_of(self, lines: Sequence[Line], town: Town) -> None:
        """Raises Broken unless the contract settled these very entries, as far as it settled any of them."""
        for stretch in self.stretches:
            place = min(stretch.last, len(lines))
            if stretch.first > place:
                return
            head = lines[place - 1].head
            if journal.kept(head) != (stretch.head if place == stretch.last else _head_at(town, self, place)):
                raise Broken(
                    f"the contract settled other entries up to {place} than these: the journal forked, as when a card "
                    "is put back from an old copy; what is not settled can only be compensated"
                )

    def entry_at(self, town: Town, sequence: int) -> tuple[Hash, bytes]:
        """The head before the settled entry at this place, and its bytes. Raises TryAgain when no node shows them."""
        stretch = next((each for each in self.stretches if each.first <= sequence <= each.last), None)
        if stretch is None:
            raise TryAgain(f"this node shows no event that settles entry {sequence}: ask one that keeps all events")
        data = town.chain.call_data(stretch.transaction)
        segment = batch.find(data, self.terminal, stretch.first, stretch.last, stretch.head)
        if segment is None:
            raise TryAgain("the transaction does not show the entries that were settled there: ask another node")
        place = sequence - segment.first
        return journal.advance_all(segment.previous_head, segment.entries[:place]), segment.entries[place]


def of(town: Town, terminal: Address) -> Judgement:
    """Look at the contract's newest block. Raises Broken when it does not know the terminal."""
    found = town.look("terminal", checksum(terminal))
    if not found["shop"]:
        raise Broken(f"the contract does not know the terminal {to_hex(terminal)}: have it registered")
    stretches = tuple(_stretch(log) for log in town.logs("Settled", terminal=checksum(terminal)))
    told = (log["args"] for name in ("Drawn", "Rejected") for log in town.logs(name, terminal=checksum(terminal)))
    reasons = {int(args["sequence"]): _reason(int(args["reason"])) for args in told}
    place = int(found["shop"]), int(found["sequence"]), bool(found["retired"]), bytes(found["head"])
    return Judgement(terminal, *place, stretches, reasons)


def _head_at(town: Town, judgement: Judgement, sequence: int) -> bytes:
    """The 20 bytes of the head after a settled entry within a stretch."""
    before, entry = judgement.entry_at(town, sequence)
    return journal.kept(journal.advance(before, entry))


def _stretch(log: Any) -> Stretch:
    args = log["args"]
    return Stretch(int(args["first"]), int(args["last"]), bytes(args["head"]), Hash(bytes(log["transactionHash"])))


def _reason(number: int) -> Reason:
    try:
        return Reason(number)
    except ValueError:
        raise Broken(f"the contract gives the reason {number}, which this program does not know: update it") from None
