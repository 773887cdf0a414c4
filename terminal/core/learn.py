"""What each event teaches the terminal, whatever the sale is. Only ever forward: an old word changes nothing."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from contracts.wire.reasons import Money, Reason, money_of
from contracts.wire.units import Cents
from terminal.core import events
from terminal.core.approve import is_fresh, settled
from terminal.core.ends import end_asks
from terminal.core.facts import RECENT_MAX, Checkpoint, GivenBack, OpenEntry, Outcome, PastSale
from terminal.core.moment import Moment
from terminal.core.state import Knowledge, Read, State

PIN_TRIES = 3
"""Wrong PINs in a row before a pause."""
PIN_PAUSE_MS = 30_000
"""The first pause; each further wrong PIN doubles it."""
PIN_PAUSE_MAX_MS = 3_600_000


def learn(state: State, event: events.Event) -> State:
    """The state that knows what the event says; the sale in it is untouched."""
    lesson = _LESSONS.get(type(event))
    return lesson(state, event) if lesson else state


def remember(state: State, entry: OpenEntry | GivenBack) -> State:
    """The entry is durable: it is the journal's last one, and limits count it."""
    recent = (entry, *state.recent)[:RECENT_MAX]
    knowledge = replace(state.knowledge, sequence=entry.sequence)
    state = replace(
        state,
        knowledge=knowledge,
        recent=recent,
        outcomes=listed(state.outcomes, recent),
        ends=listed(state.ends, recent),
    )
    return _give_back(state, entry) if isinstance(entry, GivenBack) else _take(state, entry)


def sold(state: State, entry: OpenEntry) -> State:
    """The entry is a sale, approved or paid: the last one, unless it or a later one is known as that."""
    if state.last_sale is not None and state.last_sale.sequence >= entry.sequence:
        return state
    return replace(state, last_sale=past_sale(state, entry))


def past_sale(state: State, entry: OpenEntry) -> PastSale:
    """The own sale as one of which nothing was given back yet."""
    paid = entry.programme, entry.pass_address, entry.amount
    return PastSale(state.terminal, entry.sequence, *paid, refunded=Cents(0), time=entry.time)


def less(sale: PastSale, refunds: tuple[GivenBack, ...]) -> PastSale:
    """The sale with what these refunds gave back of it."""
    same = (each for each in refunds if (each.sale_terminal, each.sale_sequence) == (sale.terminal, sale.sequence))
    return replace(sale, refunded=Cents(sale.refunded + sum(each.amount for each in same)))


def _take(state: State, entry: OpenEntry) -> State:
    known = replace(state.knowledge, entries=(*state.knowledge.entries, entry))
    if entry.is_ask:
        return replace(state, knowledge=replace(known, open_asks=(*known.open_asks, entry)))
    return sold(replace(state, knowledge=known), entry)


def _give_back(state: State, refund: GivenBack) -> State:
    """A refund of an ask also answers whether it was handed over."""
    asks = state.paid_asks
    if refund.sale_terminal == state.terminal:
        asks = tuple(ask for ask in asks if ask.sequence != refund.sale_sequence)
    last = less(state.last_sale, (refund,)) if state.last_sale else None
    return replace(state, refunds=(*state.refunds, refund), paid_asks=asks, last_sale=last)


def listed(outcomes: tuple[Outcome, ...], recent: tuple[OpenEntry | GivenBack, ...]) -> tuple[Outcome, ...]:
    """The outcomes of those entries, the last word on each, by sequence."""
    last = {outcome.sequence: outcome for outcome in outcomes}
    return tuple(last[sequence] for sequence in sorted(last.keys() & {entry.sequence for entry in recent}))


def trust(knowledge: Knowledge, checkpoint: Checkpoint | None) -> Knowledge:
    """The knowledge with the chain's word, or locked when it has settled what this journal does not have.

    That is the journal of an old copy: whatever it appends, the chain has other entries at those numbers already.
    """
    if checkpoint is not None and checkpoint.sequence > knowledge.sequence:
        return replace(knowledge, locked=knowledge.locked or Reason.FORK)
    return replace(knowledge, checkpoint=checkpoint)


