"""Brings waiting entries to the contract from one account, up to four transactions in flight.

    what waits     lease -> choose -> simulate -> sign -> store -> send
    what was sent  is followed until its block is final: sent again, replaced, or given back (see `fate`)

The store has a transaction before the node has, so after a kill at any point it is found or sent again. Whatever
happens, the contract's cursor counts no entry twice: a wrong turn here costs gas, and never money.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy import select

from contracts.gateway.chain.node import Node
from contracts.gateway.http.auth import Clock
from contracts.gateway.settling import fees, outbox, shares
from contracts.gateway.settling.account import Account
from contracts.gateway.settling.batcher import Limits
from contracts.gateway.settling.fees import GWEI
from contracts.gateway.settling.follower import Follower, Terms, View
from contracts.gateway.settling.maker import Made, Maker
from contracts.gateway.settling.outbox import Outgoing
from contracts.gateway.settling.wallet import Wallet
from contracts.gateway.store.database import Store
from contracts.gateway.store.tables import progress
from contracts.wire.errors import TryAgain
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address, to_hex

IN_FLIGHT_MAX = 4
_ETHER = 10**18
_log = structlog.get_logger("gateway.sender")


@dataclass(frozen=True, slots=True)
class Settling:
    """How one process settles: the store and the node, its name among processes, what a batch holds and may cost."""

    store: Store
    node: Node
    domain: Domain
    owner: str
    clock: Clock
    limits: Limits
    terms: Terms


class Sender:
    """Settles what waits from one account. `step` does what there is to do; one thread calls it again and again."""

    def __init__(self, settling: Settling, wallet: Wallet) -> None:
        self._settling = settling
        self._node = settling.node
        self._store, clock = settling.store, settling.clock
        self._account = Account(self._store, wallet, settling.owner, clock)
        self._follower = Follower(self._store, self._node, self._account, settling.terms, clock)
        self._maker = Maker(
            self._store, self._node, wallet.address, settling.owner, settling.domain, clock, settling.limits
        )

    def step(self) -> bool:
        """Follow what was sent, send what is due, and tell whether something changed.

        Raises TryAgain when the node or the store does not answer, or with what keeps entries from being settled. Does
        nothing while another process sends from this account.
        """
        if not self._account.lease.held():
            return False
        said: list[str] = []
        with self._node.steady():
            changed = self._step(said)
        if said:
            raise TryAgain("; ".join(said))
        return changed

    def _step(self, said: list[str]) -> bool:
        ongoing, read = self._read()
        changed = False
        if ongoing:
            changed = self._follower.follow(ongoing, self._view(read), said)
            ongoing, read = self._read() if changed else (ongoing, read)
        while self._in_flight(ongoing) < IN_FLIGHT_MAX and self._begin(ongoing, read):
            changed = True
            ongoing, read = self._read()
        return changed

    def _read(self) -> tuple[list[Outgoing], int]:
        """The account's transactions, and up to which block the chain has been read."""
        with self._store.reading() as connection:
            read = connection.execute(select(progress.c.block)).scalar_one()
            return outbox.outgoing(connection, self._account.wallet.address), int(read)

    def _view(self, read: int) -> View:
        return View(self._node.newest(), self._node.nonce(self._account.wallet.address), read)

    @staticmethod
    def _in_flight(ongoing: Sequence[Outgoing]) -> int:
        return sum(one.block is None for one in ongoing)

    def _begin(self, ongoing: Sequence[Outgoing], read: int) -> bool:
        """Make the next batch and send it, if one is due."""
        leased = self._maker.lease()
        if not leased:
            return False
        put_in: Sequence[Address] = ()
        try:
            made = self._maker.make(leased, self._follower.suspects)
            if made is None:
                return False
            put_in = self._send(made, ongoing, self._view(read))
        finally:
            self._maker.release(leased.keys() - put_in)
        return True

    def _send(self, made: Made, ongoing: Sequence[Outgoing], view: View) -> Sequence[Address]:
        ceiling = self._settling.terms.ceiling
        if not fees.affordable(view.market, ceiling):
            dear = f"the base fee is {view.market.base / GWEI:g} gwei, and at most {ceiling / GWEI:g} are to be paid"
            raise TryAgain(f"{dear}: nothing is sent until it falls, and entries wait safely")
        offer = fees.offer(view.market, ceiling)
        self._check_funds(
            made.gas * offer.most + sum(one.gas * one.newest.fees.most for one in ongoing if not one.block)
        )
        terminals = [cut.terminal for cut in made.cuts]
        used = {one.nonce for one in ongoing}
        nonce = next(number for number in range(view.nonce, view.nonce + len(used) + 1) if number not in used)
        attempt = self._account.wallet.sign(made.call, nonce, made.gas, offer)
        now = self._settling.clock()
        with self._account.writing() as connection:
            number = outbox.put_in(connection, self._account.wallet.address, nonce, made.call, made.gas, now)
            outbox.put_attempt(connection, number, attempt, now)
            outbox.put_segments(connection, number, made.cuts)
            if not shares.put_on_the_way(connection, self._settling.owner, terminals, number):
                raise TryAgain("the lease of a terminal ran out while its batch was made")
        for cut in made.cuts:
            place = {"terminal": to_hex(cut.terminal), "first": cut.first, "last": cut.last}
            _log.info("in a transaction", **place, transaction=to_hex(attempt.hash), nonce=nonce)
        self._account.moved_past(number, attempt.hash, view.newest.block.number)
        refusal = self._follower.send(number, attempt.hash)
        if refusal is not None:
            self._follower.give_back(number)
            self._maker.refused(made)
            raise TryAgain(f"the node does not take the transaction: {refusal[1]}")
        self._maker.taken()
        return terminals

    def _check_funds(self, needed: int) -> None:
        balance = self._node.balance(self._account.wallet.address)
        if balance < needed:
            account = to_hex(self._account.wallet.address)
            raise TryAgain(
                f"account {account} has {balance / _ETHER:g}, and {needed / _ETHER:g} may be needed: send it gas money"
            )
