"""Random lives of the contract beside the model: the same events, the same books, whatever happens in what order.

What is drawn is mostly valid: random bytes would mostly try the first check.
"""

from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from contracts.wire import journal
from contracts.wire.batch import Segment
from contracts.wire.entry import frame
from contracts.wire.units import Address
from tests.contract.evm import Receipt
from tests.contract.model import Budget, Event, Ledger, Programme, Terminal
from tests.contract.world import BEGINS, ENDS, NOW, OFFLINE_WINDOW, Till, World, address

HOLDERS = [f"family-{n:02}" for n in range(1, 5)]
SHOPS = [1, 2]
PROGRAMMES = {1: "sponsor-01", 2: "sponsor-02"}
FUNDS = 100_000
LIMIT, BUDGET, SLICE = 900, 1000, 1500
"""Near each other, so that sales reach every one of them."""

programmes = st.sampled_from(sorted(PROGRAMMES))
holders = st.sampled_from(HOLDERS)
shops = st.sampled_from(SHOPS)
tills = st.integers(0, 2)
sales = st.one_of(st.integers(1, LIMIT), st.integers(LIMIT - 1, LIMIT + 1))
times = st.one_of(st.just(0), st.just(0), st.integers(-100, 100), st.sampled_from([901, -86_400 * 60, 86_400 * 400]))
"""Seconds from now: mostly now, sometimes a clock that is wrong."""


SPONSOR_ACTIONS = [
    "grant_more",
    "raise_a_slice",
    "pause",
    "block",
    "admit",
    "change_rules",
    "fund",
    "withdraw",
    "pay_out",
    "time_passes",
]


@dataclass(frozen=True)
class Choice:
    """With what a sponsor acts."""

    holder: str
    till: int
    shop: int
    yes: bool
    cents: int


