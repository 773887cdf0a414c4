"""What all moves give back, and the two things that many of them do."""

from dataclasses import replace

from contracts.wire.reasons import Reason
from terminal.core.counter import OpenSale, RefundScanning, Refused
from terminal.core.effects import Effect, Signal, Tone
from terminal.core.moment import Moment
from terminal.core.state import State

Step = tuple[State, tuple[Effect, ...]]


def refuse(state: State, reason: Reason, moment: Moment, resume: OpenSale | RefundScanning | None = None) -> Step:
    """Say no, and why; what is to be resumed stays open behind it."""
    return replace(state, sale=Refused(reason, moment, resume)), (Signal(Tone.REFUSED),)


def since(earlier: Moment, now: Moment) -> int:
    """Milliseconds between the two."""
    return now.uptime_ms - earlier.uptime_ms
