"""Any shop day at all: the core against a model of the world around it.

The contract must never find a slice too small, nor the counter approve an ask that was not paid: that is "approved is
paid" as far as the core can keep it. What else must hold stands in promises.py.
"""

from dataclasses import dataclass, replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from contracts.wire.entry import Ask, Delegation, PhoneAsk, Refund
from contracts.wire.reasons import Reason
from contracts.wire.units import Address, Cents, Timestamp
from terminal.core import events
from terminal.core.counter import (
    AskPaid,
    CheckingPin,
    EnteringPin,
    InMenu,
    Ready,
)
from terminal.core.events import Key
from terminal.core.facts import Budget, Order, Outcome, PastSale, Slice
from terminal.core.lesson import Question, Said, Saying
from terminal.core.screen import Stage
from tests.core.promises import Watched
from tests.core.shop import CLOTHES, DAY, NOON, OURS, SPORTS, THEIRS, TODAY, budget
from tests.core.world import World, is_rejection

PASSES = st.integers(1, 4).map(lambda n: Address(bytes([n]) * 20))
AMOUNTS = st.one_of(st.integers(1, 5_000), st.integers(1, 300), st.sampled_from([500, 0, 5_001, 6_000, 99_999_999]))
LEFT = st.one_of(st.integers(0, 40_000), st.just(800)).map(Cents)
BUDGET = st.builds(
    Budget,
    st.sampled_from([1, 1, 2, 7]),
    LEFT,
    st.sampled_from([False, False, False, True]),
    st.sampled_from([0, 0, 3_000]).map(Cents),
    st.sampled_from([TODAY - 1, TODAY, TODAY + 1]),
    st.sampled_from([0, 5]),
    st.sampled_from([0, 0b101]),
)
BUDGETS = st.lists(BUDGET, min_size=1, max_size=3, unique_by=lambda budget: budget.programme).map(tuple)
GOOD = (budget(),)
CODES = st.builds(
    Delegation,
    st.sampled_from([1, 1, 1, 2]),
    st.sampled_from([300, 9_000, 9_000]).map(Cents),
    st.sampled_from([NOON, NOON + 3_600, NOON + 30 * DAY]).map(Timestamp),
    st.integers(0, 9),
)
WRONG_CODES = st.sampled_from([Reason.SCAN_PRODUCT, Reason.SCAN_LINK, Reason.SCAN_DAMAGED])
TROUBLES = (
    {"paused": True},
    {"admitted": False},
    {"floor_limit": Cents(700)},
    {"ends": NOON},
    {"offline_window": 60},
    {"day_limit": Cents(9_000)},
)
WAITS = st.sampled_from([0, 200, 1_000, 2_999, 3_000, 8_000, 120_000, 300_000, 3_600_000, 80_000_000])
GOSSIP = st.sampled_from([Reason.PAID, Reason.PAID, Reason.BUDGET_SHORT, Reason.SLICE_SHORT])
LESSON = (
    lambda now: events.LessonAsked(now, Question.SCAN),
    lambda now: events.LessonSaid(now, Said(Saying.KEYPAD, ("pad",))),
    events.LessonDone,
    lambda now: events.LessonEnded(now, Said(Saying.KEPT)),
)


PHONES = st.one_of(st.none(), st.none(), CODES)


@dataclass(frozen=True)
class Asked:
    """A sale above the floor limit, and what becomes of it."""

    who: Address
    amount: int
    code: Delegation | None
    stays: bool
    """Whether the shopkeeper waits."""
    late: int
    """Milliseconds until the next block, which does not have it; 0 for no such block."""
    paid: bool | None
    cut: bool


ASKS = st.builds(
    Asked,
    PASSES,
    st.integers(5_001, 9_000),
    PHONES,
    st.booleans(),
    st.sampled_from([0, 0, 0, 90_000, 140_000]),
    st.sampled_from([None, True, True, False]),
    st.sampled_from([False, False, False, True]),
)


@dataclass(frozen=True)
class Fetched:
    """A pass for which something waits, and what becomes of it."""

    who: Address
    orders: tuple[Order, ...]
    budgets: tuple[Budget, ...]
    code: Delegation | None
    online: bool
    left: int
    """How often the offer is left."""
    after: int
    """Milliseconds until it is confirmed."""
    paid: bool | None
    cut: bool


