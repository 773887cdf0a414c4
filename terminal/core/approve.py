"""Whether this terminal approves a payment by itself (design: "Approving"). Why approved is paid:

At a checkpoint of final block b, free(b) = the slice there - the sum of this terminal's payments after the sequence
there. Slices only grow, and the contract pays an entry from the slice when the budget or a rule fails it. So whoever
approves only within free(b) is paid, whatever budgets, rules, sponsors, gateways and other terminals do meanwhile.
The snapshot decides only which sales come from the budget; a lie there costs the slice, never the shop.

What fails is named from the widest to the narrowest: the terminal (no sale can be made), the pass, the programme, the
amount (another one may do). So the shopkeeper never sends a customer to the municipality for what a network cable
would cure, and never types an amount for nothing: a scan is judged for one cent, as what refuses a cent refuses all.
"""

from contracts.wire.reasons import Reason
from contracts.wire.units import Address, Cents, Timestamp
from terminal.core.facts import Budget, Checkpoint, OpenEntry, Programme
from terminal.core.moment import Moment
from terminal.core.state import Knowledge, Scanned

WAITING_MAX = 75
"""Entries that the chain has not settled for certain; with so many waiting, nothing more is approved."""

AGAIN_SECONDS = 300
"""The same pass, programme and amount within this time is asked about before it is charged."""

ONE_CENT = Cents(1)
_NO_PROGRAMME = (
    0  # ids count from 1: judged for a pass without any budget, so that the terminal's own trouble comes first
)


def judge(knowledge: Knowledge, scanned: Scanned, programme: int, amount: Cents, moment: Moment) -> Reason | None:
    """Why the payment is refused now, or None when it is approved and therefore will be paid."""
    rules = programme_of(knowledge, programme)
    if refusal := _terminal_refuses(knowledge, rules, moment):
        return refusal
    budget = _budget_of(scanned, programme)
    if budget is None:
        return Reason.PASS_UNKNOWN
    if budget.blocked:
        return Reason.PASS_BLOCKED
    if rules is None:
        return Reason.SHOP_NOT_ADMITTED  # the snapshot has the programmes that could pay this shop, and no other
    return _programme_refuses(rules, moment) or _amount_refuses(knowledge, rules, budget, amount)


def usable(knowledge: Knowledge, scanned: Scanned, moment: Moment) -> tuple[int, ...] | Reason:
    """The programmes of this pass that could pay at least a cent now, or else why its first one cannot."""
    programmes = [budget.programme for budget in scanned.budgets] or [_NO_PROGRAMME]
    verdicts = {each: judge(knowledge, scanned, each, ONE_CENT, moment) for each in programmes}
    refusals = [verdict for verdict in verdicts.values() if verdict is not None]
    return tuple(each for each in verdicts if verdicts[each] is None) or refusals[0]


def free(knowledge: Knowledge, programme: int) -> int:
    """Cents that the slice still guarantees; negative when the slice was taken away under open payments."""
    checkpoint = knowledge.checkpoint
    if checkpoint is None:
        return 0
    slices = sum(part.amount for part in checkpoint.slices if part.programme == programme)
    own = (entry for entry in knowledge.entries if entry.programme == programme)
    return slices - sum(entry.amount for entry in own if entry.sequence > checkpoint.sequence)


def net(knowledge: Knowledge, pass_address: Address, budgets: tuple[Budget, ...]) -> tuple[Budget, ...]:
    """The snapshot's budgets of this pass, less what this terminal took since the snapshot."""
    return tuple(
        Budget(budget.programme, Cents(max(0, budget.left - _taken(knowledge, pass_address, budget))), budget.blocked)
        for budget in budgets
    )


def left(scanned: Scanned, programme: int) -> Cents:
    """What the pass may still spend in this programme, in cents; 0 where it has no budget."""
    budget = _budget_of(scanned, programme)
    return budget.left if budget else Cents(0)


