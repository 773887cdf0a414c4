"""What each event teaches the terminal, whatever the sale is. Only ever forward: an old word changes nothing."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from contracts.wire.reasons import Reason
from terminal.core import events
from terminal.core.approve import is_fresh
from terminal.core.facts import RECENT_MAX, Checkpoint, OpenEntry, Outcome
from terminal.core.moment import Moment
from terminal.core.state import Knowledge, Read, State


def learn(state: State, event: events.Event) -> State:
    """The state that knows what the event says; the sale in it is untouched."""
    lesson = _LESSONS.get(type(event))
    return lesson(state, event) if lesson else state


def remember(state: State, entry: OpenEntry) -> State:
    """The entry is durable: it is the journal's last one, and limits count it."""
    knowledge = replace(state.knowledge, sequence=entry.sequence, entries=(*state.knowledge.entries, entry))
    recent = (entry, *state.recent)[:RECENT_MAX]
    return replace(state, knowledge=knowledge, recent=recent, outcomes=listed(state.outcomes, recent))


def listed(outcomes: tuple[Outcome, ...], recent: tuple[OpenEntry, ...]) -> tuple[Outcome, ...]:
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
    return replace(state, knowledge=_prune(trust(state.knowledge, read), event.at))


def _take_snapshot(state: State, event: events.SnapshotTaken) -> State:
    taken = replace(state.knowledge, programmes=event.programmes, snapshot_sequence=event.sequence)
    return replace(state, knowledge=_prune(taken, event.at))


def _prune(knowledge: Knowledge, moment: Moment) -> Knowledge:
    """Drop what no limit depends on: in the checkpoint, in the snapshot, and too old to ask "again?" about."""
    settled = min(knowledge.checkpoint.sequence if knowledge.checkpoint else 0, knowledge.snapshot_sequence)
    entries = tuple(e for e in knowledge.entries if e.sequence > settled or is_fresh(e, moment))
    return replace(knowledge, entries=entries)


def _lock(state: State, event: events.Locked) -> State:
    return replace(state, knowledge=replace(state.knowledge, locked=state.knowledge.locked or event.reason))


def _note_forwarded(state: State, event: events.Forwarded) -> State:
    return replace(state, knowledge=replace(state.knowledge, forwarded=event.sequence))


def _note_outcomes(state: State, event: events.OutcomesKnown) -> State:
    return replace(state, outcomes=listed(state.outcomes + event.outcomes, state.recent))


def _note_contact(state: State, event: events.ContactChanged) -> State:
    return replace(state, gateway=event.gateway, chain=event.chain)


def _note_attention(state: State, event: events.AttentionChanged) -> State:
    return replace(state, attention=event.reason)


def _note_device(state: State, event: events.DeviceChanged) -> State:
    devices = {**dict(state.devices), event.name: event.status}
    return replace(state, devices=tuple(sorted(devices.items())))


def _note_key(state: State, event: events.KeyPressed) -> State:
    return replace(state, touched_ms=event.at.uptime_ms)


def _note_pass(state: State, event: events.PassScanned) -> State:
    return replace(state, last_read=Read(event.pass_address, event.at.uptime_ms), touched_ms=event.at.uptime_ms)


_LESSONS: Mapping[type[events.Event], Callable[[State, Any], State]] = {
    events.CheckpointRead: _read_checkpoint,
    events.SnapshotTaken: _take_snapshot,
    events.Forwarded: _note_forwarded,
    events.OutcomesKnown: _note_outcomes,
    events.ContactChanged: _note_contact,
    events.AttentionChanged: _note_attention,
    events.DeviceChanged: _note_device,
    events.Locked: _lock,
    events.KeyPressed: _note_key,
    events.PassScanned: _note_pass,
}
