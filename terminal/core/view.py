"""What the counter shows at one moment: a picture of the state, whole. It decides nothing."""

from dataclasses import replace

from contracts.wire.reasons import Money, Reason, money_of
from contracts.wire.units import Cents
from terminal.core import approve
from terminal.core.counter import Approved, Committing, Refunded
from terminal.core.facts import GivenBack, Lost, OpenEntry
from terminal.core.moment import Moment
from terminal.core.pictures import picture
from terminal.core.screen import Booked, EntryState, Lamp, Line, Screen, Stage, Status
from terminal.core.state import State


def view(state: State, moment: Moment) -> Screen:
    """The screen for this state; the moment is the one to show and to count down from."""
    ready = Screen(
        stage=Stage.READY,
        amount=Cents(0),
        rest=Cents(0),
        programme="",
        choices=(),
        left=None,
        reason=0,
        sequence=0,
        recent=tuple(_line(state, entry) for entry in state.recent),
        status=_status(state, moment),
        lost=_lost(state.lost[-1]) if state.lost else None,
    )
    locked = state.knowledge.locked
    if locked is not None and not isinstance(state.sale, Committing | Approved | Refunded):
        return replace(ready, stage=Stage.LOCKED, reason=int(locked))
    return picture(ready, state, moment)


def _lost(entry: Lost) -> Line:
    kind = Booked.REFUND if entry.is_refund else Booked.PAYMENT
    return Line(entry.sequence, entry.amount, EntryState.REJECTED, int(entry.reason), kind)


def _line(state: State, entry: OpenEntry | GivenBack) -> Line:
    how_far, reason = _standing(state, entry.sequence)
    return Line(entry.sequence, entry.amount, how_far, int(reason), _booked(entry))


def _booked(entry: OpenEntry | GivenBack) -> Booked:
    if isinstance(entry, GivenBack):
        return Booked.REFUND
    return Booked.ASK if entry.is_ask else Booked.PAYMENT


def _standing(state: State, sequence: int) -> tuple[EntryState, Reason]:
    """How far the entry has come: the chain's own word on an ask first, and the gateway's on what the chain settled."""
    end = next((outcome.reason for outcome in state.ends if outcome.sequence == sequence), None)
    if end is not None:
        return (EntryState.PAID if end is Reason.PAID else EntryState.REJECTED), end
    settled = approve.settled(state.knowledge)
    told = next((outcome.reason for outcome in state.outcomes if outcome.sequence == sequence), None)
    if told is not None and sequence <= settled:
        return (EntryState.REJECTED if money_of(told) is Money.NOT_PAID else EntryState.PAID), told
    arrived = sequence <= max(state.knowledge.forwarded, settled)
    return (EntryState.FORWARDED if arrived else EntryState.WAITING), Reason.PAID


def _status(state: State, moment: Moment) -> Status:
    knowledge = state.knowledge
    arrived = max(knowledge.forwarded, approve.settled(knowledge))
    return Status(
        gateway=state.gateway,
        chain=state.chain,
        waiting=approve.waiting(knowledge),
        unsent=max(0, knowledge.sequence - arrived),
        approves_until=approve.approves_until(knowledge, moment),
        time=moment.latest(),
        synchronised=moment.synchronised,
        devices=tuple(Lamp(name, status) for name, status in state.devices),
        attention=int(state.attention or 0),
        lost=len(state.lost),
        troubles=state.troubles,
    )
