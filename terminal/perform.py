"""The core with hands: what comes in becomes an event, the event a step, and the step's effects are performed.

Synchronous on purpose: between a confirm key and "approved" nothing else can happen in this process.
"""

import logging
from collections.abc import Callable

from contracts.wire import passcode
from contracts.wire.entry import Delegation
from contracts.wire.errors import Refused
from contracts.wire.passcode import PhoneCode
from contracts.wire.reasons import Reason
from contracts.wire.units import Address
from terminal.clock import Clock
from terminal.core import sale
from terminal.core.effects import (
    CheckPin,
    CloseDay,
    Commit,
    Effect,
    FindSales,
    Forget,
    GatherHelp,
    HandOut,
    Resolve,
    Signal,
    Teaching,
)
from terminal.core.events import (
    AttentionChanged,
    CheckpointRead,
    CommitFailed,
    Committed,
    ContactChanged,
    DayClosed,
    DeviceChanged,
    Event,
    Key,
    KeyPressed,
    Locked,
    LostKnown,
    OutcomesKnown,
    PassScanned,
    SalesFound,
    ScanRefused,
    Ticked,
)
from terminal.core.screen import Screen
from terminal.core.view import view
from terminal.signer import PassSigner, TerminalSigner, sign_entry
from terminal.store import Store

_log = logging.getLogger(__name__)

Told = Signal | HandOut | Teaching | FindSales | CheckPin | CloseDay | GatherHelp
"""What the daemon is told to do. It answers the last four by events, always; FindSales with what the gateway has."""


class Counter:
    """One terminal at its counter.

    `wake_network` is called when there is something to send, or a way to again; `tell` with what is done elsewhere. It
    must neither wait nor raise.
    """

    def __init__(
        self,
        store: Store,
        signer: TerminalSigner,
        clock: Clock,
        network: int,
        wake_network: Callable[[], None],
        tell: Callable[[Told], None],
        *,
        has_pin: bool = False,
    ) -> None:
        self._store = store
        self._signer = signer
        self._passes = PassSigner()
        self._clock = clock
        self._network = network
        self._wake_network = wake_network
        self._tell = tell
        facts, checkpoint = store.facts(), store.checkpoint()
        self._state = sale.start(facts, checkpoint, store.programmes(), store.snapshot_sequence(), has_pin=has_pin)
        self._resume(store.attention())
        self._learn_lost()

    def screen(self) -> Screen:
        """What to show now."""
        return view(self._state, self._clock.moment())

    @property
    def asks(self) -> bool:
        """Whether the contract was asked for something and its answer is not known."""
        return bool(self._state.knowledge.open_asks)

    def scan(self, text: str) -> None:
        """Something was read. What signs goes to the signer, the pass's address to the core, and the text nowhere."""
        try:
            pass_address, delegation = self._hold(text)
        except Refused as refused:
            self.misread(refused.reason)
            return
        now, budgets = self._clock.moment(), self._store.budgets_of(pass_address)
        orders = self._store.orders_of(pass_address, now.latest())
        self.hear(PassScanned(now, pass_address, budgets, delegation, orders))

    def misread(self, reason: Reason) -> None:
        """Something was read that is no pass of ours."""
        self.hear(ScanRefused(self._clock.moment(), reason))

    def press(self, key: Key) -> None:
        """A key, from a keypad or a screen."""
        self.hear(KeyPressed(self._clock.moment(), key))

    def device(self, name: str, status: str, detail: str) -> None:
        """A device came, went, or is not to be had."""
        _log.info("device", extra={"device": name, "status": status, "detail": detail})
        self.hear(DeviceChanged(self._clock.moment(), name, status, detail))

    def contact(self, *, gateway: bool | None = None, chain: bool | None = None) -> None:
        """The gateway or the chain answers, or no longer; None is no news."""
        before = self._state.gateway, self._state.chain
        after = before[0] if gateway is None else gateway, before[1] if chain is None else chain
        if after != before:
            _log.info("contact", extra={"gateway": after[0], "chain": after[1]})
            self.hear(ContactChanged(self._clock.moment(), *after))
            if True in (gateway, chain):
                self._wake_network()  # where one answers again, the other may: nobody should wait out a long pause

    def tick(self) -> None:
        """Time went on."""
        self.hear(Ticked(self._clock.moment()))

    def hear(self, event: Event) -> None:
        """Step the core, and do what it asks for; what comes of that is stepped before anything else."""
        if isinstance(event, Locked):
            self._keep_lock(event)
        self._state, effects = sale.step(self._state, event)
        for effect in effects:
            if answer := self._perform(effect):
                self.hear(answer)
        if isinstance(event, OutcomesKnown | CheckpointRead | DayClosed):
            self._learn_lost()

    def _hold(self, text: str) -> tuple[Address, Delegation | None]:
        code = passcode.parse(text, self._network)
        if isinstance(code, PhoneCode):
            return self._passes.hold_phone(code, self._signer.domain), code.delegation
        return self._passes.hold(code), None

    def _perform(self, effect: Effect) -> Event | None:
        match effect:
            case Commit():
                return self._commit(effect)
            case Forget():
                self._passes.forget()
            case Resolve():
                self._resolve(effect)
            case FindSales(pass_address, settled):
                self._tell(effect)
                sales = self._store.sales_of(pass_address, settled)
                return SalesFound(self._clock.moment(), pass_address, sales, last=False)
            case _:
                self._tell(effect)
        return None

    def _commit(self, commit: Commit) -> Event:
        """Sign and store. Only a certain yes or a certain no is answered; Broken stops the daemon."""
        line = sign_entry(self._signer, self._passes, self._store.head, commit)
        try:
            self._store.append(line, commit)
        except Refused as refused:
            _log.error("entry.not_stored", extra={"sequence": commit.sequence, "detail": refused.detail})
            return CommitFailed(self._clock.moment(), refused.reason)
        self._wake_network()
        return Committed(self._clock.moment(), commit.sequence)

    def _learn_lost(self) -> None:
        """What is rejected for certain, however long ago it was sold, until a closed day tells of it."""
        lost = self._store.lost()
        if lost != self._state.lost:
            self.hear(LostKnown(self._clock.moment(), lost))

    def _resolve(self, resolve: Resolve) -> None:
        """Note how the ask ended. Where the disk does not take it, the chain tells again after the next start."""
        try:
            self._store.resolve(resolve.sequence, resolve.how)
        except Refused as refused:
            _log.error("ask.end_not_kept", extra={"sequence": resolve.sequence, "detail": refused.detail})

    def _resume(self, attention: tuple[Reason, str] | None) -> None:
        """What needed a person before the start still does; a fork that was proven stays proven."""
        if attention is None:
            return
        if attention[0] is Reason.TERMINAL_LOCKED:
            self.hear(Locked(self._clock.moment(), Reason.FORK))
        else:
            self.hear(AttentionChanged(self._clock.moment(), attention[0]))

    def _keep_lock(self, event: Locked) -> None:
        _log.error("locked", extra={"reason": event.reason.name})
        try:
            self._store.save_attention(Reason.TERMINAL_LOCKED, f"proven: {event.reason.name}")
        except Refused as refused:
            _log.error("locked.not_kept", extra={"detail": refused.detail})
