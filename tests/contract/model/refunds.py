"""What is given back: at once what the shop's credit covers, the rest out of the credit that comes in next."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from contracts.wire.entry import Refund
from contracts.wire.reasons import Reason
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address
from tests.contract.model.state import U32, Event, Owed, Programme, Shop, Sponsor, Terminal

AT_A_TIME = 16
"""Refunds of a queue that are served at once."""


@dataclass
class Refunds:
    """All that the contract knows, and how refunds move it."""

    domain: Domain
    now: int
    owner: Address
    pending_owner: Address | None = None
    sponsors: dict[int, Sponsor] = field(default_factory=dict)
    programmes: dict[int, Programme] = field(default_factory=dict)
    shops: dict[int, Shop] = field(default_factory=dict)
    terminals: dict[Address, Terminal] = field(default_factory=dict)
    paid: dict[Address, int] = field(default_factory=dict)
    """Cents that left the contract, by who got them."""

    def number_of(self, programme: Programme) -> int:
        """The programme's id."""
        return next(number for number, known in self.programmes.items() if known is programme)

    def _refund(self, programme: Programme, who: Address, sequence: int, refund: Refund) -> Iterator[Event]:
        reason = self._unrefundable(programme, who, sequence, refund)
        if reason:
            yield ("Rejected", who, sequence, reason)
            return
        shop = self.terminals[who].shop
        account = programme.account(shop)
        late, drawn, spent = parts(programme, refund)
        heir = programme.heir(refund.pass_address)
        programme.budgets[refund.pass_address].drawn -= late
        programme.budgets[heir].drawn -= drawn
        programme.budgets[heir].spent -= spent
        account.taken -= refund.amount
        owed = Owed(heir, late + drawn, spent)
        if not account.queue and account.credit:
            yield self._move(programme, shop, owed)
        if owed.amount:
            account.queue.append(owed)
        numbers = (sequence, refund.amount, late + drawn, owed.amount)
        yield ("Refunded", who, refund.programme, heir, *numbers)

    def _unrefundable(self, programme: Programme, who: Address, sequence: int, refund: Refund) -> Reason | None:
        spent = programme.budget(programme.heir(refund.pass_address)).spent
        taken = programme.account(self.terminals[who].shop).taken
        if refund.amount == 0:
            return Reason.AMOUNT_ZERO
        if programme.slice_of(who).revoked:
            return Reason.TERMINAL_REVOKED
        if not self._is_earlier_sale(who, sequence, refund):
            return Reason.REFUND_SALE
        return Reason.REFUND_TOO_MUCH if parts(programme, refund)[2] > spent or refund.amount > taken else None

    def _is_earlier_sale(self, who: Address, sequence: int, refund: Refund) -> bool:
        """Whether the sale that it names is of this shop, and was judged."""
        if refund.terminal == who:
            return 0 < refund.sequence < sequence
        other = self.terminals.get(refund.terminal)
        same_shop = other is not None and other.shop == self.terminals[who].shop
        return other is not None and same_shop and 0 < refund.sequence <= other.sequence

    def _serve(self, number: int, shop: int) -> Iterator[Event]:
        """The queue is paid out of the credit that there is."""
        programme = self.programmes.get(number)
        if programme is None:
            return
        account = programme.account(shop)
        for _ in range(AT_A_TIME):
            if not account.queue or not account.credit:
                return
            yield self._move(programme, shop, account.queue[0])
            if not account.queue[0].amount:
                account.queue.pop(0)

    def _move(self, programme: Programme, shop: int, owed: Owed) -> Event:
        """Money leaves the shop's credit, as far as it goes: first to the reserve, then to the budget."""
        account = programme.account(shop)
        heir = programme.heir(owed.pass_address)
        to_reserve = min(owed.to_reserve, account.credit)
        back = min(owed.to_budget, account.credit - to_reserve)
        to_budget = self._give_back(programme, heir, back)
        owed.to_reserve -= to_reserve
        owed.to_budget -= back
        account.credit -= to_reserve + back
        programme.reserve += to_reserve
        return ("Repaid", self.number_of(programme), shop, heir, to_reserve + back - to_budget, to_budget)

    def _give_back(self, programme: Programme, heir: Address, cents: int) -> int:
        """To the budget, and how much; what it has no room for, or nobody could spend any more, is the sponsor's."""
        budget = programme.budget(heir)
        nobodys = programme.is_over(self.now) or heir in programme.successors
        to_budget = 0 if nobodys else min(cents, U32 - budget.left - budget.spent)
        budget.left += to_budget
        budget.today -= min(budget.today, to_budget)
        programme.reserve += cents - to_budget
        return to_budget


def parts(programme: Programme, refund: Refund) -> tuple[int, int, int]:
    """What the refund repays: late draws of a pass that was replaced, draws, and what was spent; of its successor."""
    heir = programme.heir(refund.pass_address)
    late = min(programme.budget(refund.pass_address).drawn, refund.amount) if heir != refund.pass_address else 0
    drawn = min(programme.budget(heir).drawn, refund.amount - late)
    return late, drawn, refund.amount - late - drawn
