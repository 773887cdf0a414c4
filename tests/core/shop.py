"""A counter for the tests: it hands events to the core, plays the daemon's part and keeps what came out."""

from dataclasses import replace

from contracts.wire.entry import Delegation, EntryKind
from contracts.wire.reasons import Reason
from contracts.wire.units import Address, Cents, Timestamp
from terminal.core import events
from terminal.core.counter import Asking
from terminal.core.effects import Commit, Effect, FindSales, Resolve
from terminal.core.events import Event, Key
from terminal.core.facts import (
    Budget,
    Checkpoint,
    JournalFacts,
    OpenEntry,
    Order,
    Outcome,
    PastSale,
    Programme,
    Slice,
)
from terminal.core.moment import Moment
from terminal.core.sale import start, step
from terminal.core.screen import Screen, Stage
from terminal.core.view import view

NOON = Timestamp(1_800_000_000)
DAY = 86_400
TODAY = NOON // DAY
FAMILY_01, FAMILY_02, FAMILY_03 = (Address(bytes([n]) * 20) for n in (1, 2, 3))
OURS, THEIRS = (Address(bytes([n]) * 20) for n in (100, 101))
"""This terminal, and another one of the shop."""
CLOTHES = Programme(
    id=1,
    name="Kleding",
    begins=Timestamp(NOON - DAY),
    ends=Timestamp(NOON + 30 * DAY),
    floor_limit=Cents(5_000),
    day_limit=Cents(100_000),
    offline_window=DAY,
    paused=False,
    admitted=True,
)
SPORTS = replace(CLOTHES, id=2, name="Sport")
SLICES = (Slice(1, Cents(25_000)), Slice(2, Cents(10_000)))
CHECKPOINT = Checkpoint(block=10, time=NOON, shop=1, sequence=0, slices=SLICES)
EMPTY = JournalFacts(sequence=0, forwarded=0, entries=(), terminal=OURS)
BICYCLE = Order(programme=1, amount=Cents(8_900), until=Timestamp(NOON + 14 * DAY), name="fiets")
CODE = Delegation(programme=1, ceiling=Cents(4_000), expiry=Timestamp(NOON + 120), counter=7)


def budget(left: int = 30_000, programme: int = 1, *, blocked: bool = False, today: int = 0) -> Budget:
    return Budget(programme, Cents(left), blocked, today=Cents(today), day=TODAY, counter=0, window=0)


def sale(sequence: int, amount: int = 1_000, refunded: int = 0, terminal: Address = THEIRS, age: int = 0) -> PastSale:
    paid = Timestamp(NOON - age)
    return PastSale(terminal, sequence, 1, FAMILY_01, Cents(amount), Cents(refunded), paid)


def open_ask(sequence: int = 1, amount: int = 6_000) -> OpenEntry:
    late = Timestamp(NOON + 120)
    return OpenEntry(sequence, FAMILY_01, 1, Cents(amount), NOON, NOON, EntryKind.ASK, late)


def slices(*amounts: int) -> tuple[Slice, ...]:
    return tuple(Slice(programme, Cents(amount)) for programme, amount in enumerate(amounts, start=1))


