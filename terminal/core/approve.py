"""Whether this terminal approves a payment by itself (design: "Approving"). Why approved is paid:

At a checkpoint of final block b, free(b) = the slice there - the sum of this terminal's payments after the sequence
there. Slices only grow, and the contract pays an entry from the slice when the budget or a rule fails it. So whoever
approves only within free(b) is paid, whatever budgets, rules, sponsors, gateways and other terminals do meanwhile.
The snapshot decides only which sales come from the budget; a lie there costs the slice, never the shop. Asks and
refunds never touch a slice, so free(b) does not know them.

What fails is named from the widest to the narrowest: the terminal (no sale can be made), the pass, the programme, the
phone's code, the amount (another one may do). So the shopkeeper never sends a customer to the municipality for what a
network cable would cure, and never types an amount for nothing: a scan is judged for one cent, as what refuses a cent
refuses all.
"""

from collections.abc import Iterator

from contracts.wire.reasons import Reason
from contracts.wire.units import Address, Cents, Timestamp
from terminal.core.counter import Scanned
from terminal.core.facts import Budget, Checkpoint, OpenEntry, Order, Programme
from terminal.core.moment import Moment
from terminal.core.spending import day_of, is_used, spent_on
from terminal.core.state import Knowledge

WAITING_MAX = 75
"""Entries that the chain has not settled for certain; with so many waiting, nothing more is approved."""

AGAIN_SECONDS = 300
"""The same pass, programme and amount within this time is asked about before it is charged."""

WINDOW_MAX = 4 * 86_400
"""Seconds: the longest holiday weekend. The window comes on the gateway's word, which could stretch it without end."""

ONE_CENT = Cents(1)

CURED_BY_ASKING = frozenset({Reason.ABOVE_FLOOR_LIMIT, Reason.SLICE_USED_UP, Reason.TOO_MANY_WAITING})
"""What keeps a terminal from approving by itself, and not the contract from paying."""


def judge(knowledge: Knowledge, scanned: Scanned, programme: int, amount: Cents, moment: Moment) -> Reason | None:
    """Why the payment is refused now, or None when it is approved and therefore will be paid."""
    return next(_refusals(knowledge, scanned, programme, amount, moment), None)


def is_curable(knowledge: Knowledge, scanned: Scanned, programme: int, amount: Cents, moment: Moment) -> bool:
    """Whether nothing stands against the payment that the contract would mind, if it is asked."""
    return CURED_BY_ASKING.issuperset(_refusals(knowledge, scanned, programme, amount, moment))


def judge_order(knowledge: Knowledge, scanned: Scanned, order: Order, moment: Moment) -> Reason | None:
    """Why the contract would not pay what waits for this pass, or None. Its money is set aside: no limit counts."""
    return next(_order_refusals(knowledge, scanned, order, moment), None)


def free(knowledge: Knowledge, programme: int) -> int:
    """Cents that the slice still guarantees; negative when the slice was taken away under open payments."""
    checkpoint = knowledge.checkpoint
    if checkpoint is None:
        return 0
    slices = sum(part.amount for part in checkpoint.slices if part.programme == programme)
    own = (entry for entry in knowledge.entries if entry.programme == programme and not entry.is_ask)
    return slices - sum(entry.amount for entry in own if entry.sequence > checkpoint.sequence)


def left(scanned: Scanned, programme: int) -> Cents:
    """What the pass may still spend in this programme, in cents; 0 where it has no budget."""
    budget = _budget_of(scanned, programme)
    return budget.left if budget else Cents(0)


def left_today(knowledge: Knowledge, scanned: Scanned, programme: int, moment: Moment) -> Cents:
    """What it may still spend there today, in cents."""
    rules, budget = programme_of(knowledge, programme), _budget_of(scanned, programme)
    return Cents(min(budget.left, max(0, _day_room(rules, budget, moment)))) if rules and budget else Cents(0)


def repeats(knowledge: Knowledge, pass_address: Address, programme: int, amount: Cents, moment: Moment) -> bool:
    """Whether this very payment was made or asked for within the last five minutes, here, even before a restart."""
    wanted = (pass_address, programme, amount)
    return any(
        (entry.pass_address, entry.programme, entry.amount) == wanted and is_fresh(entry, moment)
        for entry in knowledge.entries
    )


def is_fresh(entry: OpenEntry, moment: Moment) -> bool:
    """Whether the entry is younger than five minutes by the bound, which no clock can move."""
    return moment.bound - entry.bound < AGAIN_SECONDS


def settled(knowledge: Knowledge) -> int:
    """The chain has settled everything up to this sequence, for certain."""
    return knowledge.checkpoint.sequence if knowledge.checkpoint else 0


def waiting(knowledge: Knowledge) -> int:
    """Entries that the chain has not settled for certain."""
    return knowledge.sequence - settled(knowledge)


def approves_until(knowledge: Knowledge, moment: Moment) -> Timestamp:
    """When approving stops unless the chain is reached before: the smallest offline window; 0 when it has stopped."""
    checkpoint = knowledge.checkpoint
    if checkpoint is None or _terminal_refuses(knowledge, None, moment) or waiting(knowledge) >= WAITING_MAX:
        return Timestamp(0)
    return Timestamp(checkpoint.time + _window(knowledge, None))