class Life(RuleBasedStateMachine):
    """Two sponsors with a programme each, two shops, three tills, four passes."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World(funds=FUNDS, slice_cents=0)
        self.ledger = Ledger(self.world.domain, NOW)
        self.paid_out = dict.fromkeys(SHOPS, 0)
        self.references = 0
        self.seen: dict[Address, tuple[int, bytes]] = {}

    @initialize()
    def begin(self) -> None:
        self.world.register_sponsor("sponsor-02")
        self.world.create_programme("sponsor-02", funds=FUNDS)
        self.world.new_shop("shop-02")
        for shop in SHOPS:
            self.world("admit_shop", 2, shop, True, sender="sponsor-02")
        self.world.new_till("till-02", 1)
        self.world.new_till("till-03", 2)
        self.tills: list[Till] = list(self.world.tills.values())
        for number in PROGRAMMES:
            self.call("set_programme", number, BEGINS, ENDS, LIMIT, OFFLINE_WINDOW)
            self.ledger.programmes[number] = Programme(BEGINS, ENDS, LIMIT, FUNDS, FUNDS, admitted=set(SHOPS))
        for till, shop in zip(self.tills, (1, 1, 2), strict=True):
            self.ledger.terminals[till.address] = Terminal(shop, journal.kept(till.heads[0]))
        for number in PROGRAMMES:
            for holder in HOLDERS[:3]:
                self.grant(number, holder, BUDGET)
            for till in self.tills:
                self.raise_slice(number, till, SLICE)

    # ---- sponsors

    def call(self, name: str, programme: int, *arguments: object) -> Receipt:
        return self.world(name, programme, *arguments, sender=PROGRAMMES[programme])

    def grant(self, programme: int, holder: str, cents: int) -> None:
        self.references += 1
        self.call("grant", programme, self.references.to_bytes(32), [address(holder)], [cents])
        model = self.ledger.programmes[programme]
        budget = model.budgets.setdefault(address(holder), Budget())
        model.reserve -= cents
        budget.left += cents
        budget.known = True

    def raise_slice(self, programme: int, till: Till, cents: int) -> None:
        self.call("raise_slice", programme, till.address, cents)
        model = self.ledger.programmes[programme]
        model.reserve -= cents
        model.slices[till.address] = model.slices.get(till.address, 0) + cents

    @rule(
        action=st.sampled_from(SPONSOR_ACTIONS),
        programme=programmes,
        choice=st.builds(Choice, holders, tills, shops, st.booleans(), st.integers(1, 2000)),
    )
    def a_sponsor_acts(self, action: str, programme: int, choice: Choice) -> None:
        getattr(self, action)(programme, self.ledger.programmes[programme], choice)

    def grant_more(self, programme: int, model: Programme, choice: Choice) -> None:
        if model.reserve >= choice.cents:
            self.grant(programme, choice.holder, choice.cents)

    def raise_a_slice(self, programme: int, model: Programme, choice: Choice) -> None:
        till = self.tills[choice.till]
        if model.reserve >= choice.cents and till.address not in model.revoked:
            self.raise_slice(programme, till, choice.cents)

    def pause(self, programme: int, model: Programme, choice: Choice) -> None:
        self.call("set_paused", programme, choice.yes)
        model.paused = choice.yes

    def block(self, programme: int, model: Programme, choice: Choice) -> None:
        budget = model.budgets.get(address(choice.holder), Budget())
        if budget.known:
            self.call("set_pass_blocked", programme, address(choice.holder), choice.yes)
            budget.blocked = choice.yes

    def admit(self, programme: int, model: Programme, choice: Choice) -> None:
        self.call("admit_shop", programme, choice.shop, choice.yes)
        change = set.add if choice.yes else set.discard
        change(model.admitted, choice.shop)

    def change_rules(self, programme: int, model: Programme, choice: Choice) -> None:
        model.begins = self.ledger.now + 50 if choice.yes else BEGINS
        model.floor_limit = max(LIMIT, choice.cents)
        self.call("set_programme", programme, model.begins, ENDS, model.floor_limit, OFFLINE_WINDOW)

    def fund(self, programme: int, model: Programme, choice: Choice) -> None:
        self.world.fund(programme, choice.cents, PROGRAMMES[programme])
        model.reserve += choice.cents
        model.held += choice.cents

    def withdraw(self, programme: int, model: Programme, choice: Choice) -> None:
        cents = min(model.reserve, choice.cents * 20)
        self.call("withdraw", programme, cents)
        model.reserve -= cents
        model.held -= cents

    def pay_out(self, programme: int, model: Programme, choice: Choice) -> None:
        if model.credits.get(choice.shop):
            self.world("pay_out", choice.shop, programme, sender="anybody")
            model.held -= model.credits[choice.shop]
            self.paid_out[choice.shop] += model.credits[choice.shop]
            model.credits[choice.shop] = 0

    def time_passes(self, programme: int, model: Programme, choice: Choice) -> None:
        self.world.evm.time += choice.cents
        self.ledger.now += choice.cents

    @rule(programme=programmes, holder=holders)
    def revoke_the_second_till(self, programme: int, holder: str) -> None:
        """It does not notice, and sells on."""
        till, model = self.tills[1], self.ledger.programmes[programme]
        if till.address not in model.revoked:
            self.call("revoke_terminal", programme, till.address)
            model.reserve += model.slices.pop(till.address, 0)
            model.revoked.add(till.address)
        for _ in range(2):
            till.pay(holder, 1, programme, self.ledger.now)
            self.settle_all(till)

    # ---- terminals

    @rule(till=tills, holder=holders, programme=programmes, amount=sales, ahead=times)
    def sell(self, till: int, holder: str, programme: int, amount: int, ahead: int) -> None:
        self.tills[till].pay(holder, amount, programme, self.ledger.now + ahead)

    @rule(till=tills, holder=holders, count=st.integers(2, 6), amount=st.integers(1, 900))
    def sell_often(self, till: int, holder: str, count: int, amount: int) -> None:
        for number in range(count):
            self.tills[till].pay(holder, amount, number % 2 + 1, self.ledger.now)

    @rule(till=tills, holder=holders, programme=programmes, amounts=st.lists(sales, min_size=1, max_size=4))
    def sell_and_settle(self, till: int, holder: str, programme: int, amounts: list[int]) -> None:
        for amount in amounts:
            self.tills[till].pay(holder, amount, programme, self.ledger.now)
        self.settle_all(self.tills[till])

    @rule(till=tills, programme=programmes, more=st.integers(0, 1))
    def draw_the_whole_slice(self, till: int, programme: int, more: int) -> None:
        """An unknown pass, for all that the slice holds or a cent more than that."""
        self.settle_all(self.tills[till])
        slices = self.ledger.programmes[programme].slices
        amount = slices.get(self.tills[till].address, 0) + more
        self.tills[till].pay("family-99", amount, programme, self.ledger.now)
        self.settle_all(self.tills[till])

    @rule(till=tills, kind=st.sampled_from(["form", "signature", "zero", "programme", "elsewhere"]))
    def journal_something_odd(self, till: int, kind: str) -> None:
        journal_of = self.tills[till]
        good = journal_of.payment(HOLDERS[0], 100, 1, self.ledger.now)
        odd = {
            "form": frame(b"\x03" + good[:7]),
            "signature": good[:-64] + bytes(64),
            "zero": journal_of.payment(HOLDERS[0], 0, 1, self.ledger.now),
            "programme": journal_of.payment(HOLDERS[0], 100, 77, self.ledger.now),
            "elsewhere": good[:9] + bytes([good[9] ^ 1]) + good[10:],
        }
        journal_of.append(odd[kind])

    # ---- settling

    @rule(order=st.permutations([0, 1, 2]), back=st.integers(0, 3), short=st.integers(0, 3))
    def settle(self, order: list[int], back: int, short: int) -> None:
        """Mostly what is new, of every till, in any order; sometimes with an overlap, sometimes not all of it."""
        segments = [self.part(self.tills[index], back, short) for index in order]
        self.settle_and_compare([segment for segment in segments if segment])

    @rule(till=tills, offset=st.integers(-3, 3), length=st.integers(1, 6))
    def settle_any_part(self, till: int, offset: int, length: int) -> None:
        """Around the cursor, twice: settled before, overlapping, next, or behind a gap."""
        journal_of = self.tills[till]
        first = max(1, self.ledger.terminals[journal_of.address].sequence + 1 + offset)
        while journal_of.sequence < first:
            journal_of.pay(HOLDERS[0], 1, 1, self.ledger.now)
        part = journal_of.segment(first, min(first + length - 1, journal_of.sequence))
        self.settle_and_compare([part, part])

    @precondition(lambda self: any(till.sequence for till in self.tills))
    @rule(till=tills, place=st.integers(0, 10_000), bit=st.integers(0, 7))
    def settle_with_a_changed_byte(self, till: int, place: int, bit: int) -> None:
        part = self.part(self.tills[till], 0, 0)
        if part is None:
            return
        entries = [bytearray(packed) for packed in part.entries]
        changed = entries[place % len(entries)]
        changed[1 + place % (len(changed) - 1)] ^= 1 << bit
        spoilt = Segment(part.terminal, part.first, part.previous_head, tuple(map(bytes, entries)), part.signature)
        assert [event[0] for event in self.settle_and_compare([spoilt])] == ["SegmentRefused"]

    @rule(till=tills, keep=st.integers(0, 5), holder=holders)
    def settle_a_fork(self, till: int, keep: int, holder: str) -> None:
        """A card put back from an old image sells on."""
        true = self.tills[till]
        settled = self.ledger.terminals[true.address].sequence
        if keep >= settled:
            return
        restored = Till(true.name, true.domain, true.entries[:keep], true.heads[: keep + 1])
        while restored.sequence <= settled:
            restored.pay(holder, 7, 1, self.ledger.now)
        assert [event[0] for event in self.settle_and_compare([restored.segment(keep + 1)])] == ["SegmentRefused"]

    def settle_all(self, till: Till) -> None:
        part = self.part(till, 0, 0)
        if part:
            self.settle_and_compare([part])

    def part(self, till: Till, back: int, short: int) -> Segment | None:
        cursor = self.ledger.terminals[till.address].sequence
        last = till.sequence - short if till.sequence - short > cursor else till.sequence
        return till.segment(max(1, cursor + 1 - back), last) if last > cursor else None

    def settle_and_compare(self, segments: list[Segment]) -> list[Event]:
        expected = self.ledger.settle(segments)
        assert events_of(self.world.settle(*segments)) == expected
        return expected

    # ---- what always holds

    @invariant()
    def the_books_are_those_of_the_model(self) -> None:
        view = self.world.contract.view
        for number, model in self.ledger.programmes.items():
            assert view("reserve", number) == model.reserve
            assert view("held", number) == model.held == model.promised()
            for shop in SHOPS:
                assert view("credit", number, shop) == model.credits.get(shop, 0)
            for holder, budget in model.budgets.items():
                found = view("budget", number, holder).fields
                assert Budget(**found) == budget
            for till in self.tills:
                found = view("slice_of", number, till.address)
                assert (found.left, found.revoked) == (
                    model.slices.get(till.address, 0),
                    till.address in model.revoked,
                )

    @invariant()
    def the_money_is_there(self) -> None:
        view = self.world.contract.view
        balance = self.world.euro.view("balanceOf", self.world.contract.address)
        assert balance >= sum(view("held", number) for number in self.ledger.programmes)
        for shop, paid in self.paid_out.items():
            assert self.world.euro.view("balanceOf", address(f"shop-{shop:02}")) == paid

    @invariant()
    def sequences_never_go_back(self) -> None:
        for who, terminal in self.ledger.terminals.items():
            state = self.world.contract.view("terminal", who)
            assert (state.shop, state.sequence, state.head) == (terminal.shop, terminal.sequence, terminal.head)
            sequence, head = self.seen.get(who, (0, state.head))
            assert state.sequence >= sequence
            assert state.sequence > sequence or state.head == head
            self.seen[who] = (state.sequence, state.head)


def events_of(receipt: Receipt) -> list[Event]:
    """The contract's events as the model writes them."""
    return [_event(event.kind, event.arguments) for event in receipt.events]


def _event(kind: str, arguments: dict[str, Any]) -> Event:
    named = {**arguments, "terminal": Address(bytes.fromhex(arguments["terminal"][2:]))}
    if kind == "Drawn":
        named["pass_address"] = Address(bytes.fromhex(named["pass_address"][2:]))
    return (kind, *named.values())


TestLife = Life.TestCase
TestLife.settings = settings(
    max_examples=25, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
