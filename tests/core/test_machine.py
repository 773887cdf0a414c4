"""Any shop day at all: the core against a model that knows nothing of tables, only of promises.

The model plays signer, store and contract. The contract settles what it likes, draws whatever it likes from the
slice, and must never find the slice too small: that is "approved is paid" as far as the core can keep it.
"""

from dataclasses import dataclass, replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from contracts.wire.reasons import Reason
from contracts.wire.units import Address, Cents, Timestamp
from terminal.core import events
from terminal.core.effects import BeginLesson, Commit, Effect, EndLesson, Forget, KeepLesson
from terminal.core.events import Event, Key
from terminal.core.facts import Budget, Checkpoint, Slice
from terminal.core.lesson import Question, Said, Saying
from terminal.core.moment import Moment
from terminal.core.sale import start, step
from terminal.core.screen import Stage
from terminal.core.state import (
    Approved,
    Committing,
    Finishing,
    InMenu,
    Learning,
    Learnt,
    LessonOver,
    Ready,
    Refused,
    Scanned,
    State,
)
from terminal.core.view import view
from tests.core.shop import CLOTHES, DAY, EMPTY, NOON, SPORTS

PASSES = st.integers(1, 4).map(lambda n: Address(bytes([n]) * 20))
AMOUNTS = st.one_of(st.integers(1, 5_000), st.integers(1, 300), st.sampled_from([500, 0, 5_001, 99_999_999]))
LEFT = st.one_of(st.integers(0, 40_000), st.just(800)).map(Cents)
BUDGET = st.builds(Budget, st.sampled_from([1, 1, 2, 7]), LEFT, st.sampled_from([False, False, False, True]))
BUDGETS = st.lists(BUDGET, min_size=1, max_size=3, unique_by=lambda budget: budget.programme).map(tuple)
GOOD = (Budget(1, Cents(30_000), blocked=False),)
WRONG_CODES = st.sampled_from([Reason.SCAN_PRODUCT, Reason.SCAN_LINK, Reason.SCAN_DAMAGED])
TROUBLES = ({"paused": True}, {"admitted": False}, {"floor_limit": Cents(700)}, {"ends": NOON}, {"offline_window": 60})
WAITS = st.sampled_from([0, 200, 1_000, 2_999, 3_000, 8_000, 120_000, 300_000, 3_600_000, 80_000_000])

NO_SALE = Ready | Approved | Refused | InMenu | Learning | Learnt | Finishing | LessonOver
LESSON = (
    lambda now: events.LessonAsked(now, Question.SCAN),
    lambda now: events.LessonSaid(now, Said(Saying.KEYPAD, ("pad",))),
    events.LessonDone,
    lambda now: events.LessonEnded(now, Said(Saying.KEPT)),
)


@dataclass(frozen=True)
class Paid:
    """A payment that the store holds."""

    who: Address
    programme: int
    amount: int


