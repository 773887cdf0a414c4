"""Brings waiting entries to the contract, one transaction in flight at a time.

    nothing in flight    choose -> simulate -> sign -> store -> send
    one in flight        in a block: judge what it did, take it out
                         known to the node: wait
                         unknown: send the same bytes again; if the node refuses them, take them out and choose anew

The store has the transaction before the node has, so after a kill at any point it is found or sent again. Whatever
happens, the contract's cursor counts no entry twice: a wrong turn here costs gas, and never money.
"""

from collections.abc import Sequence

import structlog
from eth_account.signers.local import LocalAccount

from contracts.gateway.chain.events import Event
from contracts.gateway.chain.node import Node, Receipt, Signed
from contracts.gateway.http.auth import Clock
from contracts.gateway.settling import attention, outbox
from contracts.gateway.settling.attention import Trouble
from contracts.gateway.settling.batcher import Candidate, Cut, Limits, choose, due
from contracts.gateway.settling.outbox import Outgoing
from contracts.gateway.store import journals
from contracts.gateway.store.database import Store
from contracts.wire import batch as wire_batch
from contracts.wire import journal
from contracts.wire.batch import Segment
from contracts.wire.errors import Refused, TryAgain
from contracts.wire.reasons import Reason
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address, to_hex

GAS_CEILING = 14_000_000
"""Of an estimate, below the 2**24 that a transaction may take (EIP-7825) with the margin that is added."""

_MARGIN = 8  # an eighth more gas than estimated: a payment that turns into a draw meanwhile costs more
_log = structlog.get_logger("gateway.sender")


class Sender:
    """Settles what waits. `step` does the next thing; it is called again and again by one thread."""

    def __init__(
        self, store: Store, node: Node, account: LocalAccount, domain: Domain, clock: Clock, limits: Limits
    ) -> None:
        self._store = store
        self._node = node
        self._account = account
        self._domain = domain
        self._clock = clock
        self._limits = limits

    def step(self) -> None:
        """Do the next thing, if there is one. Raises TryAgain when the node or the store does not answer."""
        with self._store.reading() as connection:
            on_its_way = outbox.outgoing(connection)
        if on_its_way is not None:
            self._follow(on_its_way)
        else:
            self._begin()

    # ------------------------------------------------------------------------------------ a transaction in flight

    def _follow(self, outgoing: Outgoing) -> None:
        receipt = self._node.receipt(outgoing.hash)
        if receipt is not None:
            self._finish(outgoing, receipt)
        elif not self._node.knows(outgoing.hash):
            self._send(outgoing)

    def _send(self, outgoing: Outgoing) -> None:
        try:
            self._node.send(outgoing.raw)
        except Refused as refusal:
            if self._node.knows(outgoing.hash):
                return
            with self._store.writing() as connection:
                outbox.take_out(connection)
            raise TryAgain(f"the node refuses the transaction: {refusal.detail}") from refusal
        _log.info("sent", transaction=to_hex(outgoing.hash), nonce=outgoing.nonce, segments=len(outgoing.cuts))

    def _finish(self, outgoing: Outgoing, receipt: Receipt) -> None:
        with self._store.writing() as connection:
            outbox.take_out(connection)
            for trouble in troubles(outgoing, receipt.events) if receipt.succeeded else ():
                attention.mark(connection, trouble, self._clock())
        _log.info("in a block", transaction=to_hex(outgoing.hash), gas=receipt.gas, succeeded=receipt.succeeded)
        if not receipt.succeeded:
            raise TryAgain("the transaction failed; its entries are sent again")

    # ------------------------------------------------------------------------------------------- the next batch

    def _begin(self) -> None:
        candidates = self._candidates()
        if not due(candidates, self._limits, self._clock()):
            return
        outgoing = self._prepare(candidates, self._limits.entries, "no signed segment fits in a batch")
        if outgoing is None:
            return
        with self._store.writing() as connection:
            outbox.put_in(connection, outgoing, self._clock())
        self._send(outgoing)

    def _candidates(self) -> list[Candidate]:
        with self._store.reading() as connection:
            resting = attention.resting(connection, self._clock())
            waiting = [one for one in journals.waiting(connection) if one not in resting]
        found = (self._candidate(one) for one in waiting)
        return [candidate for candidate in found if candidate is not None]

    def _candidate(self, terminal: Address) -> Candidate | None:
        """What this terminal has beyond the contract's newest cursor; marks it when its journal differs there."""
        cursor = self._node.cursor(terminal)
        with self._store.reading() as connection:
            head = journals.head_at(connection, self._domain, terminal, cursor.sequence)
            beyond = journals.beyond(connection, terminal, cursor.sequence, self._limits.entries)
        if head is None or not beyond:
            return None  # the contract has gone past what is here; the reader will bring it
        if cursor.sequence and journal.kept(head) != cursor.head:
            self._mark(Trouble(terminal, Reason.FORK, f"the contract has another entry {cursor.sequence}"))
            return None
        return Candidate(terminal, beyond)

    def _prepare(self, candidates: Sequence[Candidate], entries: int, why: str) -> Outgoing | None:
        """A signed transaction for as much as the contract can take now.

        What is refused is tried again with half the terminals, and then with half the entries of the first one. Nothing
        is left of it when that terminal's shortest signed segment cannot be settled: it is marked, and rests.
        """
        cuts = choose(candidates, entries)
        if not cuts:
            self._mark(Trouble(candidates[0].terminal, Reason.SEGMENT_FORM, why))
            return None
        batch = wire_batch.encode(self._segment(cut) for cut in cuts)
        try:
            signed = self._sign(batch)
        except Refused as refusal:
            first = [one for one in candidates if one.terminal == cuts[0].terminal]
            if len(cuts) == 1:
                return self._prepare(first, cuts[0].count // 2, refusal.detail)
            half = {cut.terminal for cut in cuts[: len(cuts) // 2]}
            return self._prepare([one for one in candidates if one.terminal in half], entries, refusal.detail)
        return Outgoing(signed.hash, signed.nonce, signed.raw, tuple(cuts))

    def _sign(self, batch: bytes) -> Signed:
        gas = self._node.gas_for(self._account, batch)
        if gas > GAS_CEILING:
            raise Refused(Reason.REQUEST_TOO_LARGE, f"{gas} gas is more than {GAS_CEILING}")
        return self._node.sign(self._account, batch, gas + gas // _MARGIN)

    def _segment(self, cut: Cut) -> Segment:
        with self._store.reading() as connection:
            return journals.segment(connection, self._domain, cut.terminal, cut.first, cut.last)

    def _mark(self, trouble: Trouble) -> None:
        with self._store.writing() as connection:
            attention.mark(connection, trouble, self._clock())


def troubles(outgoing: Outgoing, events: Sequence[Event]) -> list[Trouble]:
    """Whose segments the contract refused or did not read, by the events of the transaction.

    A segment with nothing new is no trouble: somebody else settled it first.
    """
    told = [event for event in events if event.name in {"Settled", "SegmentRefused"}]
    fine = {event.address("terminal") for event in told if event.name == "Settled"}
    reasons = {event.address("terminal"): Reason(event.number("reason")) for event in told if event.name != "Settled"}
    found = {cut.terminal: reasons.get(cut.terminal, Reason.SEGMENT_FORM) for cut in outgoing.cuts}
    return [
        Trouble(terminal, reason, "refused by the contract")
        for terminal, reason in found.items()
        if terminal not in fine and reason != Reason.NOTHING_NEW
    ]
