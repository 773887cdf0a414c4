"""What a pass may still spend: the snapshot's budget, less what this terminal took since, as the contract counts it.

It counts in the order of the journal: what an entry takes from the budget is spent on the entry's own day, or on the
budget's day where that is later; and it marks the counter of a phone's code in a window of 64.
"""

from dataclasses import replace

from contracts.wire.units import Address, Cents, Timestamp
from terminal.core.facts import Budget, OpenEntry
from terminal.core.state import Knowledge

DAY_SECONDS = 86_400
COUNTERS = 64
"""How far below the highest counter a phone's code can still be unused."""


def day_of(time: Timestamp) -> int:
    """The day, by UTC, counted from 1970."""
    return time // DAY_SECONDS


def net(knowledge: Knowledge, pass_address: Address, budgets: tuple[Budget, ...]) -> tuple[Budget, ...]:
    """The snapshot's budgets of this pass, less what this terminal took since the snapshot. Asks count as taken."""
    own = [e for e in knowledge.entries if e.pass_address == pass_address and e.sequence > knowledge.snapshot_sequence]
    return tuple(_less(budget, [entry for entry in own if entry.programme == budget.programme]) for budget in budgets)


def spent_on(budget: Budget, day: int) -> Cents:
    """What counts as spent when something is bought on that day, in cents."""
    return budget.today if day <= budget.day else Cents(0)


def is_used(budget: Budget, counter: int) -> bool:
    """Whether the phone's code with this counter was used, or is so old that it counts as used."""
    behind = budget.counter - counter
    return behind >= COUNTERS or (behind >= 0 and budget.window >> behind & 1 == 1)


def _less(budget: Budget, entries: list[OpenEntry]) -> Budget:
    for entry in entries:
        day = day_of(entry.time)
        budget = replace(
            _mark(budget, entry.counter),
            left=Cents(max(0, budget.left - entry.amount)),
            today=Cents(spent_on(budget, day) + entry.amount),
            day=max(day, budget.day),
        )
    return budget


def _mark(budget: Budget, counter: int | None) -> Budget:
    """The budget with the counter used, unless it was so before."""
    if counter is None or is_used(budget, counter):
        return budget
    ahead = counter - budget.counter
    if ahead <= 0:
        return replace(budget, window=budget.window | 1 << -ahead)
    kept = budget.window << ahead if ahead < COUNTERS else 0  # a shift by four thousand million would fill the memory
    return replace(budget, counter=counter, window=(kept | 1) % (1 << COUNTERS))
