"""Follows the transactions that were sent, until each is final: sends again, pays more, or gives its entries back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy import Connection

from contracts.gateway.chain.events import Event
from contracts.gateway.chain.node import Newest, Node, Receipt
from contracts.gateway.chain.refusals import Refusal
from contracts.gateway.http.auth import Clock
from contracts.gateway.settling import attention, fate, fees, outbox, shares
from contracts.gateway.settling.account import Account
from contracts.gateway.settling.attention import Trouble
from contracts.gateway.settling.batcher import Cut
from contracts.gateway.settling.fate import Do, Known, Shown
from contracts.gateway.settling.fees import GWEI, Market
from contracts.gateway.settling.outbox import Outgoing
from contracts.gateway.store.database import Store
from contracts.wire.reasons import Reason
from contracts.wire.units import Address, Hash, to_hex

_log = structlog.get_logger("gateway.sender")
_HELPS = {None, Refusal.KNOWN, Refusal.NONCE_USED, Refusal.NONCE_AHEAD, Refusal.UNDERPRICED}
"""What a node may answer when there is nothing to do but wait."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What is paid at most for a unit of gas, in wei, and after how many seconds a transaction counts as stuck."""

    ceiling: int = 200 * GWEI
    stuck: int = 60


@dataclass(frozen=True, slots=True)
class View:
    """The chain at one moment: its newest block, the account's next nonce there, and up to where it has been read."""

    newest: Newest
    nonce: int
    read: int

    @property
    def market(self) -> Market:
        """What the next block asks."""
        return Market(self.newest.base, self.newest.tip)


