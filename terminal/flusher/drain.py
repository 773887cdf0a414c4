"""The one drainer of the journal (two of them are how others charge twice).

While the gateway answers: hand in what it lacks, then ask what became of it, every few seconds and at each new entry.
When it does not answer, or says no: nothing is dropped or marked; wait by the schedule, which outlives a restart.
"""

import logging
from collections.abc import Callable, Iterable
from typing import NoReturn, Protocol

from contracts.wire import journal
from contracts.wire.batch import Segment
from contracts.wire.errors import Refused, TryAgain
from contracts.wire.reasons import Reason
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address, Hash, Timestamp
from terminal.core.events import AttentionChanged, Event, Forwarded, Locked, OutcomesKnown
from terminal.core.facts import Outcome
from terminal.core.moment import Moment
from terminal.flusher.answers import OUTCOMES_MAX, Accepted, Position, place
from terminal.flusher.gateway import Gateway
from terminal.rounds import Rounds, unless_disk_full

POLL_SECONDS = 5.0
"""Outcomes come sooner: `following` wakes the drainer when a budget has changed."""
HURRY_SECONDS = 1.0
"""Between two contacts while an ask is open."""
SEGMENT_ENTRIES = 100
WAIT_SECONDS_MAX = 300.0
"""A wait that was kept over a restart is no longer than this, whatever the clocks did."""
ROUNDS_MAX = 1000
"""Segments in one turn: more than any journal that waits, and an end for a gateway that plays games."""

_OTHERS = frozenset({Reason.TERMINAL_LOCKED, Reason.ENDPOINTS_DISAGREE})
"""What is not for the gateway to take back."""

_log = logging.getLogger(__name__)


class Journal(Protocol):
    """What the drainer needs of the store."""

    domain: Domain
    terminal: Address

    @property
    def sequence(self) -> int: ...  # noqa: D102 - the store says what these mean
    @property
    def forwarded(self) -> int: ...  # noqa: D102
    def segment_after(self, sequence: int, limit: int = ...) -> Segment | None: ...  # noqa: D102
    def acknowledge(self, sequence: int, head: Hash) -> bool: ...  # noqa: D102
    def outcomes(self, after: int = ...) -> tuple[Outcome, ...]: ...  # noqa: D102
    def record_outcomes(self, outcomes: Iterable[Outcome]) -> None: ...  # noqa: D102
    def schedule(self) -> tuple[int, Timestamp]: ...  # noqa: D102
    def save_schedule(self, attempts: int, due: Timestamp) -> None: ...  # noqa: D102
    def attention(self) -> tuple[Reason, str] | None: ...  # noqa: D102
    def save_attention(self, reason: Reason, detail: str) -> None: ...  # noqa: D102
    def clear_attention(self) -> None: ...  # noqa: D102


