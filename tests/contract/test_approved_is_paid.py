"""The proof of the promise: what a terminal approves within free(b) is paid, whatever everybody else does.

free(b) is the terminal's own (`terminal.core.approve`). Against it stand: other terminals, two of which keep to nothing
and work together; the sponsor, who pauses, blocks, reissues, excludes, shortens, lowers limits, withdraws (but does not
revoke, nor close); families, who have money set aside; a gateway that invents budgets, so that terminals approve
anything within free(b), and that withholds, splits, repeats and reorders journals. The cheats take their slices and
what the passes that they have read can validly pay within their days' limits, and no more.
"""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from contracts.wire.batch import Segment
from contracts.wire.entry import EntryKind
from tests.contract.called import Receipt
from tests.contract.counters import EVERYBODY, FLOOR, PROGRAMMES, SCANNED, STRANGERS, UNSEEN, Cheat, Counter, set_aside
from tests.contract.journals import NOW, Till, address
from tests.contract.world import ADMITTED, BEGINS, DAY, ENDS, EXCLUDED, World

pytestmark = pytest.mark.timeout(600)
LIMIT, SLICE, GRANTED = 2_000, 2_500, 40_000
SHOPS = (1, 2, 3, 4)
SPONSOR_ACTIONS = [
    *("pause", "block", "exclude", "change_the_period", "lower_the_limits", "withdraw", "raise_slice"),
    *("reissue", "free_orders", "pay_out", "repay", "time_passes", "time_passes"),
]

honest = st.sampled_from(["till-01", "till-02"])
anyone = st.sampled_from(["till-01", "till-02", "till-03", "till-04"])
programmes = st.sampled_from(PROGRAMMES)
clocks = st.sampled_from([0, 0, 0, 901, -DAY, -6 * DAY, -365 * DAY, 365 * DAY, -NOW])
"""Seconds from the chain's time that an entry's clock is off."""


