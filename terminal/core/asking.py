"""What a sale that waits for the contract does, and the question about an ask that was paid while nobody waited."""

from dataclasses import replace

from contracts.wire.reasons import Reason
from terminal.core.counter import Asking, AskPaid, Ready
from terminal.core.effects import AskEnd, Resolve
from terminal.core.ends import end_of
from terminal.core.events import CheckpointRead, Key, KeyPressed, Ticked
from terminal.core.facts import OpenEntry
from terminal.core.learn import past_sale, sold
from terminal.core.moves import GLANCE_MS
from terminal.core.refunding import commit_refund
from terminal.core.state import State
from terminal.core.steps import Step, refuse, since
from terminal.core.storing import say_approved


def heed(state: State, sale: Asking, event: CheckpointRead) -> Step:
    """Approved when the chain says that it is paid, refused when it never will be; else wait on."""
    checkpoint = state.knowledge.checkpoint
    reason = end_of(sale.entry, checkpoint) if checkpoint else None
    if reason is None:
        return state, ()
    if reason is not Reason.PAID:
        return refuse(state, reason, event.at)
    handed_over, effects = _hand_over(state, sale.entry)
    shown, said = say_approved(handed_over, sale.entry, sale.rest, event.at)
    return shown, (*effects, *said)


def ask_about(state: State, _: Ready, event: Ticked) -> Step:
    """Where no sale is, the oldest ask that was paid while nobody waited is asked about."""
    if state.knowledge.locked is not None or not state.paid_asks:
        return state, ()
    return replace(state, sale=AskPaid(state.paid_asks[0], event.at)), ()


def answer(state: State, sale: AskPaid, event: KeyPressed) -> Step:
    """1: it was handed over; 2: give it back. Digits, as no key that takes pictures away may decide that."""
    if since(sale.at, event.at) < GLANCE_MS:
        return state, ()
    if event.key is Key.D1:
        handed_over, effects = _hand_over(state, sale.entry)
        return replace(handed_over, sale=Ready()), effects
    if event.key is Key.D2:
        return commit_refund(state, past_sale(state, sale.entry), sale.entry.amount, event.at)
    return state, ()


def _hand_over(state: State, entry: OpenEntry) -> Step:
    """It is a sale like any other."""
    left = tuple(ask for ask in state.paid_asks if ask != entry)
    return sold(replace(state, paid_asks=left), entry), (Resolve(entry.sequence, AskEnd.HANDED_OVER),)