class Flusher:
    """Runs until cancelled. Tells the core by `report`, and whether the gateway answers by `contact`.

    `delay` says how long to wait after so many failures in a row, `poll_seconds` how long after a contact.
    """

    def __init__(
        self,
        store: Journal,
        gateway: Gateway,
        now: Callable[[], Moment],
        delay: Callable[[int], float],
        report: Callable[[Event], None],
        contact: Callable[[bool], None],
        poll_seconds: Callable[[], float] = lambda: POLL_SECONDS,
    ) -> None:
        self._store = store
        self._gateway = gateway
        self._now = now
        self._delay = delay
        self._report = report
        self._contact = contact
        self._poll_seconds = poll_seconds
        self._rounds = Rounds()
        self._agreed = False
        self._forwarded = store.forwarded
        self._settled = 0
        self._note_settled(store.outcomes())

    def wake(self) -> None:
        """There is something new to hand in, or the network may be back: do not wait."""
        self._rounds.wake()

    async def run(self) -> NoReturn:
        """Hand in and ask, for ever."""
        attempts, due = self._store.schedule()
        delay = min(max(due - self._now().bound, 0.0), WAIT_SECONDS_MAX) if attempts else 0.0
        await self._rounds.run(self._turn, delay)

    async def _turn(self) -> float:
        """One contact; how long to wait before the next."""
        try:
            await self._meet()
        except TryAgain as error:
            self._agreed = False
            self._contact(False)
            return self._postpone(str(error))
        except Refused as refused:
            self._contact(True)
            self._need_attention(refused)
            return self._postpone(str(refused))
        self._contact(True)
        self._recover()
        return self._poll_seconds()

    async def _meet(self) -> None:
        if not self._agreed:
            self._heed(await self._gateway.position())
            self._agreed = True
        refused = None
        try:
            await self._hand_in()
        except Refused as error:
            refused = error  # what is refused must not keep the terminal from learning the rest
        await self._ask_outcomes()
        if refused:
            raise refused

    async def _hand_in(self) -> None:
        for _ in range(ROUNDS_MAX):
            segment = self._store.segment_after(self._forwarded, SEGMENT_ENTRIES)
            if segment is None:
                return
            before = self._forwarded
            self._heed(await self._gateway.hand_in(segment))
            if self._forwarded <= before:
                self._agreed = False
                raise TryAgain("the gateway did not take in the entries, and does not say why")

    def _heed(self, answer: Accepted | Position) -> None:
        """Count the answer only if sequence and head are both ours; else see whether it proves a fork."""
        sequence, head = place(answer)
        if self._store.acknowledge(sequence, head):
            if sequence != self._forwarded:
                self._forwarded = sequence
                self._report(Forwarded(self._now(), sequence))
            return
        signature = answer.signature if isinstance(answer, Position) else None
        if signature and journal.is_signed(self._store.domain, self._store.terminal, sequence, head, signature):
            self._report(Locked(self._now(), Reason.FORK))
            raise TryAgain(f"the gateway has another journal, signed by this terminal, at {sequence}")
        raise Refused(Reason.REQUEST_FORM, f"the gateway names a head at {sequence} that is not ours, without proof")

    async def _ask_outcomes(self) -> None:
        count = OUTCOMES_MAX
        while count == OUTCOMES_MAX:
            before = self._settled
            answer = await self._gateway.outcomes(self._settled)
            try:
                outcomes = answer.facts(self._settled, self._store.sequence)
            except ValueError as error:
                raise TryAgain(str(error)) from None
            self._store.record_outcomes(outcomes)
            self._note_settled(outcomes)
            count = len(outcomes) if self._settled > before else 0
            if outcomes:
                self._report(OutcomesKnown(self._now(), outcomes))

    def _note_settled(self, outcomes: Iterable[Outcome]) -> None:
        """Everything up to `_settled` has an outcome; what lies beyond a hole is asked for again."""
        for outcome in outcomes:
            if outcome.sequence == self._settled + 1:
                self._settled = outcome.sequence

    def _need_attention(self, refused: Refused) -> None:
        """Keep that a person must look; the entries stay as they are, and are tried again."""
        _log.warning("gateway.refused", extra={"reason": refused.reason.name, "detail": refused.detail})
        if self._is_locked():
            return
        self._report(AttentionChanged(self._now(), refused.reason))
        with unless_disk_full(_log, "flusher.not_kept"):
            self._store.save_attention(refused.reason, refused.detail)

    def _postpone(self, why: str) -> float:
        attempts = min(self._store.schedule()[0] + 1, 2**31 - 1)
        delay = self._delay(attempts)
        _log.info("flusher.postponed", extra={"attempts": attempts, "seconds": round(delay, 1), "why": why})
        with unless_disk_full(_log, "flusher.not_kept"):
            self._store.save_schedule(attempts, Timestamp(self._now().bound + round(delay)))
        return delay

    def _recover(self) -> None:
        with unless_disk_full(_log, "flusher.not_kept"):
            if self._store.schedule()[0]:
                self._store.save_schedule(0, Timestamp(0))
            attention = self._store.attention()
            if attention is not None and attention[0] not in _OTHERS:
                self._report(AttentionChanged(self._now(), None))
                self._store.clear_attention()

    def _is_locked(self) -> bool:
        """Whether a fork was proven: that is over for nobody."""
        known = self._store.attention()
        return known is not None and known[0] is Reason.TERMINAL_LOCKED
