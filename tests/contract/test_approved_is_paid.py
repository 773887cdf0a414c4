"""The proof of the promise: what a terminal approves within free(b) is paid, whatever everybody else does.

free(b) is the terminal's own (`terminal.core.approve`). Against it stand: other terminals, one of which keeps to
nothing; the sponsor, who pauses, blocks, excludes, shortens, withdraws (but does not revoke); a gateway that invents
budgets, so that terminals approve anything within free(b), and that withholds, splits, repeats and reorders journals.
"""

from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from contracts.wire.batch import Segment
from contracts.wire.entry import unpack
from contracts.wire.reasons import Reason
from contracts.wire.units import Cents, Timestamp
from terminal.core.approve import free
from terminal.core.facts import Checkpoint, OpenEntry, Slice
from terminal.core.state import Knowledge
from tests.contract.evm import Receipt
from tests.contract.world import BEGINS, ENDS, NOW, OFFLINE_WINDOW, Till, World, address

PROGRAMMES = (1, 2)
SCANNED = ("family-01", "family-02")
"""Passes whose codes the cheat has read."""
UNSEEN = ("family-03", "family-04")
STRANGERS = ("family-98",)
FLOOR = 1500
SLICE = 2500
GRANTED = 4000
SPONSOR_ACTIONS = [
    "pause",
    "block",
    "exclude",
    "change_the_period",
    "withdraw",
    "raise_slice",
    "pay_out",
    "time_passes",
]
EVERYBODY = (*SCANNED, *UNSEEN, *STRANGERS)

honest = st.sampled_from(["till-01", "till-02"])
anyone = st.sampled_from(["till-01", "till-02", "till-03"])
programmes = st.sampled_from(PROGRAMMES)
clocks = st.sampled_from([0, 0, 0, 901, -86_400 * 365, 86_400 * 365, -NOW])
"""Seconds from the chain's time that an entry's clock is off."""


