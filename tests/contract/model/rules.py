"""Which rules of a programme a sale breaks, and which entry is rejected before any programme is asked."""

from collections.abc import Iterator
from dataclasses import dataclass

from contracts.wire.entry import Ask, PhoneAsk, PhonePayment, Sale
from contracts.wire.reasons import Reason
from tests.contract.model.state import Budget, Programme, entry_day

CLOCK_TOLERANCE = 900


@dataclass(frozen=True)
class Case:
    """A sale as it is judged: asks by the time of the block, and whatever the floor limit is."""

    content: Sale
    programme: Programme
    budget: Budget
    shop: int
    now: int
    ordered: bool = False
    """It is paid from what was set aside: left and the day were looked at then."""

    @property
    def is_ask(self) -> bool:
        """Whether the slice stays out of it."""
        return isinstance(self.content, Ask | PhoneAsk)

    @property
    def time(self) -> int:
        """When it is taken to have been made."""
        return self.now if self.is_ask else self.content.time

    @property
    def day(self) -> int:
        """The day on which it counts."""
        return entry_day(self.time, self.now, self.budget.day)

    def broken(self) -> list[Reason]:
        """The rules that it breaks, in the order of the codes; none when it is plainly valid."""
        return [reason for reason, is_broken in self._rules() if is_broken]

    def _rules(self) -> Iterator[tuple[Reason, bool]]:
        programme, budget, amount = self.programme, self.budget, self.content.amount
        yield Reason.PASS_UNKNOWN, not budget.known
        yield Reason.PASS_BLOCKED, budget.blocked
        yield Reason.PROGRAMME_PAUSED, programme.paused
        yield Reason.PERIOD_NOT_BEGUN, self.time < programme.begins
        yield Reason.PERIOD_OVER, programme.closed or self.time > programme.ends
        yield Reason.SHOP_NOT_ADMITTED, not programme.admits(self.shop)
        yield Reason.ABOVE_FLOOR_LIMIT, amount > programme.floor_limit and not self.is_ask
        yield Reason.BUDGET_SHORT, amount > budget.left and not self.ordered
        yield Reason.CLOCK_AHEAD, self.time > self.now + CLOCK_TOLERANCE
        over_the_day = budget.spent_on(self.day) + amount > programme.day_limit
        yield Reason.DAY_LIMIT, over_the_day and not self.ordered
        if isinstance(self.content, PhonePayment | PhoneAsk):
            code = self.content.delegation
            yield Reason.PHONE_CODE_EXPIRED, self.time > code.expiry
            yield Reason.PHONE_CODE_CEILING, amount > code.ceiling
            yield Reason.PHONE_CODE_USED, not budget.is_unused(code.counter)
