"""One account that pays, as this process knows it: its lease, and what it remembers of its transactions.

What is remembered here only spares questions: after a restart all is found again in the store and on the chain.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from contracts.gateway.http.auth import Clock
from contracts.gateway.settling import leases
from contracts.gateway.settling.leases import Lease
from contracts.gateway.settling.wallet import Wallet
from contracts.gateway.store.database import Store
from contracts.wire.errors import TryAgain
from contracts.wire.units import Hash, Timestamp, to_hex

HANDED_SECONDS = 10
"""So often the node is given again what it should have: it may have dropped it, or be another."""

_AHEAD_SECONDS = 60


class Account:
    """Who sends: `owner` names this process among those that share the store."""

    def __init__(self, store: Store, wallet: Wallet, owner: str, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._name = f"account:{to_hex(wallet.address)}"
        self._handed: dict[int, Timestamp] = {}
        self._seen: dict[int, tuple[Hash, int]] = {}
        self._nonce, self._since = -1, Timestamp(0)
        self.wallet = wallet
        self.owner = owner
        self.lease = Lease(store, self._name, owner, clock)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A writing transaction in which the account is ours. Raises TryAgain when it is another's by now."""
        with self._store.writing() as connection:
            if not leases.is_held(connection, self._name, self.owner):
                raise TryAgain("another gateway sends from this account now")
            yield connection

    def handed(self, transaction: int) -> None:
        """A node was given it."""
        self._handed[transaction] = self._clock()

    def was_handed(self, transaction: int) -> bool:
        """Whether that was a moment ago."""
        return 0 <= self._clock() - self._handed.get(transaction, Timestamp(-HANDED_SECONDS)) < HANDED_SECONDS

    def moved_past(self, transaction: int, attempt: Hash, newest: int) -> bool:
        """Whether blocks were made since this attempt was first asked about here.

        By their numbers: the chain's clock need not be ours.
        """
        seen, number = self._seen.get(transaction, (attempt, newest))
        if seen != attempt:
            number = newest
        self._seen[transaction] = (attempt, number)
        return newest > number

    def forget(self, transaction: int) -> None:
        """It is no more."""
        self._handed.pop(transaction, None)
        self._seen.pop(transaction, None)

    def quiet(self, nonce: int, sent_at: Timestamp) -> int:
        """Seconds since a transaction was sent, or since the account's nonce was seen to move, if that was later.

        What happened later than a minute from now happened while the clock ran ahead: long ago, for all that is known.
        """
        now = self._clock()
        if nonce != self._nonce:
            self._nonce, self._since = nonce, (now if self._nonce >= 0 else self._since)
        return now - max(when if when <= now + _AHEAD_SECONDS else 0 for when in (sent_at, self._since))