def programme_of(knowledge: Knowledge, programme: int) -> Programme | None:
    """The programme's rules as the snapshot has them."""
    return next((rules for rules in knowledge.programmes if rules.id == programme), None)


def _refusals(
    knowledge: Knowledge, scanned: Scanned, programme: int, amount: Cents, moment: Moment
) -> Iterator[Reason]:
    """All that stands against the payment, widest first, as far as enough is known to say so."""
    rules, budget = programme_of(knowledge, programme), _budget_of(scanned, programme)
    if refusal := _terminal_refuses(knowledge, rules, moment):
        yield refusal
        return
    if waiting(knowledge) >= WAITING_MAX:
        yield Reason.TOO_MANY_WAITING
    yield from _pass_refuses(rules, scanned, budget, moment)
    if rules is None or budget is None:
        return
    yield from _amount_refuses(rules, scanned, budget, amount, moment)
    if amount > free(knowledge, rules.id):
        yield Reason.SLICE_USED_UP


def _order_refusals(knowledge: Knowledge, scanned: Scanned, order: Order, moment: Moment) -> Iterator[Reason]:
    """All that stands against handing it over, widest first, but for the network."""
    rules, budget = programme_of(knowledge, order.programme), _budget_of(scanned, order.programme)
    code = scanned.delegation
    if refusal := _terminal_refuses(knowledge, rules, moment):
        yield refusal
    if code and code.programme != order.programme:
        yield Reason.ORDER_CODE
    yield from _pass_refuses(rules, scanned, budget, moment)
    if code and order.amount > code.ceiling:
        yield Reason.PHONE_CODE_CEILING
    if moment.latest() > order.until:
        yield Reason.ORDER_OVER


def _pass_refuses(rules: Programme | None, scanned: Scanned, budget: Budget | None, moment: Moment) -> Iterator[Reason]:
    """What stands against any amount for this pass in this programme."""
    if budget is None:
        yield Reason.PASS_UNKNOWN
        return
    if budget.blocked:
        yield Reason.PASS_BLOCKED
    if rules is None:
        yield Reason.SHOP_NOT_ADMITTED  # the snapshot has the programmes that could pay this shop, and no other
        return
    yield from _programme_refuses(rules, moment)
    yield from _code_refuses(scanned, budget, moment)


def _terminal_refuses(knowledge: Knowledge, rules: Programme | None, moment: Moment) -> Reason | None:
    checkpoint = knowledge.checkpoint
    if knowledge.locked is not None:
        return Reason.TERMINAL_LOCKED
    if checkpoint is None or not knowledge.programmes or _unasked(knowledge, checkpoint, rules):
        return Reason.NOT_SET_UP
    if moment.bound < checkpoint.time:
        return Reason.CLOCK_UNKNOWN
    return Reason.OFFLINE_TOO_LONG if moment.latest() - checkpoint.time >= _window(knowledge, rules) else None


def _unasked(knowledge: Knowledge, checkpoint: Checkpoint, rules: Programme | None) -> bool:
    """Whether the chain was not asked yet for the slice that counts here: programmes are learnt before slices."""
    asked = {part.programme for part in checkpoint.slices}
    return asked.isdisjoint({rules.id} if rules else {each.id for each in knowledge.programmes})


def _window(knowledge: Knowledge, rules: Programme | None) -> int:
    """Seconds that the checkpoint may be old: the programme's own, or the smallest where no programme is known."""
    told = rules.offline_window if rules else min(each.offline_window for each in knowledge.programmes)
    return min(told, WINDOW_MAX)


def _programme_refuses(rules: Programme, moment: Moment) -> Iterator[Reason]:
    if not rules.admitted:
        yield Reason.SHOP_NOT_ADMITTED
    if rules.paused:
        yield Reason.PROGRAMME_PAUSED
    if moment.bound < rules.begins:
        yield Reason.PERIOD_NOT_BEGUN
    if moment.latest() > rules.ends:
        yield Reason.PERIOD_OVER


def _code_refuses(scanned: Scanned, budget: Budget, moment: Moment) -> Iterator[Reason]:
    """What a new code on the phone would cure."""
    code = scanned.delegation
    if code and moment.latest() > code.expiry:
        yield Reason.PHONE_CODE_EXPIRED
    if code and is_used(budget, code.counter):
        yield Reason.PHONE_CODE_USED


def _amount_refuses(
    rules: Programme, scanned: Scanned, budget: Budget, amount: Cents, moment: Moment
) -> Iterator[Reason]:
    if amount <= 0:
        yield Reason.AMOUNT_ZERO
    if amount > budget.left:
        yield Reason.BUDGET_SHORT
    if amount > _day_room(rules, budget, moment):
        yield Reason.DAY_LIMIT
    if scanned.delegation and amount > scanned.delegation.ceiling:
        yield Reason.PHONE_CODE_CEILING
    if amount > rules.floor_limit:
        yield Reason.ABOVE_FLOOR_LIMIT


def _day_room(rules: Programme, budget: Budget, moment: Moment) -> int:
    """Cents that the day limit still lets through; negative when it was lowered."""
    return rules.day_limit - spent_on(budget, day_of(moment.entry_time()))


def _budget_of(scanned: Scanned, programme: int) -> Budget | None:
    return next((budget for budget in scanned.budgets if budget.programme == programme), None)