class Follower:
    """Does what `fate` decides. `suspects` are terminals of transactions that failed: they go alone."""

    def __init__(self, store: Store, node: Node, account: Account, terms: Terms, clock: Clock) -> None:
        self._store = store
        self._node = node
        self._account = account
        self._terms = terms
        self._clock = clock
        self.suspects: set[Address] = set()

    def follow(self, ongoing: Sequence[Outgoing], view: View, said: list[str]) -> bool:
        """Do for each what comes next, and whether anything changed; what a person should know is added to `said`."""
        first = min((one.nonce for one in ongoing if one.nonce >= view.nonce), default=-1)
        changed = [self._one(outgoing, view, outgoing.nonce == first, said) for outgoing in ongoing]
        return any(changed)

    def send(self, transaction: int, attempt: Hash) -> tuple[Refusal, str] | None:
        """Hand an attempt to the node: None when there is nothing to do but wait, else why it was not taken."""
        with self._store.reading() as connection:
            raw = outbox.raw(connection, attempt)
        if raw is None:
            return None
        refusal = self._node.send(raw)
        self._account.handed(transaction)
        _log.info("sent", transaction=to_hex(attempt), refusal=refusal and refusal[1])
        return None if refusal is None or refusal[0] in _HELPS else refusal

    def give_back(self, transaction: int) -> None:
        """It will not be: its entries may go in another."""
        with self._account.writing() as connection:
            shares.arrived(connection, transaction)
            outbox.take_out(connection, transaction)
        self._account.forget(transaction)

    def _one(self, outgoing: Outgoing, view: View, first: bool, said: list[str]) -> bool:  # noqa: FBT001
        quiet = self._account.quiet(view.nonce, outgoing.newest.sent_at)
        handed = self._account.was_handed(outgoing.id)
        known = Known(outgoing.nonce, outgoing.block, quiet, first, handed)
        receipt = self._receipt(outgoing) if fate.is_asked_for(known, view.nonce, view.read) else None
        block = None if receipt is None else receipt[1].block
        moving = self._account.moved_past(outgoing.id, outgoing.newest.hash, view.newest.block.number)
        what = fate.decide(known, Shown(view.nonce, view.read, block, moving), self._terms.stuck)
        return self._do(what, outgoing, view, receipt, said)

    def _do(
        self, what: Do, outgoing: Outgoing, view: View, receipt: tuple[Hash, Receipt] | None, said: list[str]
    ) -> bool:
        if what is Do.SEND:
            self._send_again(outgoing, view, said)
        elif what is Do.REPLACE:
            self._replace(outgoing, view, said)
        elif what is Do.RETURN:
            self._return(outgoing)
            self._send_again(outgoing, view, said)
        elif what is Do.TAKE_OUT:
            _log.warning("given up: its nonce is used, or an earlier one is missing", nonce=outgoing.nonce)
            self.give_back(outgoing.id)
        elif receipt is not None and what is not Do.WAIT:
            self._arrived(outgoing, *receipt, said, final=what is Do.FINISH)
        return what not in {Do.WAIT, Do.SEND}

    def _receipt(self, outgoing: Outgoing) -> tuple[Hash, Receipt] | None:
        for attempt in reversed(outgoing.attempts):
            receipt = self._node.receipt(attempt.hash)
            if receipt is not None:
                return attempt.hash, receipt
        return None

    # --------------------------------------------------------------------------------------------- not in a block

    def _send_again(self, outgoing: Outgoing, view: View, said: list[str]) -> None:
        refusal = self.send(outgoing.id, outgoing.newest.hash)
        if refusal is None:
            return
        if refusal[0] is Refusal.TOO_CHEAP:
            self._replace(outgoing, view, said)
            return
        said.append(f"the node does not take transaction {to_hex(outgoing.newest.hash)}: {refusal[1]}")
        quiet = self._account.quiet(view.nonce, outgoing.newest.sent_at)
        if refusal[0] is not Refusal.FULL and quiet >= self._terms.stuck:
            self.give_back(outgoing.id)

    def _replace(self, outgoing: Outgoing, view: View, said: list[str]) -> None:
        more = fees.replacement(outgoing.newest.fees, view.market, self._terms.ceiling)
        if more is None:
            said.append(f"a transaction waits, and more than {self._terms.ceiling / GWEI:g} gwei is not to be paid")
            if not self._account.was_handed(outgoing.id):  # the node may have dropped it
                self.send(outgoing.id, outgoing.newest.hash)
            return
        with self._account.writing() as connection:
            call = outbox.call(connection, outgoing.id)
            if call is None:
                return
            attempt = self._account.wallet.sign(call, outgoing.nonce, outgoing.gas, more)
            outbox.put_attempt(connection, outgoing.id, attempt, self._clock())
        _log.warning("replaced", nonce=outgoing.nonce, by=to_hex(attempt.hash), gwei=more.most / GWEI)
        refusal = self.send(outgoing.id, attempt.hash)
        if refusal is not None:
            said.append(f"the node does not take transaction {to_hex(attempt.hash)}: {refusal[1]}")

    def _return(self, outgoing: Outgoing) -> None:
        _log.warning("its block was undone", transaction=to_hex(outgoing.newest.hash), block=outgoing.block)
        with self._account.writing() as connection:
            outbox.set_block(connection, outgoing.id, None, None)
            terminals = [cut.terminal for cut in outbox.cuts(connection, outgoing.id)]
            shares.on_the_way_again(connection, terminals, outgoing.id)

    # ------------------------------------------------------------------------------------------------- in a block

    def _arrived(self, outgoing: Outgoing, attempt: Hash, receipt: Receipt, said: list[str], *, final: bool) -> None:
        with self._account.writing() as connection:
            cuts = outbox.cuts(connection, outgoing.id)
            if outgoing.block != receipt.block:
                outbox.set_block(connection, outgoing.id, receipt.block, receipt.block_hash)
                shares.arrived(connection, outgoing.id)
                self._judge(connection, outgoing.id, cuts, receipt)
            if final:
                entries = sum(cut.count for cut in outbox.cuts(connection, outgoing.id))
                price = (receipt.gas, receipt.price)
                outbox.account_for(connection, self._account.wallet.address, entries, *price, self._clock())
                outbox.take_out(connection, outgoing.id)
        if final:
            self._account.forget(outgoing.id)
        done = {"transaction": to_hex(attempt), "gas": receipt.gas, "succeeded": receipt.succeeded, "final": final}
        _log.info("in a block", block=receipt.block, **done)
        if not receipt.succeeded and outgoing.block is None:
            said.append("a transaction failed; its entries are sent again")

    def _judge(self, connection: Connection, transaction: int, cuts: Sequence[Cut], receipt: Receipt) -> None:
        """Mark whose segments were not consumed; what a transaction did not settle may go in another."""
        if receipt.succeeded:
            self.suspects -= {cut.terminal for cut in cuts}
            found = troubles(cuts, receipt.events)
            not_settled = {cut.terminal for cut in cuts} - settled(receipt.events)
        else:
            found = self._failed(cuts)
            not_settled = {cut.terminal for cut in cuts}
        for trouble in found:
            attention.mark(connection, trouble, self._clock())
        outbox.take_out_segments(connection, transaction, not_settled)

    def _failed(self, cuts: Sequence[Cut]) -> list[Trouble]:
        """All of a failed transaction are tried alone; who fails alone rests."""
        if len(cuts) == 1 and cuts[0].terminal in self.suspects:
            self.suspects.discard(cuts[0].terminal)
            return [Trouble(cuts[0].terminal, Reason.SEGMENT_FORM, "its transaction failed, though it goes alone")]
        self.suspects |= {cut.terminal for cut in cuts}
        return []


def settled(events: Iterable[Event]) -> set[Address]:
    """Of whom the contract consumed something."""
    return {event.address("terminal") for event in events if event.name == "Settled"}


def troubles(cuts: Sequence[Cut], events: Sequence[Event]) -> list[Trouble]:
    """Whose segments the contract refused or did not read, by the events of the transaction.

    A segment with nothing new is no trouble: somebody else settled it first. Nor is a gap: what it follows on was in a
    block that is undone, and goes again.
    """
    fine = settled(events)
    refused = [event for event in events if event.name == "SegmentRefused"]
    reasons = {event.address("terminal"): Reason(event.number("reason")) for event in refused}
    found = {cut.terminal: reasons.get(cut.terminal, Reason.SEGMENT_FORM) for cut in cuts}
    return [
        Trouble(terminal, reason, "refused by the contract")
        for terminal, reason in found.items()
        if terminal not in fine and reason not in {Reason.NOTHING_NEW, Reason.GAP}
    ]