def repeats(knowledge: Knowledge, pass_address: Address, programme: int, amount: Cents, moment: Moment) -> bool:
    """Whether this very payment was approved within the last five minutes, here, before or after a restart."""
    wanted = (pass_address, programme, amount)
    return any(
        (entry.pass_address, entry.programme, entry.amount) == wanted and is_fresh(entry, moment)
        for entry in knowledge.entries
    )


def is_fresh(entry: OpenEntry, moment: Moment) -> bool:
    """Whether the entry is younger than five minutes by the bound, which no clock can move."""
    return moment.bound - entry.bound < AGAIN_SECONDS


def waiting(knowledge: Knowledge) -> int:
    """Entries that the chain has not settled for certain."""
    return knowledge.sequence - (knowledge.checkpoint.sequence if knowledge.checkpoint else 0)


def approves_until(knowledge: Knowledge, moment: Moment) -> Timestamp:
    """When approving stops unless the chain is reached before: the smallest offline window; 0 when it has stopped."""
    checkpoint = knowledge.checkpoint
    if checkpoint is None or _terminal_refuses(knowledge, None, moment):
        return Timestamp(0)
    return Timestamp(checkpoint.time + _window(knowledge, None))


def programme_of(knowledge: Knowledge, programme: int) -> Programme | None:
    """The programme's rules as the snapshot has them."""
    return next((rules for rules in knowledge.programmes if rules.id == programme), None)


def _terminal_refuses(knowledge: Knowledge, rules: Programme | None, moment: Moment) -> Reason | None:
    checkpoint = knowledge.checkpoint
    if knowledge.locked is not None:
        return Reason.TERMINAL_LOCKED
    if checkpoint is None or not knowledge.programmes or _unasked(knowledge, checkpoint, rules):
        return Reason.NOT_SET_UP
    if moment.bound < checkpoint.time:
        return Reason.CLOCK_UNKNOWN
    if moment.latest() - checkpoint.time >= _window(knowledge, rules):
        return Reason.OFFLINE_TOO_LONG
    return Reason.TOO_MANY_WAITING if waiting(knowledge) >= WAITING_MAX else None


def _unasked(knowledge: Knowledge, checkpoint: Checkpoint, rules: Programme | None) -> bool:
    """Whether the chain was not asked yet for the slice that counts here: programmes are learnt before slices."""
    asked = {part.programme for part in checkpoint.slices}
    return asked.isdisjoint({rules.id} if rules else {each.id for each in knowledge.programmes})


def _window(knowledge: Knowledge, rules: Programme | None) -> int:
    """Seconds that the checkpoint may be old: the programme's own, or the smallest where no programme is known."""
    return rules.offline_window if rules else min(each.offline_window for each in knowledge.programmes)


def _programme_refuses(rules: Programme, moment: Moment) -> Reason | None:
    if not rules.admitted:
        return Reason.SHOP_NOT_ADMITTED
    if rules.paused:
        return Reason.PROGRAMME_PAUSED
    if moment.bound < rules.begins:
        return Reason.PERIOD_NOT_BEGUN
    return Reason.PERIOD_OVER if moment.latest() > rules.ends else None


def _amount_refuses(knowledge: Knowledge, rules: Programme, budget: Budget, amount: Cents) -> Reason | None:
    if amount <= 0:
        return Reason.AMOUNT_ZERO
    if amount > budget.left:
        return Reason.BUDGET_SHORT
    if amount > rules.floor_limit:
        return Reason.ABOVE_FLOOR_LIMIT
    return Reason.SLICE_USED_UP if amount > free(knowledge, rules.id) else None


def _budget_of(scanned: Scanned, programme: int) -> Budget | None:
    return next((budget for budget in scanned.budgets if budget.programme == programme), None)


def _taken(knowledge: Knowledge, pass_address: Address, budget: Budget) -> int:
    own = (e for e in knowledge.entries if (e.pass_address, e.programme) == (pass_address, budget.programme))
    return sum(entry.amount for entry in own if entry.sequence > knowledge.snapshot_sequence)
