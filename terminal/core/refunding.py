"""Giving back: a sale of a pass that is scanned again, in whole or in part, or the last sale as a whole.

Of a sale never more is given back than is left of it, as far as this terminal knows: by its own journal at once, by the
other terminals' once the gateway tells. Nothing is given back of a sale that was rejected.
"""

from dataclasses import replace

from contracts.wire.entry import Refund
from contracts.wire.reasons import Money, Reason, money_of
from contracts.wire.units import Cents
from terminal.core.approve import settled
from terminal.core.counter import (
    CloseAsked,
    Committing,
    InMenu,
    Ready,
    RefundAmount,
    RefundChoosing,
    RefundScanning,
    Voiding,
)
from terminal.core.effects import Commit, FindSales, Signal, Tone
from terminal.core.events import Key, KeyPressed, PassScanned, SalesFound, Ticked
from terminal.core.facts import PastSale
from terminal.core.learn import less
from terminal.core.moment import Moment
from terminal.core.moves import ABANDONED_MS, CHOICE_KEYS
from terminal.core.state import State
from terminal.core.steps import Step, refuse

SHOWN_MAX = len(CHOICE_KEYS)
"""Sales that are shown at a time."""


def look(state: State, _: RefundScanning | RefundChoosing, event: PassScanned) -> Step:
    """Find what may be given back to this pass."""
    sale = RefundChoosing(event.pass_address, state.refunds)
    return replace(state, sale=sale), (FindSales(event.pass_address, settled(state.knowledge)), Signal(Tone.SCANNED))


def found(state: State, sale: RefundChoosing | RefundAmount, event: SalesFound) -> Step:
    """What was found joins the list; an amount that is being typed holds unless less is left for it."""
    choosing = sale.choosing if isinstance(sale, RefundAmount) else sale
    if event.pass_address != choosing.pass_address:
        return state, ()
    choosing = replace(choosing, found=_merge(choosing, event.sales), searching=not event.last)
    if not choosing.sales and event.last:
        return refuse(state, Reason.REFUND_NOTHING, event.at, RefundScanning())
    chosen = _same(choosing.sales, sale.sale) if isinstance(sale, RefundAmount) else None
    if isinstance(sale, RefundAmount) and chosen:
        return replace(state, sale=RefundAmount(choosing, chosen, Cents(min(sale.typed, chosen.left)))), ()
    return replace(state, sale=choosing), ()


def choose(state: State, sale: RefundChoosing, event: KeyPressed) -> Step:
    """Take the sale with that digit; 0 shows older ones, and after the oldest the newest again."""
    if event.key is Key.D0:
        first = sale.first + SHOWN_MAX
        return replace(state, sale=replace(sale, first=first if first < len(sale.sales) else 0)), ()
    chosen = dict(zip(CHOICE_KEYS, sale.sales[sale.first :], strict=False)).get(event.key)
    return (state, ()) if chosen is None else (replace(state, sale=RefundAmount(sale, chosen)), ())


def type_digit(state: State, sale: RefundAmount, event: KeyPressed) -> Step:
    """Shift the digit in from the right; more than what is left becomes what is left."""
    typed = min(int(f"{sale.typed}{event.key}"), sale.sale.left)
    return replace(state, sale=replace(sale, typed=Cents(typed))), ()


def correct(state: State, sale: RefundAmount, _: KeyPressed) -> Step:
    """Take the last digit back; without any it is the whole again."""
    return replace(state, sale=replace(sale, typed=Cents(sale.typed // 10))), ()


def confirm(state: State, sale: RefundAmount, event: KeyPressed) -> Step:
    """Give the amount back, unless the sale turned out to be rejected."""
    if _is_rejected(state, sale.sale):
        return refuse(state, Reason.REFUND_NOTHING, event.at)
    return commit_refund(state, sale.sale, sale.amount, event.at)


def confirm_void(state: State, sale: Voiding, event: KeyPressed) -> Step:
    """Give back all that is left of the last sale, unless it turned out to be rejected."""
    if state.last_sale != sale.sale:
        return refuse(state, Reason.REFUND_NOTHING, event.at)
    return commit_refund(state, sale.sale, sale.sale.left, event.at)


def commit_refund(state: State, sale: PastSale, amount: Cents, moment: Moment) -> Step:
    """Have the refund signed and stored; it counts from then on."""
    whose = sale.pass_address, sale.terminal, sale.sequence
    refund = Refund(sale.programme, amount, moment.entry_time(), *whose)
    commit = Commit(state.knowledge.sequence + 1, sale.pass_address, refund, moment.bound)
    return replace(state, sale=Committing(commit, Cents(0))), (commit,)


def back_to_menu(state: State, _: RefundScanning | Voiding | CloseAsked, __: KeyPressed) -> Step:
    """One step back."""
    return replace(state, sale=InMenu()), ()


def back_to_scan(state: State, _: RefundChoosing, __: KeyPressed) -> Step:
    """One step back: it is another pass."""
    return replace(state, sale=RefundScanning()), ()


def back_to_choice(state: State, sale: RefundAmount, _: KeyPressed) -> Step:
    """One step back: it is another sale."""
    return replace(state, sale=sale.choosing), ()


def expire(state: State, _: RefundScanning | RefundChoosing | RefundAmount | Voiding, event: Ticked) -> Step:
    """Nobody is there."""
    left_alone = event.at.uptime_ms - state.touched_ms >= ABANDONED_MS
    return (replace(state, sale=Ready()), ()) if left_alone else (state, ())


def _merge(choosing: RefundChoosing, answer: tuple[PastSale, ...]) -> tuple[PastSale, ...]:
    """All that was found so far, newest first."""
    known = {(sale.terminal, sale.sequence): sale for sale in choosing.found}
    for sale in (less(each, choosing.unsettled) for each in answer):
        before = known.get((sale.terminal, sale.sequence), sale)
        known[sale.terminal, sale.sequence] = max(sale, before, key=lambda each: each.refunded)
    return tuple(sorted(known.values(), key=lambda sale: (sale.time, sale.sequence), reverse=True))


def _same(sales: tuple[PastSale, ...], wanted: PastSale) -> PastSale | None:
    place = wanted.terminal, wanted.sequence
    return next((sale for sale in sales if (sale.terminal, sale.sequence) == place), None)


def _is_rejected(state: State, sale: PastSale) -> bool:
    own = (each for each in state.outcomes if (state.terminal, each.sequence) == (sale.terminal, sale.sequence))
    return any(money_of(outcome.reason) is Money.NOT_PAID for outcome in own)