class Market(RuleBasedStateMachine):
    """Two honest tills of two shops, the cheats' tills of two others, four passes, two programmes."""

    def __init__(self) -> None:
        super().__init__()
        self.world = world = World(funds=400_000, slice_cents=0)
        world.create_programme("sponsor-01", funds=400_000)
        for shop in SHOPS[1:]:
            world.new_till(f"till-0{shop}", world.new_shop(f"shop-0{shop}"))
        self.cheat = Cheat(world, (world.tills["till-03"], world.tills["till-04"]), (3, 4))
        self.paid_out = dict.fromkeys(SHOPS, 0)
        self.cheats_slices = 0
        self.reissued = 0
        for programme in PROGRAMMES:
            world.set_rules(programme, floor_limit=FLOOR, day_limit=LIMIT)
            for shop in SHOPS:
                world.place(shop, programme)
                self.raise_slice(programme, shop, yes=True, cents=SLICE)
            for holder in (*SCANNED, *UNSEEN):
                world.grant(holder, GRANTED, programme)
        self.counters = {name: Counter(world, world.tills[name], int(name[-1])) for name in ("till-01", "till-02")}

    # ---- the terminals

    @rule(till=honest, age=st.integers(0, 3))
    def learn_of_a_final_block(self, till: str, age: int) -> None:
        self.counters[till].learn(age)

    @rule(
        till=honest,
        holder=st.sampled_from(EVERYBODY),
        programme=programmes,
        part=st.integers(1, 10),
        clock=clocks,
        by_phone=st.booleans(),
    )
    def approve(self, till: str, holder: str, programme: int, part: int, clock: int, by_phone: bool) -> None:
        time = max(0, self.world.evm.time + clock)
        self.counters[till].approve(holder, programme, part, time, by_phone=by_phone)

    @rule(till=honest, holder=st.sampled_from(SCANNED), programme=programmes, part=st.sampled_from([3, 10]))
    def sell_until_nothing_is_free(self, till: str, holder: str, programme: int, part: int) -> None:
        for _ in range(4):
            self.counters[till].approve(holder, programme, part, self.world.evm.time)

    @rule(till=honest, holder=st.sampled_from(EVERYBODY), programme=programmes, amount=st.integers(1, 2 * LIMIT))
    def ask(self, till: str, holder: str, programme: int, amount: int) -> None:
        self.counters[till].ask(holder, programme, amount)

    @rule(
        holder=st.sampled_from((*SCANNED, *UNSEEN)),
        programme=programmes,
        shop=st.sampled_from(SHOPS),
        amount=st.integers(1, LIMIT),
        hours=st.sampled_from([0, 1, 48]),
        fetched=st.booleans(),
    )
    def order(self, holder: str, programme: int, shop: int, amount: int, hours: int, fetched: bool) -> None:
        """Whoever has the code orders; an honest shop hands it over now, or some time by an ask of that amount."""
        until = self.world.evm.time + hours * 3_600
        if set_aside(self.world, holder, amount, programme, shop, until) and fetched and shop in (1, 2):
            self.counters[f"till-0{shop}"].ask(holder, programme, amount)

    @rule(till=honest, place=st.integers(0, 50), part=st.sampled_from([1, 5, 10, 10]))
    def refund(self, till: str, place: int, part: int) -> None:
        self.counters[till].refund(place, part)

    @rule(
        kind=st.sampled_from(
            ["anything", "empty", "empty", "draw", "ask", "order", "phone", "refund", "refund", "forge"]
        ),
        which=st.integers(0, 1),
        holder=st.sampled_from((*SCANNED, *SCANNED, *STRANGERS)),
        programme=programmes,
        amount=st.one_of(st.integers(1, 3 * LIMIT), st.just(FLOOR)),
        clock=clocks,
        at_once=st.booleans(),
    )
    def cheats(
        self, kind: str, which: int, holder: str, programme: int, amount: int, clock: int, at_once: bool
    ) -> None:
        self.cheat.do(kind, which, holder, programme, amount, clock)
        part = self.part(self.cheat.tills[which], 0, 0)
        if at_once and part:
            self.send(part)

    # ---- the sponsor

    @rule(action=st.sampled_from(SPONSOR_ACTIONS), programme=programmes, number=st.integers(0, 3), yes=st.booleans())
    def the_sponsor_acts(self, action: str, programme: int, number: int, yes: bool) -> None:
        getattr(self, action)(programme, number + 1, yes)

    def pause(self, programme: int, number: int, yes: bool) -> None:
        self.world("set_paused", programme, yes)

    def block(self, programme: int, number: int, yes: bool) -> None:
        holder = address((SCANNED + UNSEEN)[number - 1])
        if self.world.contract.view("successor", programme, holder) == "0x" + bytes(20).hex():
            self.world("set_pass_blocked", programme, holder, yes)

    def reissue(self, programme: int, number: int, yes: bool) -> None:
        """Its new code is read by nobody; counters that know nothing of it still sell on the old one."""
        holder = address(SCANNED[number % 2])
        if self.world.contract.view("successor", programme, holder) == "0x" + bytes(20).hex():
            self.reissued += 1
            self.world("reissue", programme, holder, address(f"family-{50 + self.reissued}"))

    def exclude(self, programme: int, number: int, yes: bool) -> None:
        self.world.place(number, programme, EXCLUDED if yes else ADMITTED)

    def change_the_period(self, programme: int, number: int, yes: bool) -> None:
        now = self.world.evm.time
        begins, ends = ((BEGINS, ENDS), (BEGINS, now), (ENDS, ENDS), (BEGINS, ENDS))[number - 1]
        self.world.set_rules(programme, begins=begins, ends=ends, floor_limit=FLOOR, day_limit=LIMIT)

    def lower_the_limits(self, programme: int, number: int, yes: bool) -> None:
        self.world.set_rules(programme, floor_limit=FLOOR // number, day_limit=LIMIT // number)

    def withdraw(self, programme: int, number: int, yes: bool) -> None:
        """All that is free."""
        self.world("withdraw", programme, self.world.contract.view("reserve", programme))

    def raise_slice(self, programme: int, number: int, yes: bool, cents: int = 400) -> None:
        till = self.world.tills[f"till-0{number}"]
        if self.world.contract.view("reserve", programme) >= cents:
            self.world("raise_slice", programme, till.address, cents)
            self.cheats_slices += cents * (till in self.cheat.tills)

    def free_orders(self, programme: int, number: int, yes: bool) -> None:
        """For one shop, of all passes."""
        for holder in map(address, (*SCANNED, *UNSEEN)):
            if self.world.contract.view("order", programme, number, holder).amount:
                self.world("free_order", programme, number, holder)

    def pay_out(self, programme: int, number: int, yes: bool) -> None:
        """As far as nothing is owed before it."""
        view = self.world.contract.view
        before = view("credit", programme, number)
        if before and not view("owed", programme, number):
            self.world("pay_out", number, programme)
            self.paid_out[number] += before

    def repay(self, programme: int, number: int, yes: bool) -> None:
        self.cheat.hear(self.world("repay", programme, number))

    def time_passes(self, programme: int, number: int, yes: bool) -> None:
        self.world.evm.time += DAY if yes else 60

    # ---- the gateway

    @rule(
        order=st.permutations(["till-01", "till-02", "till-03", "till-04"]),
        back=st.integers(0, 3),
        withheld=st.integers(0, 4),
    )
    def settle(self, order: list[str], back: int, withheld: int) -> None:
        parts = [self.part(self.world.tills[name], back, withheld) for name in order]
        self.send(*[part for part in parts if part])

    @rule(till=honest, holder=st.sampled_from(EVERYBODY), programme=programmes, back=st.integers(0, 3))
    def approve_and_settle(self, till: str, holder: str, programme: int, back: int) -> None:
        """All that is free, handed in with some of what stood there already."""
        for part in (4, 10):
            self.counters[till].approve(holder, programme, part, self.world.evm.time)
        segment = self.part(self.world.tills[till], back, 0)
        if segment:
            self.send(segment)

    @rule(till=anyone, cuts=st.lists(st.tuples(st.integers(1, 30), st.integers(1, 6)), min_size=1, max_size=4))
    def settle_in_pieces(self, till: str, cuts: list[tuple[int, int]]) -> None:
        """Pieces of one journal in any order: repeated, overlapping, with gaps."""
        journal = self.world.tills[till]
        cursor = self.world.contract.view("terminal", journal.address).sequence
        ends = [(cursor + first - 3, cursor + first - 4 + length) for first, length in cuts]
        self.send(*[journal.segment(first, last) for first, last in ends if 1 <= first <= last <= journal.sequence])

    def part(self, till: Till, back: int, withheld: int) -> Segment | None:
        return till.after(self.world.contract.view("terminal", till.address).sequence, back, withheld)

    def send(self, *segments: Segment) -> Receipt:
        """Settle; the honest see that nothing approved was rejected, and what the cheats got is counted."""
        receipt = self.world.settle(*segments)
        for counter in self.counters.values():
            counter.hear(receipt)
        self.cheat.hear(receipt)
        return receipt

    # ---- what always holds

    @invariant()
    def what_is_settled_is_paid_to_the_cent(self) -> None:
        for counter in self.counters.values():
            settled = self.world.contract.view("terminal", counter.till.address).sequence
            assert self.received(counter.shop) - self.owed(counter.shop) == counter.earned(settled)

    @invariant()
    def the_cheats_take_their_slices_and_what_days_allow_at_most(self) -> None:
        days = (self.world.evm.time + 900) // DAY - (NOW // DAY - 7) + 1
        scanned = {address(holder) for holder in SCANNED}
        for (holder, _), cents in self.cheat.from_budgets.items():
            assert cents <= (min(GRANTED, LIMIT * days) if holder in scanned else 0)
        assert self.cheat.from_slices <= self.cheats_slices
        got = self.cheat.from_slices + sum(self.cheat.from_budgets.values()) - self.cheat.given_to_the_sponsor
        assert self.received(3) + self.received(4) == got

    @invariant()
    def the_money_is_there(self) -> None:
        held = sum(self.world.contract.view("held", programme) for programme in PROGRAMMES)
        assert self.world.euro.view("balanceOf", self.world.contract.address) >= held

    def received(self, shop: int) -> int:
        """A shop's credit and what it was paid out."""
        return self.paid_out[shop] + self.sum_of("credit", shop)

    def owed(self, shop: int) -> int:
        """What its refunds still cost it."""
        return self.sum_of("owed", shop)

    def sum_of(self, name: str, shop: int) -> int:
        """Over the programmes."""
        return sum(int(self.world.contract.view(name, number, shop)) for number in PROGRAMMES)

    def teardown(self) -> None:
        """In the end somebody hands in everything, and everything approved is paid."""
        for counter in self.counters.values():
            part = self.part(counter.till, 0, 0)
            if part:
                self.send(part)
            earned = counter.earned(counter.till.sequence)
            assert self.received(counter.shop) - self.owed(counter.shop) == earned
            approved = {entry.sequence for entry in counter.entries if entry.kind is EntryKind.PAYMENT}
            assert not approved & counter.rejected


TestMarket = Market.TestCase
TestMarket.settings = settings(
    max_examples=30, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