def _read_checkpoint(state: State, event: events.CheckpointRead) -> State:
    known, read = state.knowledge.checkpoint, event.checkpoint
    if known and (read.block < known.block or read.sequence < known.sequence):
        return state  # a node that lags
    state = end_asks(replace(state, knowledge=trust(state.knowledge, read)))
    upto = settled(state.knowledge)
    refunds = tuple(refund for refund in state.refunds if refund.sequence > upto)
    ends = listed(state.ends, state.recent)
    return replace(state, knowledge=_prune(state.knowledge, event.at), refunds=refunds, ends=ends)


def _take_snapshot(state: State, event: events.SnapshotTaken) -> State:
    taken = replace(state.knowledge, programmes=event.programmes, snapshot_sequence=event.sequence)
    return replace(state, knowledge=_prune(taken, event.at))


def _prune(knowledge: Knowledge, moment: Moment) -> Knowledge:
    """Drop what no limit depends on: in the checkpoint, in the snapshot, and too old to ask "again?" about."""
    upto = min(settled(knowledge), knowledge.snapshot_sequence)
    entries = tuple(e for e in knowledge.entries if e.sequence > upto or is_fresh(e, moment))
    return replace(knowledge, entries=entries)


def _lock(state: State, event: events.Locked) -> State:
    return replace(state, knowledge=replace(state.knowledge, locked=state.knowledge.locked or event.reason))


def _note_forwarded(state: State, event: events.Forwarded) -> State:
    return replace(state, knowledge=replace(state.knowledge, forwarded=event.sequence))


def _note_outcomes(state: State, event: events.OutcomesKnown) -> State:
    """A sale that was rejected is none that could be given back."""
    rejected = {outcome.sequence for outcome in event.outcomes if money_of(outcome.reason) is Money.NOT_PAID}
    last = state.last_sale if state.last_sale and state.last_sale.sequence not in rejected else None
    return replace(state, outcomes=listed(state.outcomes + event.outcomes, state.recent), last_sale=last)


def _note_lost(state: State, event: events.LostKnown) -> State:
    return replace(state, lost=event.lost)


def _note_contact(state: State, event: events.ContactChanged) -> State:
    return replace(state, gateway=event.gateway, chain=event.chain)


def _note_attention(state: State, event: events.AttentionChanged) -> State:
    return replace(state, attention=event.reason)


def _note_device(state: State, event: events.DeviceChanged) -> State:
    devices = {**dict(state.devices), event.name: event.status}
    return replace(state, devices=tuple(sorted(devices.items())))


def _note_troubles(state: State, event: events.TroublesKnown) -> State:
    return replace(state, troubles=event.troubles)


def _note_key(state: State, event: events.KeyPressed) -> State:
    return replace(state, touched_ms=event.at.uptime_ms)


def _note_pass(state: State, event: events.PassScanned) -> State:
    read = Read(event.pass_address, event.delegation, event.at.uptime_ms)
    return replace(state, last_read=read, touched_ms=event.at.uptime_ms)


def _note_pin(state: State, event: events.PinChecked) -> State:
    """Whatever the counter is at: leaving the PIN alone does not make a wrong one unsaid."""
    failures = 0 if event.right else state.pin_failures + 1
    pause = 0 if failures < PIN_TRIES else min(PIN_PAUSE_MS << (failures - PIN_TRIES), PIN_PAUSE_MAX_MS)
    return replace(state, pin_failures=failures, pin_again_ms=event.at.uptime_ms + pause)


_LESSONS: Mapping[type[events.Event], Callable[[State, Any], State]] = {
    events.CheckpointRead: _read_checkpoint,
    events.SnapshotTaken: _take_snapshot,
    events.Forwarded: _note_forwarded,
    events.OutcomesKnown: _note_outcomes,
    events.LostKnown: _note_lost,
    events.ContactChanged: _note_contact,
    events.AttentionChanged: _note_attention,
    events.DeviceChanged: _note_device,
    events.TroublesKnown: _note_troubles,
    events.Locked: _lock,
    events.KeyPressed: _note_key,
    events.PassScanned: _note_pass,
    events.PinChecked: _note_pin,
}
