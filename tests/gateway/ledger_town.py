"""A gateway's store with its real reader and intake, on a chain that says what a test wants; and real tills' stores.

For chance tests of what tills are told: thousands of changes, where a real chain would take minutes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from contracts.gateway.chain import claims
from contracts.gateway.chain.ahead import LookAhead
from contracts.gateway.chain.claims import Claim
from contracts.gateway.chain.events import Event
from contracts.gateway.chain.node import Block
from contracts.gateway.chain.reader import Reader
from contracts.gateway.serving import intake
from contracts.gateway.serving.snapshot import snapshot
from contracts.gateway.store import ledger
from contracts.gateway.store.database import Key, Store
from contracts.wire import batch, journal
from contracts.wire import entry as wire_entry
from contracts.wire.hashing import keccak256
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address, Hash, Timestamp, to_hex
from terminal.flusher.answers import Snapshot
from terminal.store import Store as Journal
from tests.gateway.world import NETWORK, Pass, Till

DOMAIN = Domain(1337, Address(b"\xc0" * 20))
START = 1_800_000_000
SHOPS = (1, 2)


@dataclass
class Chain:
    """The events of each final block, as a node would give them; `ahead` are those of the one that is not final."""

    blocks: list[list[Event]] = field(default_factory=list)
    ahead: list[Event] = field(default_factory=list)
    data: dict[Hash, bytes] = field(default_factory=dict)

    @contextmanager
    def steady(self) -> Iterator[None]:
        yield

    def final(self, least: int = 0) -> Block:
        return self.block(len(self.blocks))

    def block(self, number: int) -> Block:
        return Block(number, keccak256(b"block %d" % number), Timestamp(START + 12 * number))

    def latest(self) -> Block:
        return self.block(len(self.blocks) + 1)

    def set_aside_after(self, block: int) -> list[Event]:
        return self.ahead

    def events(self, first: int, last: int) -> list[Event]:
        return [event for block in self.blocks[first - 1 : last] for event in block]

    def call_data(self, transaction: Hash) -> bytes:
        return self.data[transaction]


class Town:
    """Tills, passes and programmes; `happen` makes a block of events, which the reader reads at once."""

    def __init__(self, where: str | Path) -> None:
        self.chain = Chain()
        self.store = Store.open(where, DOMAIN, 1)
        self.reader = Reader(self.store, self.chain, DOMAIN, self.clock)  # type: ignore[arg-type]
        self.tills = [Till(DOMAIN) for _ in range(3)]
        self.cards = [Pass() for _ in range(4)]
        self.settled = dict.fromkeys(range(3), 0)
        self.shop_of: dict[Address, int] = {}
        self.orders: dict[tuple[Key, int], int] = {}
        self.programmes = 0
        for shop in SHOPS:
            self.happen("ShopRegistered", shop=shop, sponsor=1, payout=to_hex(bytes(20)))

    def clock(self) -> Timestamp:
        return self.chain.final().time

    def happen(self, name: str, /, **arguments: Any) -> None:
        self._make([(name, arguments)], b"")

    def programme(self) -> int:
        self.programmes += 1
        rules = {"begins": 0, "ends": 2**39, "floor_limit": 5_000, "day_limit": 0, "offline_window": 9, "categories": 0}
        self.happen("ProgrammeCreated", programme=self.programmes, name="Kindpakket", **rules)
        return self.programmes

    def register(self, till: int, shop: int) -> None:
        self.shop_of[self.tills[till].address] = shop
        self.happen("TerminalRegistered", terminal=to_hex(self.tills[till].address), shop=shop)

    def set_aside(self, programme: int, shop: int, card: int, amount: int) -> None:
        """If the pass has so much, and nothing is set aside for this shop."""
        key = programme, self.cards[card].address
        if self._left(key) >= amount and (key, shop) not in self.orders:
            self.orders[key, shop] = amount
            about = {"shop": shop, "amount": amount, "until": self.clock() + 10_000}
            self.happen("SetAside", programme=programme, pass_address=to_hex(key[1]), **about)

    def set_aside_ahead(self, programme: int, shop: int, card: int, amount: int) -> None:
        """In a block that is not final, of which no other is left: what the one before it set aside was undone."""
        about = {"shop": shop, "amount": amount, "until": self.clock() + 10_000}
        whose = {"programme": programme, "pass_address": to_hex(self.cards[card].address)}
        number = len(self.chain.blocks) + 1
        self.chain.ahead = [Event("SetAside", {**whose, **about}, number, keccak256(b"ahead"))] if amount > 1 else []
        LookAhead(self.store, self.chain).step()  # type: ignore[arg-type]

    def set_free(self, programme: int, shop: int, card: int) -> None:
        key = programme, self.cards[card].address
        amount = self.orders.pop((key, shop), 0)
        if amount:
            back = {"shop": shop, "to_budget": amount, "to_reserve": 0}
            self.happen("SetFree", programme=programme, pass_address=to_hex(key[1]), **back)

    def hand_in(self, till: int) -> None:
        here = self.tills[till]
        if here.entries:
            intake.take_in(self.store, DOMAIN, here.segment(), self.clock())

    def settle(self, till: int, count: int) -> None:
        """The contract judges the next entries as it might: what a budget holds is paid, more is drawn."""
        here, first = self.tills[till], self.settled[till] + 1
        last = min(len(here.entries), self.settled[till] + count)
        if last < first:
            return
        self.settled[till] = last
        left: dict[Key, int] = {}
        said = [mark for sequence in range(first, last + 1) for mark in self._mark(here, sequence, left)]
        head = journal.kept(here.head(last))
        said.append(("Settled", {"terminal": to_hex(here.address), "first": first, "last": last, "head": head}))
        self._make(said, batch.encode([here.segment(first, last)]))

    def _mark(self, till: Till, sequence: int, left: dict[Key, int]) -> list[tuple[str, dict[str, Any]]]:
        place = {"terminal": to_hex(till.address), "sequence": sequence}
        signed = wire_entry.unpack(till.entries[sequence - 1])
        if signed is not None and isinstance(signed.content, wire_entry.Retire):
            return [("TerminalRetired", place)]
        claim = claims.claim(DOMAIN, till.address, sequence, till.entries[sequence - 1])
        if claim is None:
            return [("Rejected", {**place, "reason": 33})]
        key = claim.programme, claim.pass_address
        ordered = self._ordered(till, claim)
        if not ordered and left.setdefault(key, self._left(key)) < claim.amount:
            drawn = {"programme": claim.programme, "reason": 8, "from_slice": claim.amount, "from_budget": 0}
            return [("Rejected", {**place, "reason": 48}) if claim.asks else ("Drawn", {**place, **drawn})]
        if not ordered:
            left[key] -= claim.amount
        paid = {"programme": key[0], "pass_address": to_hex(key[1]), "amount": claim.amount, "set_aside": ordered}
        return [("AskPaid", {**place, **paid})] if claim.asks else []

    def _left(self, key: Key) -> int:
        """A pass that is blocked or unknown has nothing here."""
        with self.store.reading() as connection:
            budget = ledger.read(connection, key)
        return budget.left if budget.known and not budget.blocked else -1

    def _ordered(self, till: Till, claim: Claim) -> int:
        """What an ask is paid from it, and that ends it: what the pass had set aside for the till's shop, or 0."""
        place = (claim.programme, claim.pass_address), self.shop_of[till.address]
        if not claim.asks or self.orders.get(place) != claim.amount or self._left(place[0]) < 0:
            return 0
        return self.orders.pop(place)

    def _make(self, said: list[tuple[str, dict[str, Any]]], data: bytes) -> None:
        number = len(self.chain.blocks) + 1
        transaction = keccak256(b"transaction %d" % number)
        self.chain.data[transaction] = data
        self.chain.blocks.append([Event(name, arguments, number, transaction) for name, arguments in said])
        while self.reader.step():
            pass


