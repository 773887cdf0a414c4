"""How an ask ends: by the chain's word alone, whatever the gateway says, and whether or not anybody waits for it.

It is over when a checkpoint names it as the last ask that the contract judged, and why; or when the checkpoint's block
is later than its deadline and the ask is not settled, as the contract can then no longer pay it.
"""

from dataclasses import replace

from contracts.wire.reasons import Reason
from terminal.core.effects import AskEnd, Resolve
from terminal.core.facts import Checkpoint, OpenEntry, Outcome
from terminal.core.state import State


def end_of(ask: OpenEntry, checkpoint: Checkpoint) -> Reason | None:
    """Reason.PAID, why the ask can never be paid, or None as long as the checkpoint does not say."""
    if checkpoint.ask_sequence == ask.sequence:
        return _reason(checkpoint.ask_reason)
    if checkpoint.sequence >= ask.sequence:
        return None if _is_passed(ask, checkpoint) else Reason.FORM  # consumed, and not understood as an ask
    return Reason.ASK_TOO_LATE if checkpoint.time > ask.deadline else None


def end_asks(state: State) -> State:
    """The state that heeds what its checkpoint says of open asks: paid ones wait for an answer, others take nothing.

    One that a later ask has passed was over when that was made, and is no longer open: its note was lost. What became
    of it the chain no longer tells; the refunds of the menu find it if it was paid.
    """
    known, checkpoint = state.knowledge, state.knowledge.checkpoint
    if checkpoint is None:
        return state
    ends = {ask.sequence: reason for ask in known.open_asks if (reason := end_of(ask, checkpoint)) is not None}
    refused = {sequence for sequence, reason in ends.items() if reason is not Reason.PAID}
    still = (ask for ask in known.open_asks if ask.sequence not in ends and not _is_passed(ask, checkpoint))
    left = replace(
        known,
        open_asks=tuple(still),
        entries=tuple(entry for entry in known.entries if entry.sequence not in refused),
    )
    paid = (ask for ask in known.open_asks if ends.get(ask.sequence) is Reason.PAID)
    outcomes = (Outcome(sequence, reason) for sequence, reason in ends.items())
    return replace(state, knowledge=left, paid_asks=(*state.paid_asks, *paid), ends=(*state.ends, *outcomes))


def notes(before: State, after: State) -> tuple[Resolve, ...]:
    """What is to be noted of the asks whose end was learnt between the two."""
    checkpoint = after.knowledge.checkpoint
    over = [ask for ask in before.knowledge.open_asks if ask not in after.knowledge.open_asks]
    ends = [(ask, end_of(ask, checkpoint)) for ask in over] if checkpoint else []
    return tuple(
        Resolve(ask.sequence, AskEnd.PAID if reason is Reason.PAID else AskEnd.REFUSED)
        for ask, reason in ends
        if reason is not None
    )


def _is_passed(ask: OpenEntry, checkpoint: Checkpoint) -> bool:
    return checkpoint.ask_sequence > ask.sequence


def _reason(number: int) -> Reason:
    """The reason with that number; what a newer contract calls otherwise is a refusal that nobody here understands."""
    try:
        return Reason(number)
    except ValueError:
        return Reason.FORM