ORDERS = st.lists(
    st.builds(
        Order,
        st.sampled_from([1, 1, 1, 2, 7]),
        st.sampled_from([1, 300, 5_000, 8_900, 99_999]).map(Cents),
        st.sampled_from([0, 60, 14 * DAY]).map(Timestamp),
        st.sampled_from(["fiets", "bal"]),
    ),
    min_size=1,
    max_size=2,
    unique_by=(lambda order: order.programme, lambda order: order.name),
).map(tuple)
"""Until when: seconds from the scan on."""

FETCHES = st.builds(
    Fetched,
    PASSES,
    ORDERS,
    st.one_of(BUDGETS, st.just(GOOD), st.just(GOOD)),
    PHONES,
    st.sampled_from([True, True, True, False]),
    st.sampled_from([0, 0, 0, 1, 2]),
    st.sampled_from([0, 0, 1_000, 61_000]),
    st.sampled_from([None, True, True, False]),
    st.sampled_from([False, False, False, True]),
)


class Day(Watched, RuleBasedStateMachine):
    """One counter, its signer, its store, and a contract and a gateway that do as they please."""

    @initialize(
        slice_1=st.sampled_from([25_000, 3_000]),
        lag=st.sampled_from([0, 7_200]),
        pin=st.booleans(),
        a_day=st.sampled_from([100_000, 100_000, 9_000]),
    )
    def open(self, slice_1, lag, pin, a_day):
        self.uptime, self.bound, self.real = 0, int(NOON), int(NOON) + lag
        self.clock, self.synchronised = int(NOON), False
        self.world = World({1: slice_1, 2: 1_000})
        for number in (1, 2, 3):
            who = Address(bytes([number % 2 + 1]) * 20)
            self.world.theirs[THEIRS, number] = PastSale(THEIRS, number, 1, who, Cents(1_000), Cents(0), NOON)
        self.programmes, self.has_pin = (replace(CLOTHES, day_limit=Cents(a_day)), SPORTS), pin
        self.locked = self.gateway = self.chain = False
        self.boot()

    # What can happen

    @rule(
        who=PASSES,
        budgets=st.one_of(BUDGETS, st.just(GOOD)),
        code=st.one_of(st.none(), CODES),
        orders=st.one_of(st.just(()), st.just(()), ORDERS),
    )
    def scan(self, who, budgets, code, orders):
        self.feed_scan(who, budgets, code, self.until(orders))

    @rule(key=st.sampled_from([*Key, Key.CONFIRM, Key.CONFIRM, Key.CONFIRM]))
    def press(self, key):
        self.feed(events.KeyPressed(self.now, key))

    @rule(
        sales=st.lists(
            st.tuples(PASSES, AMOUNTS, st.sampled_from([0, 3_000, 3_000, 300_000]), st.one_of(st.none(), CODES)),
            max_size=12,
        )
    )
    def sell(self, sales):
        for who, amount, away, code in sales:
            self.wait(away)
            self.feed_scan(who, GOOD, code)
            self.press_all(*str(amount), Key.CONFIRM, Key.CONFIRM)
            if self.flying:
                self.store()

    @rule(asks=st.lists(ASKS, min_size=1, max_size=4))
    def ask(self, asks):
        for asked in asks:
            self.contact(gateway=True, chain=True)
            self.tick(8_000)
            self.feed_scan(asked.who, GOOD, asked.code)
            self.press_all(*str(asked.amount), Key.CONFIRM, Key.CONFIRM)
            if self.flying:
                self.store()
            if not asked.stays:
                self.press(Key.CANCEL)
            if asked.late:
                self.wait(asked.late)
                self.checkpoint(share=0, choices=0, raised=0)
            if asked.paid is not None:
                self.contract_decides(asked.paid)
            if asked.cut:
                self.power_fails(stored=False)

    @rule(fetches=st.lists(FETCHES, min_size=1, max_size=4))
    def fetch(self, fetches):
        for fetched in fetches:
            self.contact(gateway=fetched.online, chain=True)
            self.tick(8_000)
            self.feed_scan(fetched.who, fetched.budgets, fetched.code, self.until(fetched.orders))
            self.press_all(*[Key.CANCEL] * fetched.left)
            self.wait(fetched.after)
            self.press(Key.CONFIRM)
            if self.flying:
                self.store()
            if fetched.paid is not None:
                self.contract_decides(fetched.paid)
            if fetched.cut:
                self.power_fails(stored=False)

    def until(self, orders):
        """The daemon tells of none that is past its day."""
        return tuple(replace(order, until=Timestamp(self.now.latest() + order.until)) for order in orders)

    @precondition(lambda self: self.flying)
    @rule()
    def store(self):
        commit = self.flying
        assert commit is not None
        self.world.store(commit)
        if isinstance(commit.content, Ask | PhoneAsk):
            self.unread.add(commit.sequence)
        self.feed(events.Committed(self.now, commit.sequence))
        stages = {Refund: Stage.REFUNDED, Ask: Stage.ASKING, PhoneAsk: Stage.ASKING}
        wanted = stages.get(type(commit.content), Stage.APPROVED)
        assert self.screen.stage is wanted or (self.locked and wanted is Stage.ASKING)

    @precondition(lambda self: self.flying)
    @rule()
    def fail(self):
        self.feed(events.CommitFailed(self.now, Reason.STORAGE_FAULT))
        assert self.screen.stage in {Stage.REFUSED, Stage.LOCKED}

    @rule(reason=WRONG_CODES)
    def misread(self, reason):
        self.feed(events.ScanRefused(self.now, reason))

    @rule(right=st.sampled_from([True, True, True, False]))
    def enter_the_menu(self, right):
        self.wait(8_000)
        self.feed(events.Ticked(self.now))
        self.press(Key.MENU)
        if isinstance(self.state.sale, EnteringPin):
            self.press_all(Key.D1, Key.D2, Key.CONFIRM)
        if isinstance(self.state.sale, CheckingPin):
            self.feed(events.PinChecked(self.now, right))

    @precondition(lambda self: isinstance(self.state.sale, InMenu))
    @rule(item=st.sampled_from([Key.D1, Key.D2, Key.D2, Key.D3, Key.D4, Key.D5]))
    def choose_an_item(self, item):
        self.press(item)

    @precondition(lambda self: self.searched)
    @rule(reached=st.sampled_from([True, True, False]))
    def gateway_finds(self, reached):
        assert self.searched is not None
        found = self.world.gateways_sales(self.searched) if reached else ()
        self.told |= {(s.terminal, s.sequence): self.world.given_by_others[s.terminal, s.sequence] for s in found}
        self.answer_search(found, last=True)

    @rule(who=PASSES, amounts=st.lists(st.sampled_from(["", "1", "300"]), min_size=1, max_size=3))
    def give_back(self, who, amounts):
        for amount in amounts:
            self.enter_the_menu(right=True)
            self.press(Key.D2)
            self.wait(3_000)
            self.feed_scan(who, GOOD, None)
            if self.searched:
                self.gateway_finds(reached=True)
            self.press_all(Key.D1, *amount, Key.CONFIRM)
            if self.flying:
                self.store()

    @rule()
    def void(self):
        self.enter_the_menu(right=True)
        self.press_all(Key.D5, Key.CONFIRM)

    @precondition(lambda self: self.unread)
    @rule(paid=st.booleans())
    def contract_decides(self, paid):
        self.checkpoint(share=100, choices=0xFFFF if paid else 0, raised=0)

    @precondition(lambda self: self.state.paid_asks)
    @rule(key=st.sampled_from([Key.D1, Key.D2]), stored=st.booleans())
    def answer_the_question(self, key, stored):
        for _ in range(2):
            self.tick(8_000)
        if isinstance(self.state.sale, AskPaid):
            self.wait(1_000)
            self.press(key)
        if self.flying and stored:
            self.store()

    @rule(number=st.integers(1, 3), amount=st.integers(1, 400), own=st.booleans())
    def another_terminal_gives_back(self, number, amount, own):
        """It holds itself to what it knows, which is all that the chain has settled."""
        place = (OURS if own else THEIRS), number
        sales = (sale.sequence for sale in self.world.sales if self.world.is_sale(sale))
        if own and not (number in sales and number <= self.world.settled):
            return
        given = self.world.given_back(place, self.world.settled) + self.world.given_by_others[place]
        self.world.given_by_others[place] += max(0, min(amount, self.world.amount_of(place) - given))

    @precondition(lambda self: self.lesson)
    @rule(said=st.sampled_from(LESSON))
    def lesson_goes_on(self, said):
        self.feed(said(self.now))
        self.lesson = self.lesson and not isinstance(said(self.now), events.LessonEnded)

    @rule(wait=WAITS)
    def tick(self, wait):
        self.wait(wait)
        before = self.state
        self.feed(events.Ticked(self.now))
        if isinstance(before.sale, Ready) and before.paid_asks and not self.locked:
            assert self.screen.stage is Stage.ASK_PAID

    @rule(share=st.integers(0, 100), choices=st.integers(0, 2**16), raised=st.sampled_from([0, 0, 5_000]))
    def checkpoint(self, share, choices, raised):
        world = self.world
        upto = world.settled + (len(world.journal) - world.settled) * share // 100
        world.settle(upto, choices, max(world.time, self.real - 12))
        world.slices[1] += raised
        self.bound = max(self.bound, world.time)
        self.feed(events.CheckpointRead(self.now, world.checkpoint()))
        self.unread -= {ask.sequence for ask in self.open_asks if self.is_over(ask)}

    @rule(lag=st.integers(0, 3), slice_1=st.just(10**6))
    def lagging_node(self, lag, slice_1):
        old = replace(self.world.checkpoint(), block=self.world.block - 1 - lag, slices=(Slice(1, Cents(slice_1)),))
        old = replace(old, ask_sequence=len(self.world.journal), ask_reason=0)
        self.feed(events.CheckpointRead(self.now, old))

    @rule(share=st.integers(0, 100), trouble=st.sampled_from([*[{}] * 4, *TROUBLES]))
    def snapshot(self, share, trouble):
        limited = {"day_limit": self.programmes[0].day_limit, **trouble}
        self.programmes = (replace(CLOTHES, **limited), SPORTS)
        self.world.seen += (len(self.world.journal) - self.world.seen) * share // 100
        self.feed(events.SnapshotTaken(self.now, self.programmes, self.world.seen))

    @precondition(lambda self: self.world.journal)
    @rule(share=st.integers(0, 99), reason=GOSSIP)
    def gateway_gossips(self, share, reason):
        sequence = 1 + len(self.world.journal) * share // 100
        if is_rejection(reason):
            self.world.rejected.add(sequence)
        else:
            self.world.rejected.discard(sequence)
        self.feed(events.OutcomesKnown(self.now, (Outcome(sequence, reason),)))

    @rule(gateway=st.booleans(), chain=st.booleans())
    def contact(self, gateway, chain):
        self.gateway, self.chain = gateway, chain
        self.feed(events.ContactChanged(self.now, gateway=gateway, chain=chain))

    @rule(clock=st.sampled_from([0, NOON - DAY, NOON, NOON + DAY // 2, NOON + 1000 * DAY]), synchronised=st.booleans())
    def clock_jumps(self, clock, synchronised):
        self.clock, self.synchronised = clock, synchronised

    @rule(stored=st.booleans())
    def power_fails(self, stored):
        if self.flying and stored:
            self.world.store(self.flying)  # after the commit, before anybody heard of it
        self.uptime, self.gateway, self.chain = 0, False, False
        self.boot()
        if self.locked:
            self.feed(events.Locked(self.now, Reason.FORK))

    @rule(nineteen=st.integers(0, 19))
    def lock(self, nineteen):
        if nineteen == 19:  # rarely: nothing more happens on this day
            self.locked = True
            self.feed(events.Locked(self.now, Reason.FORK))
            assert self.screen.stage in {Stage.LOCKED, Stage.WORKING, Stage.APPROVED, Stage.REFUNDED}


TestDay = Day.TestCase
TestDay.settings = settings(max_examples=150, stateful_step_count=50, deadline=None)