class Counter:
    """A terminal that keeps to free(b): its journal, and what it knows of the chain."""

    def __init__(self, world: World, till: Till, shop: int) -> None:
        self.world = world
        self.till = till
        self.shop = shop
        self.entries: list[OpenEntry] = []
        self.checkpoints: list[Checkpoint] = []
        self.known: Checkpoint | None = None

    def approve(self, holder: str, programme: int, part: int, time: int) -> None:
        """Approve a part of what is free, in tenths; nothing when nothing is free."""
        knowledge = Knowledge(sequence=self.till.sequence, entries=tuple(self.entries), checkpoint=self.known)
        amount = min(free(knowledge, programme) * part // 10, 2 * FLOOR)
        if amount > 0:
            sequence = self.till.pay(holder, amount, programme, time)
            self.entries.append(
                OpenEntry(sequence, address(holder), programme, Cents(amount), Timestamp(self.world.evm.time))
            )

    def read_checkpoint(self) -> Checkpoint:
        """What the contract says now, by its one view call."""
        answer = self.world.contract.view("checkpoint", self.till.address, list(PROGRAMMES))
        slices = tuple(Slice(number, Cents(left)) for number, left in zip(PROGRAMMES, answer.slices, strict=True))
        return Checkpoint(answer.block_number, Timestamp(answer.block_time), answer.shop, answer.sequence, slices)

    def approved(self, last: int) -> int:
        """Cents approved up to a sequence."""
        return sum(entry.amount for entry in self.entries if entry.sequence <= last)


class Market(RuleBasedStateMachine):
    """Two honest tills of two shops, the cheat's till of a third, four passes, two programmes."""

    def __init__(self) -> None:
        super().__init__()
        self.world = world = World(funds=40_000, slice_cents=0)
        world.create_programme("sponsor-01", funds=40_000)
        for name in ("shop-02", "shop-03"):
            world.new_shop(name)
        for shop in (1, 2, 3):
            world("admit_shop", 2, shop, True)
        world.new_till("till-02", 2)
        self.cheats = world.new_till("till-03", 3)
        self.counters = {
            name: Counter(world, world.tills[name], shop) for name, shop in (("till-01", 1), ("till-02", 2))
        }
        self.paid_out = dict.fromkeys((1, 2, 3), 0)
        self.cheats_slices = 0
        for programme in PROGRAMMES:
            world("set_programme", programme, BEGINS, ENDS, FLOOR, OFFLINE_WINDOW)
            for number in range(len(world.tills)):
                self.raise_slice(programme, number, yes=True, cents=SLICE)
            for holder in (*SCANNED, *UNSEEN):
                world.grant(holder, GRANTED, programme)
        for counter in self.counters.values():
            counter.known = counter.read_checkpoint()

    # ---- the terminals

    @rule(till=honest, age=st.integers(0, 3))
    def learn_of_a_final_block(self, till: str, age: int) -> None:
        """Of now, or of some time ago: chains and networks lag."""
        counter = self.counters[till]
        counter.checkpoints.append(counter.read_checkpoint())
        counter.known = counter.checkpoints[max(0, len(counter.checkpoints) - 1 - age)]

    @rule(till=honest, holder=st.sampled_from(EVERYBODY), programme=programmes, part=st.integers(1, 10), clock=clocks)
    def approve(self, till: str, holder: str, programme: int, part: int, clock: int) -> None:
        self.counters[till].approve(holder, programme, part, self.world.evm.time + clock)

    @rule(till=honest, holder=st.sampled_from(SCANNED), programme=programmes, part=st.sampled_from([3, 10]))
    def sell_until_nothing_is_free(self, till: str, holder: str, programme: int, part: int) -> None:
        for _ in range(4):
            self.counters[till].approve(holder, programme, part, self.world.evm.time)

    @rule(
        kind=st.sampled_from(["anything", "empty", "forge"]),
        holder=st.sampled_from((*SCANNED, *STRANGERS)),
        programme=programmes,
        amount=st.integers(1, 6000),
        clock=clocks,
    )
    def cheat(self, kind: str, holder: str, programme: int, amount: int, clock: int) -> None:
        time = self.world.evm.time
        if kind == "anything":
            self.cheats.pay(holder, amount, programme, time + clock)
        elif kind == "empty":
            for _ in range(4):
                self.cheats.pay(holder, min(amount, FLOOR), programme, time)
        else:  # it has seen a payment of this pass at another shop, and puts that signature under its own amount
            forged = self.cheats.payment(UNSEEN[0], 1000, programme, time)
            self.cheats.append(forged[:6] + amount.to_bytes(4) + forged[10:])

    # ---- the sponsor

    @rule(action=st.sampled_from(SPONSOR_ACTIONS), programme=programmes, number=st.integers(0, 2), yes=st.booleans())
    def the_sponsor_acts(self, action: str, programme: int, number: int, yes: bool) -> None:
        getattr(self, action)(programme, number, yes)

    def pause(self, programme: int, number: int, yes: bool) -> None:
        self.world("set_paused", programme, yes)

    def block(self, programme: int, number: int, yes: bool) -> None:
        self.world("set_pass_blocked", programme, address((SCANNED + UNSEEN)[number]), yes)

    def exclude(self, programme: int, number: int, yes: bool) -> None:
        self.world("admit_shop", programme, number + 1, yes)

    def change_the_period(self, programme: int, number: int, yes: bool) -> None:
        period = ((BEGINS, ENDS), (BEGINS, BEGINS + 1), (ENDS, ENDS))[number]
        self.world("set_programme", programme, *period, FLOOR, OFFLINE_WINDOW)

    def withdraw(self, programme: int, number: int, yes: bool) -> None:
        """All that is free."""
        self.world("withdraw", programme, self.world.contract.view("reserve", programme))

    def raise_slice(self, programme: int, number: int, yes: bool, cents: int = 400) -> None:
        till = list(self.world.tills.values())[number]
        if self.world.contract.view("reserve", programme) >= cents:
            self.world("raise_slice", programme, till.address, cents)
            self.cheats_slices += cents * (till is self.cheats)

    def pay_out(self, programme: int, number: int, yes: bool) -> None:
        shop = number + 1
        credit = self.world.contract.view("credit", programme, shop)
        if credit:
            self.world("pay_out", shop, programme)
            self.paid_out[shop] += credit

    def time_passes(self, programme: int, number: int, yes: bool) -> None:
        self.world.evm.time += 86_400 if yes else 60

    # ---- the gateway

    @rule(order=st.permutations(["till-01", "till-02", "till-03"]), back=st.integers(0, 3), withheld=st.integers(0, 4))
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

    @rule(till=honest, place=st.integers(0, 1000))
    def spoil_a_byte(self, till: str, place: int) -> None:
        part = self.part(self.world.tills[till], 0, 0)
        if part:
            body = bytearray(part.entries[0])
            body[place % len(body)] ^= 1
            spoilt = Segment(
                part.terminal, part.first, part.previous_head, (bytes(body), *part.entries[1:]), part.signature
            )
            assert not self.send(spoilt).named("Settled")

    def part(self, till: Till, back: int, withheld: int) -> Segment | None:
        """What is new of a journal, with some that is not, without some of the last."""
        cursor = self.world.contract.view("terminal", till.address).sequence
        last = max(till.sequence - withheld, min(cursor + 1, till.sequence))
        return till.segment(max(1, cursor + 1 - back), last) if last > cursor else None

    def send(self, *segments: Segment) -> Receipt:
        """Settle, and see that no honest terminal had an approved payment rejected."""
        receipt = self.world.settle(*segments)
        tills = {"0x" + counter.till.address.hex() for counter in self.counters.values()}
        rejected = [
            (event.sequence, Reason(event.reason)) for event in receipt.named("Rejected") if event.terminal in tills
        ]
        assert rejected == []
        self.see_what_the_cheat_got(receipt)
        return receipt

    def see_what_the_cheat_got(self, receipt: Receipt) -> None:
        """From a budget it gets nothing above the floor limit, and nothing of a pass that it has not scanned."""
        who = "0x" + self.cheats.address.hex()
        judged = {e.sequence: e for e in receipt.named("Drawn", "Rejected") if e.terminal == who}
        for settled in receipt.named("Settled"):
            if settled.terminal == who:
                for sequence in range(settled.first, settled.last + 1):
                    assert sequence in judged or unpack_amount(self.cheats, sequence) <= FLOOR
        unseen = {"0x" + address(holder).hex() for holder in UNSEEN}
        assert not [event for event in judged.values() if event.kind == "Drawn" and event.pass_address in unseen]

    # ---- what always holds

    @invariant()
    def what_is_settled_is_paid_to_the_cent(self) -> None:
        for counter in self.counters.values():
            settled = self.world.contract.view("terminal", counter.till.address).sequence
            assert self.received(counter.shop) == counter.approved(settled)

    @invariant()
    def the_cheat_takes_its_slice_and_what_its_passes_hold_at_most(self) -> None:
        budgets = [
            self.world.contract.view("budget", programme, address(holder))
            for programme in PROGRAMMES
            for holder in SCANNED
        ]
        assert all(budget.left + budget.spent == GRANTED for budget in budgets)
        assert self.received(3) <= self.cheats_slices + sum(budget.spent for budget in budgets)

    @invariant()
    def the_money_is_there(self) -> None:
        held = sum(self.world.contract.view("held", programme) for programme in PROGRAMMES)
        assert self.world.euro.view("balanceOf", self.world.contract.address) >= held

    def received(self, shop: int) -> int:
        """A shop's credit and what it was paid out."""
        parts = (int(self.world.contract.view("credit", number, shop)) for number in PROGRAMMES)
        return self.paid_out[shop] + sum(parts)

    def teardown(self) -> None:
        """In the end somebody hands in everything, and everything approved is paid."""
        for counter in self.counters.values():
            part = self.part(counter.till, 0, 0)
            if part:
                self.send(part)
            assert self.received(counter.shop) == counter.approved(counter.till.sequence)


def unpack_amount(till: Till, sequence: int) -> int:
    """The cents of a payment in a journal."""
    signed: Any = unpack(till.entries[sequence - 1])
    return int(signed.payment.amount)


TestMarket = Market.TestCase
TestMarket.settings = settings(
    max_examples=30, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
