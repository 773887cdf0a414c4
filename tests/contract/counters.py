"""Both sorts of terminals: one that keeps to what it promised, and one that keeps to nothing."""

import os
from collections import defaultdict

from contracts.wire.entry import EntryKind, Refund, Retire, unpack
from contracts.wire.reasons import Reason
from contracts.wire.units import Cents, Timestamp
from terminal.core.approve import free
from terminal.core.facts import Checkpoint, OpenEntry, Slice
from terminal.core.state import Knowledge
from tests.contract.called import Event, Receipt, Reverted
from tests.contract.journals import Till, address, code
from tests.contract.world import World

PROGRAMMES = (1, 2)
FLOOR = 1_500
BIGGEST = 2 * FLOOR
"""Twice the floor limit: what keeps a sale from the budget must not keep it from being paid."""


class Counter:
    """A terminal that keeps to free(b): its journal, and what it knows of the chain. It believes any gateway."""

    def __init__(self, world: World, till: Till, shop: int) -> None:
        self.world = world
        self.till = till
        self.shop = shop
        self.entries: list[OpenEntry] = []
        self.refunds: dict[int, tuple[int, int]] = {}
        """Its sequence: of which sale, how much."""
        self.rejected: set[int] = set()
        """Asks, and refunds that another shop's refunds left no room for."""
        self.phone_codes = 0
        self.checkpoints = [self.read_checkpoint()]
        self.known = self.checkpoints[0]

    def approve(self, holder: str, programme: int, part: int, time: int, *, by_phone: bool = False) -> None:
        """Approve a part of what is free, in tenths; nothing when nothing is free."""
        knowledge = Knowledge(sequence=self.till.sequence, entries=tuple(self.entries), checkpoint=self.known)
        amount = min(free(knowledge, programme) * part // 10, BIGGEST)
        if amount <= 0:
            return
        if by_phone:
            self.phone_codes += 1
            delegation = code(amount, self.phone_codes, programme, time + 600)
            self._note(self.till.phone(holder, amount, delegation, time), holder, programme, amount)
        else:
            self._note(self.till.pay(holder, amount, programme, time), holder, programme, amount)

    def ask(self, holder: str, programme: int, amount: int) -> None:
        """Leave it to the contract."""
        now = self.world.evm.time
        sequence = self.till.ask(holder, amount, programme, now, now + 120)
        self._note(sequence, holder, programme, amount, EntryKind.ASK)

    def refund(self, place: int, part: int) -> None:
        """Give back some of a sale, in tenths; never more of it than it was, nor of one that was not paid."""
        sales = [entry for entry in self.entries if self._left(entry) and not self._is_open_ask(entry)]
        if not sales:
            return
        sale = sales[place % len(sales)]
        amount = max(1, self._left(sale) * part // 10)
        holder = next(name for name in EVERYBODY if address(name) == sale.pass_address)
        self.refunds[self.till.refund(holder, amount, sale.sequence, sale.programme)] = (sale.sequence, amount)

    def learn(self, age: int) -> None:
        """Of a final block, of now or of some time ago: chains and networks lag."""
        self.checkpoints.append(self.read_checkpoint())
        self.known = self.checkpoints[max(0, len(self.checkpoints) - 1 - age)]

    def read_checkpoint(self) -> Checkpoint:
        """What the contract says now, by its one view call."""
        answer = self.world.contract.view("checkpoint", self.till.address, list(PROGRAMMES))
        slices = tuple(Slice(number, Cents(left)) for number, left in zip(PROGRAMMES, answer.slices, strict=True))
        block, time = answer.block_number, Timestamp(answer.block_time)
        return Checkpoint(block, time, answer.shop, answer.sequence, slices, answer.ask_sequence, answer.ask_reason)

    def hear(self, receipt: Receipt) -> None:
        """No approved payment is rejected. An ask may be, and so may a refund whose pass was paid back by others."""
        kinds = {entry.sequence: entry.kind for entry in self.entries}
        for event in receipt.named("Rejected"):
            if event.terminal == "0x" + self.till.address.hex():
                is_refund = event.sequence in self.refunds and event.reason == Reason.REFUND_TOO_MUCH
                is_ask = kinds.get(event.sequence) is EntryKind.ASK and Reason(event.reason).name.startswith("ASK_")
                assert is_refund or is_ask, (event.sequence, Reason(event.reason))
                self.rejected.add(event.sequence)

    def earned(self, last: int) -> int:
        """Cents that its sales brought up to a sequence, less what it gave back."""
        counted = set(range(1, last + 1)) - self.rejected
        sales = sum(entry.amount for entry in self.entries if entry.sequence in counted)
        return sales - sum(amount for sequence, (_, amount) in self.refunds.items() if sequence in counted)

    def _note(
        self, sequence: int, holder: str, programme: int, amount: int, kind: EntryKind = EntryKind.PAYMENT
    ) -> None:
        now = Timestamp(self.world.evm.time)
        self.entries.append(OpenEntry(sequence, address(holder), programme, Cents(amount), now, now, kind))

    def _left(self, sale: OpenEntry) -> int:
        """What can still be given back of a sale."""
        if sale.sequence in self.rejected:
            return 0
        return sale.amount - sum(amount for sequence, amount in self.refunds.values() if sequence == sale.sequence)

    def _is_open_ask(self, entry: OpenEntry) -> bool:
        settled = self.world.contract.view("terminal", self.till.address).sequence
        return entry.is_ask and bool(entry.sequence > settled)


def set_aside(world: World, holder: str, amount: int, programme: int, shop: int, until: int) -> bool:
    """Whether the contract takes this order of a pass, which is like none before."""
    number = int.from_bytes(os.urandom(8))
    order = world.order(holder, amount, programme=programme, shop=shop, until=until, number=number)
    try:
        world("set_aside", *order, sender="anybody")
    except Reverted:
        return False
    return True


SCANNED = ("family-01", "family-02")
"""Passes whose codes the cheat has read."""
UNSEEN = ("family-03", "family-04")
STRANGERS = ("family-98",)
EVERYBODY = (*SCANNED, *UNSEEN, *STRANGERS)


class Cheat:
    """Two tills of two shops that work together, with the codes of some passes, keeping to nothing."""

    def __init__(self, world: World, tills: tuple[Till, Till], shops: tuple[int, int]) -> None:
        self.world = world
        self.tills = tills
        self.shops = shops
        self.from_slices = 0
        self.given_to_the_sponsor = 0
        self.from_budgets: defaultdict[tuple[bytes, int], int] = defaultdict(int)
        """By pass and programme, less what went back there."""

    def hear(self, receipt: Receipt) -> None:
        """Count what they got. From a budget a till takes by itself nothing above the floor limit."""
        for till in self.tills:
            who = "0x" + till.address.hex()
            judged = {e.sequence: e for e in receipt.named("Drawn", "Rejected", "AskPaid") if e.terminal == who}
            for settled in receipt.named("Settled"):
                if settled.terminal == who:
                    for sequence in range(settled.first, settled.last + 1):
                        self._count(till, sequence, judged.get(sequence))
        for event in receipt.named("Repaid"):
            if event.shop in self.shops:
                self.given_to_the_sponsor += event.to_reserve
                self.from_budgets[bytes.fromhex(event.pass_address[2:]), event.programme] -= event.to_budget

    def _count(self, till: Till, sequence: int, judged: Event | None) -> None:
        signed = unpack(till.entries[sequence - 1])
        if signed is None or isinstance(signed.content, Refund | Retire) or (judged and judged.kind == "Rejected"):
            return
        content = signed.content
        from_slice = judged.from_slice if judged and judged.kind == "Drawn" else 0
        assert judged or content.amount <= FLOOR
        self.from_slices += from_slice
        holder = signed.signer(self.world.domain, till.address, sequence)
        if content.amount > from_slice:
            assert holder is not None
            self.from_budgets[holder, content.programme] += content.amount - from_slice

    def do(self, kind: str, which: int, holder: str, programme: int, amount: int, clock: int) -> None:
        """Put something in a journal."""
        till, now = self.tills[which], self.world.evm.time
        time = max(0, now + clock)
        if kind == "anything":
            till.pay(holder, amount, programme, time)
        elif kind == "empty":
            self._empty(till, holder, programme, amount)
        elif kind == "draw":
            for _ in range(4):
                till.pay(STRANGERS[0], FLOOR, programme, now)
        elif kind == "ask":
            till.ask(holder, amount, programme, time, 2**40 - 1)
        elif kind == "order":
            set_aside(self.world, holder, amount, programme, self.shops[which], now + 86_400)
            till.ask(holder, amount, programme, time, 2**40 - 1)
        elif kind == "phone":
            till.phone(holder, amount, code(amount, amount % 70, programme, 2**40 - 1), time)
        elif kind == "refund":  # so that the pass can be charged again
            other = self.tills[1 - which]
            till.refund(holder, amount, max(1, till.sequence), programme)
            other.pay(holder, min(amount, FLOOR), programme, now)
        else:  # it has seen a payment of this pass at another shop, and puts that signature under its own amount
            forged = till.payment(UNSEEN[0], 1000, programme, now)
            till.append(forged[:6] + amount.to_bytes(4) + forged[10:])

    def _empty(self, till: Till, holder: str, programme: int, amount: int) -> None:
        """Day by day, as if it had sold all month, up to the limits and beyond."""
        for day in (*range(-12, 1), 1):
            for part in (FLOOR, amount % FLOOR + 1, FLOOR + 1):
                till.pay(holder, part, programme, self.world.evm.time + day * 86_400)
