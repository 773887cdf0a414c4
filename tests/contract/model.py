"""The contract in plain Python: what it must do, with no slots, no bytes and no gas in the way.

Written from the rules, not from the source. `Ledger.settle` answers with the events that the contract must log.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from contracts.wire import entry as wire_entry
from contracts.wire import journal
from contracts.wire.batch import Segment
from contracts.wire.reasons import Reason
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address

CLOCK_TOLERANCE = 900
Event = tuple[object, ...]


@dataclass
class Budget:
    """What a pass has in a programme, in cents."""

    left: int = 0
    spent: int = 0
    drawn: int = 0
    blocked: bool = False
    known: bool = False


@dataclass
class Programme:
    """A programme's rules and all of its money, in cents."""

    begins: int
    ends: int
    floor_limit: int
    reserve: int = 0
    held: int = 0
    paused: bool = False
    admitted: set[int] = field(default_factory=set)
    revoked: set[Address] = field(default_factory=set)
    budgets: dict[Address, Budget] = field(default_factory=dict)
    slices: dict[Address, int] = field(default_factory=dict)
    credits: dict[int, int] = field(default_factory=dict)

    def promised(self) -> int:
        """What it holds, counted by what it is for."""
        budgets = sum(budget.left for budget in self.budgets.values())
        return self.reserve + budgets + sum(self.slices.values()) + sum(self.credits.values())


@dataclass
class Terminal:
    """How far a journal is settled."""

    shop: int
    head: bytes
    sequence: int = 0


@dataclass
class Ledger:
    """All that the contract knows."""

    domain: Domain
    now: int
    programmes: dict[int, Programme] = field(default_factory=dict)
    terminals: dict[Address, Terminal] = field(default_factory=dict)

    def settle(self, segments: Iterable[Segment]) -> list[Event]:
        """Judge these segments in order; the events that the contract logs."""
        return [event for segment in segments for event in self._settle_one(segment)]

    def _settle_one(self, segment: Segment) -> Iterator[Event]:
        refusal = self._refusal(segment)
        if refusal:
            yield ("SegmentRefused", segment.terminal, segment.first, refusal)
            return
        terminal = self.terminals[segment.terminal]
        first = terminal.sequence + 1
        for sequence in range(first, segment.last + 1):
            yield from self._judge(segment, terminal.shop, sequence, segment.entries[sequence - segment.first])
        terminal.sequence, terminal.head = segment.last, journal.kept(segment.head())
        yield ("Settled", segment.terminal, first, segment.last, terminal.head)

    def _refusal(self, segment: Segment) -> Reason | None:
        terminal = self.terminals.get(segment.terminal)
        if terminal is None:
            return Reason.TERMINAL_UNKNOWN
        if segment.last <= terminal.sequence:
            return Reason.NOTHING_NEW
        if segment.first > terminal.sequence + 1:
            return Reason.GAP
        if not segment.is_signed(self.domain):
            return Reason.JOURNAL_SIGNATURE
        settled_part = segment.entries[: terminal.sequence - segment.first + 1]
        passes = journal.kept(journal.advance_all(segment.previous_head, settled_part)) == terminal.head
        return None if passes else Reason.FORK

    def _judge(self, segment: Segment, shop: int, sequence: int, packed: bytes) -> Iterator[Event]:
        signed = wire_entry.unpack(packed)
        who = signed.signer(self.domain, segment.terminal, sequence) if signed else None
        if signed is None:
            yield ("Rejected", segment.terminal, sequence, Reason.FORM)
        elif who is None:
            yield ("Rejected", segment.terminal, sequence, Reason.SIGNATURE)
        elif signed.payment.amount == 0:
            yield ("Rejected", segment.terminal, sequence, Reason.AMOUNT_ZERO)
        elif signed.payment.programme not in self.programmes:
            yield ("Rejected", segment.terminal, sequence, Reason.SLICE_SHORT)
        else:
            yield from self._pay(segment.terminal, shop, sequence, signed.payment, who)

    def _pay(
        self, terminal: Address, shop: int, sequence: int, payment: wire_entry.Payment, who: Address
    ) -> Iterator[Event]:
        programme = self.programmes[payment.programme]
        budget = programme.budgets.get(who, Budget())
        broken = list(broken_rules(programme, budget, shop, payment, self.now))
        covered = budget.left if broken == [Reason.BUDGET_SHORT] else 0 if broken else payment.amount
        taken = min(budget.left, payment.amount)
        need = payment.amount - covered
        if terminal in programme.revoked:
            yield ("Rejected", terminal, sequence, Reason.TERMINAL_REVOKED)
            return
        if programme.slices.get(terminal, 0) < need:
            yield ("Rejected", terminal, sequence, Reason.SLICE_SHORT)
            return
        budget.left -= taken
        budget.spent += taken
        programme.credits[shop] = programme.credits.get(shop, 0) + payment.amount
        if broken:
            budget.drawn = min(budget.drawn + payment.amount - taken, 2**32 - 1)
            programme.budgets[who] = budget
            programme.slices[terminal] -= need
            programme.reserve += taken - covered
            numbers = (sequence, payment.amount, need, taken)
            yield ("Drawn", terminal, payment.programme, who, *numbers, broken[0])


def broken_rules(
    programme: Programme, budget: Budget, shop: int, payment: wire_entry.Payment, now: int
) -> Iterator[Reason]:
    """The rules that the payment breaks, in the order of the codes."""
    rules = {
        Reason.PASS_UNKNOWN: not budget.known,
        Reason.PASS_BLOCKED: budget.blocked,
        Reason.PROGRAMME_PAUSED: programme.paused,
        Reason.PERIOD_NOT_BEGUN: payment.time < programme.begins,
        Reason.PERIOD_OVER: payment.time > programme.ends,
        Reason.SHOP_NOT_ADMITTED: shop not in programme.admitted,
        Reason.ABOVE_FLOOR_LIMIT: payment.amount > programme.floor_limit,
        Reason.BUDGET_SHORT: payment.amount > budget.left,
        Reason.CLOCK_AHEAD: payment.time > now + CLOCK_TOLERANCE,
    }
    return (reason for reason, is_broken in rules.items() if is_broken)
