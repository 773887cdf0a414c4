"""A counter for the tests: it hands events to the core, plays the daemon's part and keeps what came out."""

from dataclasses import replace

from contracts.wire.reasons import Reason
from contracts.wire.units import Address, Cents, Timestamp
from terminal.core import events
from terminal.core.effects import Commit, Effect
from terminal.core.events import Event, Key
from terminal.core.facts import Budget, Checkpoint, JournalFacts, Outcome, Programme, Slice
from terminal.core.moment import Moment
from terminal.core.sale import start, step
from terminal.core.screen import Screen
from terminal.core.view import view

NOON = Timestamp(1_800_000_000)
DAY = 86_400
FAMILY_01, FAMILY_02, FAMILY_03 = (Address(bytes([n]) * 20) for n in (1, 2, 3))
CLOTHES = Programme(1, "Kleding", Timestamp(NOON - DAY), Timestamp(NOON + 30 * DAY), Cents(5_000), DAY, False, True)
SPORTS = replace(CLOTHES, id=2, name="Sport")
SLICES = (Slice(1, Cents(25_000)), Slice(2, Cents(10_000)))
CHECKPOINT = Checkpoint(block=10, time=NOON, shop=1, sequence=0, slices=SLICES)
EMPTY = JournalFacts(sequence=0, forwarded=0, entries=())


def budget(left: int = 30_000, programme: int = 1, *, blocked: bool = False) -> Budget:
    return Budget(programme, Cents(left), blocked)


def slices(*amounts: int) -> tuple[Slice, ...]:
    return tuple(Slice(programme, Cents(amount)) for programme, amount in enumerate(amounts, start=1))


class Shop:
    """One counter. Time stands still unless `wait` is called; commits are answered at once unless `storing` is off."""

    def __init__(self, facts=EMPTY, checkpoint: Checkpoint | None = CHECKPOINT, programmes=(CLOTHES, SPORTS), seen=0):
        self.state = start(facts, checkpoint, programmes, seen)
        self.now = Moment(uptime_ms=10_000, bound=NOON, clock=Timestamp(0), synchronised=False)
        self.commits: list[Commit] = []
        self.storing = True

    def wait(self, seconds: float) -> None:
        whole = Timestamp(self.now.bound + int(seconds))
        self.now = replace(self.now, uptime_ms=self.now.uptime_ms + int(seconds * 1000), bound=whole)

    def step(self, event: Event) -> tuple[Effect, ...]:
        self.state, effects = step(self.state, event)
        asked = [effect for effect in effects if isinstance(effect, Commit)]
        self.commits += asked
        if asked and self.storing:
            self.step(events.Committed(self.now, asked[0].sequence))
        return effects

    def scan(self, who: Address = FAMILY_01, *budgets: Budget) -> tuple[Effect, ...]:
        return self.step(events.PassScanned(self.now, who, budgets or (budget(),)))

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

    def tick(self, seconds: float) -> tuple[Effect, ...]:
        self.wait(seconds)
        return self.step(events.Ticked(self.now))

    def lock(self, reason: Reason = Reason.FORK) -> tuple[Effect, ...]:
        return self.step(events.Locked(self.now, reason))

    def snapshot(self, *programmes: Programme, sequence: int = 0) -> tuple[Effect, ...]:
        return self.step(events.SnapshotTaken(self.now, programmes, sequence))

    def checkpoint(self, block: int, sequence: int, parts: tuple[Slice, ...] = SLICES) -> tuple[Effect, ...]:
        return self.step(
            events.CheckpointRead(self.now, Checkpoint(block, self.now.bound, shop=1, sequence=sequence, slices=parts))
        )

    def outcomes(self, *outcomes: Outcome) -> tuple[Effect, ...]:
        return self.step(events.OutcomesKnown(self.now, outcomes))

    @property
    def screen(self) -> Screen:
        return view(self.state, self.now)

    @property
    def refusal(self) -> Reason:
        """The reason on the screen."""
        return Reason(self.screen.reason)
