"""What must hold at a counter, whatever happens there. It knows nothing of tables, only of promises.

It plays the signer, and compares all that the core asks for and shows with the world (world.py).
"""

from dataclasses import replace

from contracts.wire.entry import Ask, Delegation, PhoneAsk, PhonePayment, Refund
from contracts.wire.entry import Sale as Content
from contracts.wire.reasons import Reason
from contracts.wire.units import Address, Cents, Timestamp
from terminal.core import approve, events
from terminal.core.counter import (
    Approved,
    Asking,
    CloseAsked,
    ClosingDay,
    Committing,
    Finishing,
    Helping,
    InMenu,
    Learning,
    Learnt,
    Lesson,
    OpenSale,
    RefundAmount,
    RefundChoosing,
    RefundScanning,
    Refused,
    Voiding,
)
from terminal.core.effects import (
    AskEnd,
    BeginLesson,
    Commit,
    Effect,
    EndLesson,
    FindSales,
    Forget,
    HandOut,
    KeepLesson,
    Resolve,
)
from terminal.core.events import Event, Key
from terminal.core.facts import Budget, OpenEntry, Order, PastSale, Programme
from terminal.core.moment import Moment
from terminal.core.sale import start, step
from terminal.core.screen import Stage
from terminal.core.state import State
from terminal.core.view import view
from tests.core.shop import DAY, OURS
from tests.core.world import Place, World

BEHIND_THE_PIN = (
    InMenu
    | RefundScanning
    | RefundChoosing
    | RefundAmount
    | Voiding
    | Helping
    | CloseAsked
    | ClosingDay
    | Learning
    | Learnt
    | Finishing
)