class Day(RuleBasedStateMachine):
    """One counter, its signer, its store, and a contract and a gateway that do as they please."""

    @initialize(slice_1=st.sampled_from([25_000, 3_000]), lag=st.sampled_from([0, 7_200]))
    def open(self, slice_1, lag):
        self.uptime, self.bound, self.real = 0, int(NOON), int(NOON) + lag
        self.clock, self.synchronised = int(NOON), False
        self.block, self.slices, self.settled, self.checked = 1, {1: slice_1, 2: 1_000}, 0, int(NOON)
        self.programmes, self.seen = (CLOTHES, SPORTS), 0
        self.journal: list[Paid] = []
        self.key: Address | None = None
        self.read: tuple[Address, int] | None = None
        self.left: dict[int, int] = {}
        self.blocked: set[int] = set()
        self.flying: Commit | None = None
        self.locked = self.lesson = False
        self.state = start(EMPTY, self.checkpoint_now(), self.programmes, 0)

    # What can happen

    @rule(who=PASSES, budgets=st.one_of(BUDGETS, st.just(GOOD)))
    def scan(self, who, budgets):
        self.feed_scan(who, budgets)

    @rule(key=st.sampled_from([*Key, Key.CONFIRM, Key.CONFIRM, Key.CONFIRM]))
    def press(self, key):
        self.feed(events.KeyPressed(self.now, key))

    @rule(sales=st.lists(st.tuples(PASSES, AMOUNTS, st.sampled_from([0, 3_000, 3_000, 300_000])), max_size=12))
    def sell(self, sales):
        for who, amount, away in sales:
            self.wait(away)
            self.feed_scan(who, GOOD)
            for key in (*str(amount), Key.CONFIRM, Key.CONFIRM):
                self.press(Key(key))
            if self.flying:
                self.store()

    @precondition(lambda self: self.flying)
    @rule()
    def store(self):
        commit = self.flying
        assert commit is not None
        self.journal.append(Paid(commit.pass_address, commit.payment.programme, commit.payment.amount))
        self.feed(events.Committed(self.now, commit.sequence))
        assert isinstance(self.state.sale, Approved)

    @precondition(lambda self: self.flying)
    @rule()
    def fail(self):
        self.feed(events.CommitFailed(self.now, Reason.STORAGE_FAULT))
        assert self.screen.stage in {Stage.REFUSED, Stage.LOCKED}

    @rule(reason=WRONG_CODES)
    def misread(self, reason):
        self.feed(events.ScanRefused(self.now, reason))

    @rule()
    def open_menu_and_learn(self):
        for key in (Key.MENU, Key.D1):
            self.press(key)

    @precondition(lambda self: self.lesson)
    @rule(said=st.sampled_from(LESSON))
    def lesson_goes_on(self, said):
        self.feed(said(self.now))
        self.lesson = self.lesson and not isinstance(said(self.now), events.LessonEnded)

    @rule(wait=WAITS)
    def tick(self, wait):
        self.wait(wait)
        self.feed(events.Ticked(self.now))

    @rule(share=st.integers(0, 100), drawn=st.integers(0, 2**16), raised=st.sampled_from([0, 0, 5_000]))
    def checkpoint(self, share, drawn, raised):
        upto = self.settled + (len(self.journal) - self.settled) * share // 100
        for number, paid in enumerate(self.journal[self.settled : upto]):
            if drawn >> (number % 16) & 1:
                self.slices[paid.programme] -= paid.amount
        assert min(self.slices.values()) >= 0, "an approved payment would have been rejected"
        self.slices[1] += raised
        self.settled, self.block, self.checked = upto, self.block + 1, self.real - 12
        self.bound = max(self.bound, self.checked)
        self.feed(events.CheckpointRead(self.now, self.checkpoint_now()))

    @rule(lag=st.integers(0, 3), slice_1=st.just(10**6))
    def lagging_node(self, lag, slice_1):
        old = replace(self.checkpoint_now(), block=self.block - 1 - lag, slices=(Slice(1, Cents(slice_1)),))
        self.feed(events.CheckpointRead(self.now, old))

    @rule(share=st.integers(0, 100), trouble=st.sampled_from([*[{}] * 4, *TROUBLES]))
    def snapshot(self, share, trouble):
        self.programmes = (replace(CLOTHES, **trouble), SPORTS)
        self.seen += (len(self.journal) - self.seen) * share // 100
        self.feed(events.SnapshotTaken(self.now, self.programmes, self.seen))

    @rule(clock=st.sampled_from([0, NOON - DAY, NOON, NOON + DAY // 2, NOON + 1000 * DAY]), synchronised=st.booleans())
    def clock_jumps(self, clock, synchronised):
        self.clock, self.synchronised = clock, synchronised

    @rule(nineteen=st.integers(0, 19))
    def lock(self, nineteen):
        if nineteen == 19:  # rarely: nothing more happens on this day
            self.locked = True
            self.feed(events.Locked(self.now, Reason.FORK))
            assert self.screen.stage in {Stage.LOCKED, Stage.WORKING, Stage.APPROVED}

    # What must hold, whatever happens

    def wait(self, milliseconds: int) -> None:
        self.uptime += milliseconds
        self.bound += milliseconds // 1000
        self.real += milliseconds // 1000

    def feed_scan(self, who: Address, budgets: tuple[Budget, ...]) -> None:
        same = self.read is not None and self.read[0] == who and self.uptime - self.read[1] < 3_000
        before = self.state
        if self.flying:
            who = self.flying.pass_address  # the daemon answers a commit before it takes another scan
        self.key, self.read = who, (who, self.uptime)
        if not same and not self.flying:
            since = self.journal[self.seen :]
            self.left = {
                budget.programme: budget.left
                - sum(paid.amount for paid in since if (paid.who, paid.programme) == (who, budget.programme))
                for budget in budgets
            }
            self.blocked = {budget.programme for budget in budgets if budget.blocked}
        self.feed(events.PassScanned(self.now, who, budgets))
        if same:
            assert (before.sale, before.knowledge) == (self.state.sale, self.state.knowledge)

    def feed(self, event: Event) -> None:
        before = self.state
        self.state, effects = step(before, event)
        commits = [effect for effect in effects if isinstance(effect, Commit)]
        self.require_one_lesson(before, effects)
        answered = isinstance(event, events.Committed | events.CommitFailed)
        for commit in commits:
            assert self.flying is None
            assert isinstance(event, events.KeyPressed)
            assert event.key is Key.CONFIRM
            self.require_plainly_valid(commit)
            self.flying = commit
        if answered:
            self.flying = None
        if answered or Forget() in effects:
            self.key = None
        if isinstance(self.state.sale, Approved):
            assert isinstance(before.sale, Approved) or isinstance(event, events.Committed)
        assert isinstance(self.state.sale, Committing) == (self.flying is not None)
        assert len(commits) <= 1
        self.require_order()

    def require_one_lesson(self, before: State, effects: tuple[Effect, ...]) -> None:
        """One begins only without a sale and after the one before has ended; in it no pass begins a sale."""
        if BeginLesson() in effects:
            assert not self.lesson
            assert self.holder is self.key is None
            self.lesson = True
        elif KeepLesson() in effects or EndLesson() in effects:
            assert self.lesson
        elif isinstance(before.sale, Learning | Learnt | Finishing):
            assert isinstance(self.state.sale, Learning | Learnt | Finishing | LessonOver) or self.locked

    def require_order(self) -> None:
        assert self.state.knowledge.sequence == len(self.journal)
        assert self.key == self.holder
        after_checkpoint = self.journal[self.settled :]
        for programme, guaranteed in self.slices.items():
            assert sum(paid.amount for paid in after_checkpoint if paid.programme == programme) <= guaranteed
        assert self.screen.status.waiting == len(self.journal) - self.settled <= 75

    def require_plainly_valid(self, commit: Commit) -> None:
        payment, now = commit.payment, self.now
        rules = next(each for each in self.programmes if each.id == payment.programme)
        open_amounts = [paid.amount for paid in self.journal[self.settled :] if paid.programme == payment.programme]
        assert commit.sequence == len(self.journal) + 1
        assert commit.pass_address == self.key
        assert not self.locked
        assert payment.programme not in self.blocked
        assert 0 < payment.amount <= min(rules.floor_limit, self.left[payment.programme])
        assert sum(open_amounts) + payment.amount <= self.slices[payment.programme]
        assert len(self.journal) - self.settled < 75
        assert rules.admitted
        assert not rules.paused
        assert rules.begins <= now.bound <= payment.time <= now.latest() <= rules.ends
        assert now.latest() < self.checked + rules.offline_window

    # What the model reads off

    @property
    def now(self) -> Moment:
        return Moment(self.uptime, Timestamp(self.bound), Timestamp(self.clock), self.synchronised)

    @property
    def screen(self):
        return view(self.state, self.now)

    @property
    def holder(self) -> Address | None:
        """The pass of the sale that needs a key."""
        sale = self.state.sale
        if isinstance(sale, Committing):
            return sale.commit.pass_address
        if isinstance(sale, Refused) and sale.resume:
            sale = sale.resume
        scanned = None if isinstance(sale, NO_SALE) else sale.scanned
        return scanned.pass_address if isinstance(scanned, Scanned) else None

    def checkpoint_now(self) -> Checkpoint:
        slices = tuple(Slice(programme, Cents(amount)) for programme, amount in self.slices.items())
        return Checkpoint(self.block, Timestamp(self.checked), shop=1, sequence=self.settled, slices=slices)


TestDay = Day.TestCase
TestDay.settings = settings(max_examples=150, stateful_step_count=50, deadline=None)
