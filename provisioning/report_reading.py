"""What a programme's families did, read from the contract at its final block; not yet fit for anybody else's eyes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from contracts.chain import Block, checksum
from contracts.gateway.chain import claims
from contracts.wire import batch
from contracts.wire.units import Address, from_hex
from provisioning import desk, programme
from provisioning.programme import Programme
from provisioning.town import Town

_PROGRESS_EVERY = 500


@dataclass(frozen=True, slots=True)
class Seen:
    """A programme after one block; money in cents. A pass that was replaced and its successor are one."""

    programme: Programme
    block: Block
    passes: int
    activated: int
    """The passes with which something was bought, and not all of it given back."""
    granted: int
    taken: Mapping[int, int]
    """By shop that takes part or took part, what it sold here less what it gave back."""
    buyers: Mapping[int, Mapping[Address, int]]
    """By shop, what each pass bought there, less what it gave back. What no node shows the bytes of is left out."""
    categories: Mapping[int, int] = field(default_factory=dict)
    """By shop, what it is to the programme; 0 for none."""


def look(town: Town, number: int) -> Seen:
    """Read the programme. Raises Broken when there is none, TryAgain when the node does not answer."""
    return _Reader(town, number).seen()


class _Reader:
    """One programme at one block."""

    def __init__(self, town: Town, number: int) -> None:
        self._town = town
        self._number = number
        self._final = town.chain.block("finalized")
        self._block = self._final.number
        self._shops: dict[str, int] = {}
        self._after = {
            _address(args["old_pass"]): _address(args["new_pass"])
            for args in self._history("PassReissued", programme=number)
        }
        self._rejected = {(_address(args["terminal"]), int(args["sequence"])) for args in self._history("Rejected")}

    def seen(self) -> Seen:
        """All of it."""
        found = programme.show(self._town, self._number, self._block)
        granted = self._history("Granted", programme=self._number)
        grants = [(_address(args["pass_address"]), int(args["amount"])) for args in granted]
        passes = {self._current(address) for address, _ in grants}
        buyers = self._buyers()
        taken = self._taken(buyers)
        return Seen(
            programme=found,
            block=self._final,
            passes=len(passes),
            activated=self._activated(sorted(passes)),
            granted=sum(amount for _, amount in grants),
            taken=taken,
            buyers=buyers,
            categories=self._categories(taken),
        )

    def _activated(self, passes: Sequence[Address]) -> int:
        count = 0
        for done, address in enumerate(passes, start=1):
            budget = self._town.look("budget", self._number, checksum(address), block=self._block)
            count += bool(budget["spent"] or budget["drawn"])
            if done % _PROGRESS_EVERY == 0:
                desk.progress(f"{done} of {len(passes)} passes read")
        return count

    def _taken(self, buyers: Mapping[int, object]) -> dict[int, int]:
        shops = range(1, int(self._view("shop_count")) + 1)
        taken = {shop: int(self._view("taken", self._number, shop)) for shop in shops}
        return {
            shop: cents
            for shop, cents in taken.items()
            if cents or shop in buyers or self._view("is_admitted", self._number, shop)
        }

    def _buyers(self) -> dict[int, dict[Address, int]]:
        buyers: dict[int, dict[Address, int]] = {}
        for log in self._logs("Settled"):
            there = buyers.setdefault(self._shop(log["args"]["terminal"]), {})
            for who, cents in self._moved(log):
                buyer = self._current(who)
                there[buyer] = there.get(buyer, 0) + cents
        kept = {shop: {who: cents for who, cents in there.items() if cents > 0} for shop, there in buyers.items()}
        return {shop: there for shop, there in kept.items() if there}

    def _categories(self, shops: Iterable[int]) -> dict[int, int]:
        placed = {shop: self._town.look("placed", self._number, shop, block=self._block) for shop in shops}
        return {shop: int(found["category"]) for shop, found in placed.items()}

    def _shop(self, terminal: str) -> int:
        if terminal not in self._shops:
            self._shops[terminal] = int(self._town.look("terminal", terminal, block=self._block)["shop"])
        return self._shops[terminal]

    def _moved(self, log: Any) -> Iterator[tuple[Address, int]]:
        """What passes bought and gave back in this programme in one settlement, as far as its transaction shows it."""
        terminal = _address(log["args"]["terminal"])
        for sequence, entry in self._entries(log, terminal):
            if (terminal, sequence) in self._rejected:
                continue
            claim = claims.claim(self._town.deployment.domain, terminal, sequence, entry)
            refund = claims.refund(entry)
            if claim is not None and claim.programme == self._number:
                yield claim.pass_address, claim.amount
            if refund is not None and refund.programme == self._number:
                yield refund.pass_address, -refund.amount

    def _entries(self, log: Any, terminal: Address) -> Iterator[tuple[int, bytes]]:
        args = log["args"]
        data = self._town.chain.call_data(bytes(log["transactionHash"]))
        first, last = int(args["first"]), int(args["last"])
        segment = batch.find(data, terminal, first, last, bytes(args["head"]))
        if segment is not None:
            yield from enumerate(segment.entries[first - segment.first :], start=first)

    def _view(self, name: str, *arguments: int) -> Any:
        return self._town.view(name, *arguments, block=self._block)

    def _current(self, address: Address) -> Address:
        while address in self._after:
            address = self._after[address]
        return address

    def _history(self, name: str, **wanted: Any) -> Iterator[Any]:
        return (log["args"] for log in self._logs(name, **wanted))

    def _logs(self, name: str, **wanted: Any) -> Iterator[Any]:
        event = self._town.contract.get_event_by_name(name)
        return self._town.chain.events(event, self._town.deployment.block, self._block, **wanted)


def _address(text: str) -> Address:
    return Address(from_hex(text))