class Watched:
    """One counter with its world; whatever is fed to it, the promises are held to."""

    world: World
    state: State
    programmes: tuple[Programme, ...]
    uptime: int
    bound: int
    real: int
    clock: int
    synchronised: bool
    has_pin: bool
    locked: bool
    gateway: bool
    chain: bool

    def boot(self):
        """What a start finds, and what it does not keep."""
        facts = self.world.facts(self.bound - 300)
        checkpoint = self.world.checkpoint()
        self.state = start(facts, checkpoint, self.programmes, self.world.seen, has_pin=self.has_pin)
        self.read: tuple[Address, Delegation | None, int] | None = None
        self.key: tuple[Address, Delegation | None] | None = None
        self.budgets: dict[int, Budget] = {}
        self.orders: tuple[Order, ...] = ()
        self.flying: Commit | None = None
        self.lesson = False
        self.searched: Address | None = None
        self.told: dict[Place, int] = {}
        # Asks whose end no checkpoint has told yet:
        self.unread = {e.sequence for e in self.world.sales if e.is_ask and e.sequence not in self.world.notes}

    # Feeding it

    def wait(self, milliseconds: int) -> None:
        self.uptime += milliseconds
        self.bound += milliseconds // 1000
        self.real += milliseconds // 1000

    def press_all(self, *keys: str) -> None:
        for key in keys:
            self.feed(events.KeyPressed(self.now, Key(key)))

    def feed_scan(
        self, who: Address, budgets: tuple[Budget, ...], code: Delegation | None, orders: tuple[Order, ...] = ()
    ) -> None:
        same = self.read is not None and self.read[:2] == (who, code) and self.uptime - self.read[2] < 3_000
        before = self.state
        if self.flying and not isinstance(self.flying.content, Refund):
            who, code = self.flying.pass_address, self.code_of(self.flying.content)  # it is answered before a scan
        self.key, self.read = (who, code), (who, code, self.uptime)
        if not same and not self.flying:
            self.budgets, self.orders = {each.programme: self.less(who, each) for each in budgets}, orders
        self.feed(events.PassScanned(self.now, who, budgets, code, orders))
        if same:
            assert (before.sale, before.knowledge) == (self.state.sale, self.state.knowledge)
        elif isinstance(self.state.sale, OpenSale):
            for known in self.state.sale.scanned.budgets:
                wanted = self.budgets[known.programme]
                assert (known.left, known.today, known.day) == (wanted.left, wanted.today, wanted.day)

    def answer_search(self, sales: tuple[PastSale, ...], *, last: bool) -> None:
        assert self.searched is not None
        who, self.searched = self.searched, None if last else self.searched
        self.feed(events.SalesFound(self.now, who, sales, last))

    def feed(self, event: Event) -> None:
        before = self.state
        self.state, effects = step(before, event)
        answered = isinstance(event, events.Committed | events.CommitFailed)
        commits = [effect for effect in effects if isinstance(effect, Commit)]
        self.require_notes(event, effects)
        self.require_one_lesson(before, effects)
        self.require_pin(before, event)
        self.require_approved_is_paid(before, event, effects)
        for commit in commits:
            assert self.flying is None
            assert isinstance(event, events.KeyPressed)
            offered = view(before, self.now)
            self.require_right(commit, event.key, offered.order if offered.stage is Stage.ORDER else None)
            self.flying = commit
        if answered:
            self.flying = None
        if answered or Forget() in effects:
            self.key = None
        assert isinstance(self.state.sale, Committing) == (self.flying is not None)
        assert len(commits) <= 1
        self.require_order()
        for search in (effect for effect in effects if isinstance(effect, FindSales)):
            self.searched, self.told = search.pass_address, {}
            self.answer_search(self.world.own_sales(search.pass_address, search.settled), last=not self.gateway)

    def require_notes(self, event: Event, effects: tuple[Effect, ...]) -> None:
        """An end is noted when a checkpoint or a person tells it, and never against the contract's word."""
        for effect in effects:
            if isinstance(effect, Resolve):
                paid = self.world.ends.get(effect.sequence) is Reason.PAID
                assert paid == (effect.how is not AskEnd.REFUSED)
                assert isinstance(event, events.CheckpointRead | events.KeyPressed | events.Committed)
                assert self.world.notes.get(effect.sequence) in {None, AskEnd.PAID}
                self.world.notes[effect.sequence] = effect.how

    def require_approved_is_paid(self, before: State, event: Event, effects: tuple[Effect, ...]) -> None:
        after = self.state.sale
        if isinstance(after, Asking) and not isinstance(before.sale, Asking):
            assert isinstance(event, events.Committed)
        if not isinstance(after, Approved) or before.sale == after:
            return
        assert HandOut(after.entry.sequence, after.rest) in effects
        if after.entry.is_ask:
            assert isinstance(event, events.CheckpointRead)
            assert isinstance(before.sale, Asking)
            assert before.sale.entry == after.entry
            assert self.world.ends[after.entry.sequence] is Reason.PAID
        else:
            assert isinstance(event, events.Committed)
            assert self.world.journal[-1] == after.entry

    def require_one_lesson(self, before: State, effects: tuple[Effect, ...]) -> None:
        """One begins only without a sale and after the one before has ended; in it no pass begins a sale."""
        if BeginLesson() in effects:
            assert not self.lesson
            assert self.holder is self.key is None
            self.lesson = True
        elif KeepLesson() in effects or EndLesson() in effects:
            assert self.lesson
        elif isinstance(before.sale, Learning | Learnt | Finishing):
            assert isinstance(self.state.sale, Lesson) or self.locked

    def require_pin(self, before: State, event: Event) -> None:
        """Where there is a PIN, only the right one leads behind it."""
        if self.has_pin and isinstance(self.state.sale, BEHIND_THE_PIN) and not isinstance(before.sale, BEHIND_THE_PIN):
            misread = isinstance(before.sale, Refused) and isinstance(before.sale.resume, RefundScanning)
            assert misread or (isinstance(event, events.PinChecked) and event.right)

    def require_order(self) -> None:
        known, world = self.state.knowledge, self.world
        assert self.flying is not None or known.sequence == len(world.journal)
        assert self.key == self.holder
        for programme, guaranteed in world.slices.items():
            assert approve.free(known, programme) == guaranteed - world.payments_open(programme) >= 0
        assert self.screen.status.waiting == known.sequence - world.settled
        assert len(known.open_asks) <= 1
        for refund in world.refunds:
            place = refund.sale_terminal, refund.sale_sequence
            assert world.given_back(place) <= world.amount_of(place)
        assert {ask.sequence for ask in self.state.paid_asks} == {ask.sequence for ask in world.unanswered}

    def require_right(self, commit: Commit, key: Key, offered: str | None) -> None:
        """`offered`: the order that was on the screen, if one was."""
        assert commit.sequence == len(self.world.journal) + 1
        assert not self.locked
        assert commit.content.amount > 0
        assert commit.bound == self.bound <= commit.content.time <= self.now.latest()
        if isinstance(commit.content, Refund):
            self.require_left(commit.content, key)
            return
        assert key is Key.CONFIRM
        self.require_admitted(commit, commit.content)
        if offered is not None:
            self.require_offered(commit.content, offered)
            return
        self.require_plainly_valid(commit.content)
        by_itself = self.is_within_limits(commit.content)
        assert by_itself != isinstance(commit.content, Ask | PhoneAsk)
        if not by_itself:
            self.require_ask(commit.content)

    def require_left(self, refund: Refund, key: Key) -> None:
        """Never more than what is left of it, in all that was told; nothing of what may have been rejected."""
        place = refund.terminal, refund.sequence
        given = self.world.given_back(place) + (self.told.get(place, 0) if key is Key.CONFIRM else 0)
        assert refund.amount + given <= self.world.amount_of(place)
        if refund.terminal == OURS:
            sale = next(each for each in self.world.sales if each.sequence == refund.sequence)
            assert sale.pass_address == refund.pass_address
            recent = sale.sequence > len(self.world.journal) - 5
            assert sale.is_ask or not recent or sale.sequence not in self.world.rejected
            assert not sale.is_ask or self.world.ends[sale.sequence] is Reason.PAID

    def require_offered(self, content: Content, name: str) -> None:
        """What was on the screen is asked for, and nothing else, as long as it can be fetched."""
        order = next(each for each in self.orders if each.name == name)
        assert (content.programme, content.amount) == (order.programme, order.amount)
        assert self.now.latest() <= order.until
        self.require_ask(content)

    def require_plainly_valid(self, content: Content) -> None:
        rules, left = self.rules_of(content), self.budgets[content.programme]
        assert content.amount <= left.left
        assert content.amount + (left.today if left.day == self.day_of(content, left) else 0) <= rules.day_limit

    def require_admitted(self, commit: Commit, content: Content) -> None:
        """By all that does not look at the amount, but for a phone's ceiling."""
        now, code = self.now, self.code_of(content)
        rules = self.rules_of(content)
        left = self.budgets[content.programme]
        assert (commit.pass_address, code) == self.key
        assert not left.blocked
        assert rules.admitted
        assert not rules.paused
        assert rules.begins <= now.bound
        assert content.time <= now.latest() <= rules.ends
        assert now.latest() < self.world.time + rules.offline_window
        if code:
            assert content.amount <= code.ceiling
            assert content.time <= code.expiry
            used = {sale.counter for sale in self.world.taken(commit.pass_address, content.programme)}
            assert code.counter not in used
            assert code.counter > left.counter or not left.window >> (left.counter - code.counter) & 1

    def is_within_limits(self, content: Content) -> bool:
        """Whether the terminal may approve it by itself."""
        free = self.world.slices[content.programme] - self.world.payments_open(content.programme)
        waiting = len(self.world.journal) - self.world.settled
        return content.amount <= min(self.rules_of(content).floor_limit, free) and waiting < 75

    def require_ask(self, content: Content) -> None:
        assert isinstance(content, Ask | PhoneAsk)
        assert self.gateway
        assert self.chain
        assert self.unread == set()
        assert content.deadline == self.world.time + 120

    # What the model reads off

    def less(self, who: Address, snapshot: Budget) -> Budget:
        """Left, and spent today, after what this terminal took; the window stays the snapshot's."""
        for sale in self.world.taken(who, snapshot.programme):
            day = self.day_of(sale, snapshot)
            today = (snapshot.today if day == snapshot.day else 0) + sale.amount
            left = max(0, snapshot.left - sale.amount)
            snapshot = replace(snapshot, left=Cents(left), today=Cents(today), day=day)
        return snapshot

    @staticmethod
    def day_of(sale: Content | OpenEntry, of: Budget) -> int:
        return max(of.day, sale.time // DAY)

    def rules_of(self, content: Content):
        return next(each for each in self.programmes if each.id == content.programme)

    @staticmethod
    def code_of(content: Content | Refund) -> Delegation | None:
        return content.delegation if isinstance(content, PhonePayment | PhoneAsk) else None

    @property
    def open_asks(self) -> list[OpenEntry]:
        return [sale for sale in self.world.sales if sale.sequence in self.unread]

    def is_over(self, ask: OpenEntry) -> bool:
        return ask.sequence in self.world.ends or self.world.time > ask.deadline

    @property
    def now(self) -> Moment:
        return Moment(self.uptime, Timestamp(self.bound), Timestamp(self.clock), self.synchronised)

    @property
    def screen(self):
        return view(self.state, self.now)

    @property
    def holder(self) -> tuple[Address, Delegation | None] | None:
        """The pass of the sale that needs a key, and its code if it is a phone's."""
        sale = self.state.sale
        if isinstance(sale, Committing):
            content = sale.commit.content
            return None if isinstance(content, Refund) else (sale.commit.pass_address, self.code_of(content))
        shown = sale.resume if isinstance(sale, Refused) else sale
        return (shown.scanned.pass_address, shown.scanned.delegation) if isinstance(shown, OpenSale) else None