class Shop:
    """One counter. Time stands still unless `wait` is called; commits are answered at once unless `storing` is off."""

    def __init__(
        self, facts=EMPTY, checkpoint: Checkpoint | None = CHECKPOINT, programmes=(CLOTHES, SPORTS), seen=0, pin=False
    ):
        self.state = start(facts, checkpoint, programmes, seen, has_pin=pin)
        self.now = Moment(uptime_ms=10_000, bound=NOON, clock=Timestamp(0), synchronised=False)
        self.commits: list[Commit] = []
        self.notes: list[Resolve] = []
        self.searches: list[FindSales] = []
        self.storing = True

    def wait(self, seconds: float) -> None:
        whole = Timestamp(self.now.bound + int(seconds))
        self.now = replace(self.now, uptime_ms=self.now.uptime_ms + int(seconds * 1000), bound=whole)

    def step(self, event: Event) -> tuple[Effect, ...]:
        self.state, effects = step(self.state, event)
        asked = [effect for effect in effects if isinstance(effect, Commit)]
        self.commits += asked
        self.notes += [effect for effect in effects if isinstance(effect, Resolve)]
        self.searches += [effect for effect in effects if isinstance(effect, FindSales)]
        if asked and self.storing:
            self.step(events.Committed(self.now, asked[0].sequence))
        return effects

    def scan(self, who: Address = FAMILY_01, *budgets: Budget) -> tuple[Effect, ...]:
        return self.step(events.PassScanned(self.now, who, budgets or (budget(),)))

    def fetch(self, *orders: Order, budgets=None, code: Delegation | None = None) -> tuple[Effect, ...]:
        """A pass for which something waits here."""
        known = (budget(),) if budgets is None else budgets
        return self.step(events.PassScanned(self.now, FAMILY_01, known, code, orders or (BICYCLE,)))

    def phone(self, code: Delegation = CODE, who: Address = FAMILY_01, *budgets: Budget) -> tuple[Effect, ...]:
        return self.step(events.PassScanned(self.now, who, budgets or (budget(),), code))

    def online(self, gateway: bool = True, chain: bool = True) -> None:
        self.step(events.ContactChanged(self.now, gateway=gateway, chain=chain))

    def found(self, *sales: PastSale, last: bool = True, who: Address = FAMILY_01) -> tuple[Effect, ...]:
        return self.step(events.SalesFound(self.now, who, sales, last))

    def misread(self, reason: Reason = Reason.SCAN_PRODUCT) -> tuple[Effect, ...]:
        return self.step(events.ScanRefused(self.now, reason))

    def press(self, *keys: Key) -> tuple[Effect, ...]:
        return tuple(effect for key in keys for effect in self.step(events.KeyPressed(self.now, key)))

    def type(self, digits: str) -> None:
        self.press(*(Key(digit) for digit in digits))

    def confirm(self) -> tuple[Effect, ...]:
        return self.press(Key.CONFIRM)

    def pay(self, amount: int, who: Address = FAMILY_01, *budgets: Budget) -> None:
        """A whole sale, with a pass that was away from the scanner before."""
        self.wait(5)
        self.scan(who, *budgets)
        self.type(str(amount))
        self.confirm()

    def ask(self, amount: int = 6_000, who: Address = FAMILY_01) -> OpenEntry:
        """A sale above the floor limit, as far as the durable ask."""
        self.pay(amount, who)
        assert isinstance(self.state.sale, Asking)
        return self.state.sale.entry

    def answer(self, key: Key) -> tuple[Effect, ...]:
        """The question comes by itself where no sale is, and is read before it is answered."""
        self.tick(1)
        self.wait(1)
        return self.press(key)

    def tick(self, seconds: float) -> tuple[Effect, ...]:
        self.wait(seconds)
        return self.step(events.Ticked(self.now))

    def lock(self, reason: Reason = Reason.FORK) -> tuple[Effect, ...]:
        return self.step(events.Locked(self.now, reason))

    def snapshot(self, *programmes: Programme, sequence: int = 0) -> tuple[Effect, ...]:
        return self.step(events.SnapshotTaken(self.now, programmes, sequence))

    def checkpoint(
        self, block: int, sequence: int, parts: tuple[Slice, ...] = SLICES, ask: tuple[int, int] = (0, 0)
    ) -> tuple[Effect, ...]:
        read = Checkpoint(block, self.now.bound, 1, sequence, parts, *ask)
        return self.step(events.CheckpointRead(self.now, read))

    def outcomes(self, *outcomes: Outcome) -> tuple[Effect, ...]:
        return self.step(events.OutcomesKnown(self.now, outcomes))

    @property
    def screen(self) -> Screen:
        return view(self.state, self.now)

    def shows(self, stage: Stage) -> bool:
        return self.screen.stage is stage

    @property
    def refusal(self) -> Reason:
        """The reason on the screen."""
        return Reason(self.screen.reason)


def restarted(*, asks=(), paid=(), sequence=1, entries=(), pin=False) -> Shop:
    """A terminal with these asks in its journal, after a power cut; the network is there again."""
    shop = Shop(JournalFacts(sequence, 0, entries, OURS, open_asks=asks, paid_asks=paid), pin=pin)
    shop.online()
    return shop
