"""What `settle` does, entry by entry. It answers with the events that the contract must log."""

from collections.abc import Iterable, Iterator

from contracts.wire import entry as wire_entry
from contracts.wire import journal
from contracts.wire.batch import Segment
from contracts.wire.entry import Ask, Content, PhoneAsk, Refund, Retire, Sale
from contracts.wire.reasons import ASK, Reason
from contracts.wire.units import Address
from tests.contract.model.refunds import Refunds
from tests.contract.model.rules import Case
from tests.contract.model.state import NOBODY, U32, Budget, Event, Programme, Terminal


class Judging(Refunds):
    """Journals come in."""

    def settle(self, segments: Iterable[Segment]) -> list[Event]:
        """Judge these segments in order."""
        return [event for segment in segments for event in self._settle_one(segment)]

    def _settle_one(self, segment: Segment) -> Iterator[Event]:
        refusal = self._refusal(segment)
        if refusal:
            yield ("SegmentRefused", segment.terminal, segment.first, refusal)
            return
        terminal = self.terminals[segment.terminal]
        first = terminal.sequence + 1
        running = 0
        for sequence in range(first, segment.last + 1):
            packed = segment.entries[sequence - segment.first]
            signed = wire_entry.unpack(packed)
            rejection = self._unreadable(terminal, signed)
            if rejection or signed is None:
                yield ("Rejected", segment.terminal, sequence, rejection)
            elif isinstance(signed.content, Retire):
                terminal.retired = True
                yield ("TerminalRetired", segment.terminal, sequence)
            else:
                if running != signed.content.programme:
                    yield from self._serve(running, terminal.shop)
                running = signed.content.programme
                yield from self._judge(segment.terminal, sequence, signed)
        yield from self._serve(running, terminal.shop)
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

    def _unreadable(self, terminal: Terminal, signed: wire_entry.Signed | None) -> Reason | None:
        if signed is None:
            return Reason.FORM
        return Reason.TERMINAL_RETIRED if terminal.retired else None

    def _judge(self, who: Address, sequence: int, signed: wire_entry.Signed) -> Iterator[Event]:
        content: Content = signed.content
        if isinstance(content, Retire):
            return
        programme = self.programmes.get(content.programme, Programme())
        if isinstance(content, Refund):
            yield from self._refund(programme, who, sequence, content)
            return
        holder = signed.signer(self.domain, who, sequence)
        budget = programme.budget(holder) if holder else Budget()
        shop = self.terminals[who].shop
        ordered = isinstance(content, Ask | PhoneAsk) and programme.is_ready(
            shop, holder or NOBODY, content.amount, self.now
        )
        case = Case(content, programme, budget, shop, self.now, ordered)
        reason = self._unpayable(case, who, holder)
        if case.is_ask:
            yield from self._ask(case, who, sequence, holder, reason)
        elif reason or holder is None:
            yield ("Rejected", who, sequence, reason)
        else:
            yield from self._pay(case, who, sequence, holder)

    def _unpayable(self, case: Case, who: Address, holder: Address | None) -> Reason | None:
        if holder is None:
            return Reason.SIGNATURE
        if case.content.amount == 0:
            return Reason.AMOUNT_ZERO
        return Reason.TERMINAL_REVOKED if case.programme.slice_of(who).revoked else None

    def _pay(self, case: Case, who: Address, sequence: int, holder: Address) -> Iterator[Event]:
        """From the budget when it is plainly valid, else from the slice, else not at all."""
        broken = case.broken()
        programme, budget, amount = case.programme, case.budget, case.content.amount
        covered = budget.left if broken == [Reason.BUDGET_SHORT] else 0 if broken else amount
        taken = min(budget.left, amount)
        need = amount - covered
        if programme.slice_of(who).left < need:
            yield ("Rejected", who, sequence, Reason.SLICE_SHORT)
            return
        programme.slice_of(who).left -= need
        programme.reserve += taken - covered if broken else 0
        budget.drawn = min(budget.drawn + amount - taken, U32)
        self._take(case, holder, taken)
        if broken:
            numbers = (sequence, amount, need, taken)
            yield ("Drawn", who, case.content.programme, holder, *numbers, broken[0])

    def _ask(
        self, case: Case, who: Address, sequence: int, holder: Address | None, unpayable: Reason | None
    ) -> Iterator[Event]:
        """From the budget when it is plainly valid now, else not at all."""
        reason: int = unpayable or 0
        if not reason:
            late = self.now > getattr(case.content, "deadline", 0)
            broken = case.broken()
            reason = Reason.ASK_TOO_LATE if late else ASK + broken[0] if broken else 0
        self.terminals[who].ask = (sequence, reason)
        if reason or holder is None:
            yield ("Rejected", who, sequence, reason)
            return
        self._take(case, holder, case.content.amount)
        numbers = (sequence, case.content.amount, case.content.amount if case.ordered else 0)
        yield ("AskPaid", who, case.content.programme, holder, *numbers)

    def _take(self, case: Case, holder: Address, taken: int) -> None:
        """The shop is credited all of it; of the budget goes what it holds, or what was set aside."""
        budget, content = case.budget, case.content
        if case.ordered:
            del case.programme.orders[case.shop, holder]
            budget.spent = min(budget.spent + taken, U32 - budget.left)
        else:
            spend(budget, taken, case.day)
        use_code(budget, content)
        case.programme.budgets[holder] = budget
        account = case.programme.account(case.shop)
        account.credit += content.amount
        account.taken += content.amount


def spend(budget: Budget, taken: int, day: int) -> None:
    """Out of what is left, on that day."""
    budget.today = min(budget.spent_on(day) + taken, U32)
    budget.day = day
    budget.left -= taken
    budget.spent += taken


def use_code(budget: Budget, content: Sale) -> None:
    """A phone's code counts as used."""
    if isinstance(content, wire_entry.PhonePayment | wire_entry.PhoneAsk) and budget.is_unused(
        content.delegation.counter
    ):
        budget.use(content.delegation.counter)