class Follower:
    """A till's own store, fed by pages of the gateway's, as strictly as over HTTP."""

    def __init__(self, town: Town, till: Till, folder: Path) -> None:
        self._town, self._till = town, till
        path = folder / "journal.sqlite"
        folder.mkdir(parents=True)
        Journal.create(path, DOMAIN, till.address, volatile_ok=True)
        self.journal = Journal.open(path, DOMAIN, till.address, volatile_ok=True)
        self.sequence = -1

    def page(self) -> bool:
        """Ask for one page and keep it; whether that was all."""
        known = self.journal.coming() or self.journal.snapshot_version()
        told = snapshot(self._town.store, DOMAIN, NETWORK, self._till.address, known)
        if told is None:
            assert self.journal.coming() is None
            return True
        page = Snapshot.model_validate_json(told.model_dump_json())
        about = page.version, page.block, page.sequence, page.rules(), page.shares()
        self.journal.take_page(*about, full=page.full, more=page.more)
        self.sequence = self.sequence if page.more else page.sequence
        return not page.more

    def follow(self) -> None:
        while not self.page():
            pass

    def knows(self) -> tuple[object, ...]:
        budgets = {card.address: self.journal.budgets_of(card.address) for card in self._town.cards}
        return self.journal.programmes(), budgets

    def close(self) -> None:
        self.journal.close()
