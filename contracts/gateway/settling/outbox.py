"""The transactions on their way to the contract: stored before they are sent, kept until their fate is final.

A transaction has one nonce and one or more attempts: the same call at different prices, of which one at most is mined.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import Connection, delete, insert, select, update

from contracts.gateway.settling.batcher import Cut
from contracts.gateway.settling.fees import GWEI, Fees
from contracts.gateway.settling.wallet import Attempt
from contracts.gateway.store.tables import attempts, spent, transaction_segments, transactions
from contracts.wire.units import Address, Hash, Timestamp

_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Tried:
    """An attempt without its bytes, which are long."""

    hash: Hash
    fees: Fees
    sent_at: Timestamp


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A transaction of ours, and all attempts at it: the newest, which pays most, is last.

    `gas` is the most that it may use, `block` the one in which it was last seen, None while it is in none.
    """

    id: int
    nonce: int
    gas: int
    block: int | None
    attempts: Sequence[Tried]

    @property
    def newest(self) -> Tried:
        """The attempt that pays most."""
        return self.attempts[-1]


def put_in(connection: Connection, account: Address, nonce: int, call: bytes, gas: int, now: Timestamp) -> int:
    """Store a transaction; its number. A second one with the same nonce is an IntegrityError, and so TryAgain."""
    values = {"account": account, "nonce": nonce, "batch": call, "gas": gas, "created_at": now}
    made = connection.execute(insert(transactions).values(**values).returning(transactions.c.id))
    return int(made.scalar_one())


def put_segments(connection: Connection, transaction: int, cuts: Iterable[Cut]) -> None:
    """Store what the transaction settles."""
    rows = [
        {"transaction": transaction, "terminal": cut.terminal, "first": cut.first, "last": cut.last} for cut in cuts
    ]
    connection.execute(insert(transaction_segments), rows)


def put_attempt(connection: Connection, transaction: int, attempt: Attempt, now: Timestamp) -> None:
    """Store one more attempt at it, which is to be sent now."""
    fees = {"max_fee": attempt.fees.most, "tip": attempt.fees.tip}
    place = {"hash": attempt.hash, "transaction": transaction, "raw": attempt.raw, "sent_at": now}
    connection.execute(insert(attempts).values(**place, **fees))


def outgoing(connection: Connection, account: Address) -> list[Outgoing]:
    """Every transaction of this account whose fate is not final, by nonce."""
    place, each = transactions.c, attempts.c
    columns = (place.id, place.nonce, place.gas, place.block, each.hash, each.max_fee, each.tip, each.sent_at)
    joined = select(*columns).join(attempts, each.transaction == place.id).where(place.account == account)
    rows = connection.execute(joined.order_by(place.nonce, each.max_fee)).all()
    found = []
    for fields, group in groupby(rows, lambda row: (row.id, row.nonce, row.gas, row.block)):
        tried = [Tried(Hash(row.hash), Fees(row.max_fee, row.tip), Timestamp(row.sent_at)) for row in group]
        found.append(Outgoing(*fields, tried))
    return found


def raw(connection: Connection, attempt: Hash) -> bytes | None:
    """The bytes of an attempt; None when the transaction is no longer here."""
    return connection.execute(select(attempts.c.raw).where(attempts.c.hash == attempt)).scalar_one_or_none()


def call(connection: Connection, transaction: int) -> bytes | None:
    """What the transaction calls; None when it is no longer here."""
    row = select(transactions.c.batch).where(transactions.c.id == transaction)
    return connection.execute(row).scalar_one_or_none()


def cuts(connection: Connection, transaction: int) -> list[Cut]:
    """What the transaction settles."""
    place = transaction_segments.c
    rows = connection.execute(select(place.terminal, place.first, place.last).where(place.transaction == transaction))
    return [Cut(Address(terminal), first, last) for terminal, first, last in rows]


def set_block(connection: Connection, transaction: int, block: int | None, block_hash: Hash | None) -> None:
    """It was seen in this block, or no longer is in any."""
    change = update(transactions).where(transactions.c.id == transaction)
    connection.execute(change.values(block=block, block_hash=block_hash))


def take_out(connection: Connection, transaction: int) -> None:
    """It is of no interest any more; with it go its attempts and segments."""
    for table in (attempts, transaction_segments):
        connection.execute(delete(table).where(table.c.transaction == transaction))
    connection.execute(delete(transactions).where(transactions.c.id == transaction))


def take_out_segments(connection: Connection, transaction: int, terminals: Iterable[Address]) -> None:
    """It has not settled these: their entries may go in another. What it cost is still to be accounted for."""
    place = transaction_segments.c
    where = (place.transaction == transaction, place.terminal.in_(list(terminals)))
    connection.execute(delete(transaction_segments).where(*where))


def account_for(connection: Connection, account: Address, entries: int, gas: int, price: int, now: Timestamp) -> None:
    """Add one transaction to what this day has cost."""
    key = {"day": now // _DAY, "account": account}
    where = (spent.c.day == key["day"], spent.c.account == account)
    more = {"transactions": 1, "entries": entries, "gas": gas, "fee_gwei": gas * price // GWEI}
    sums = {name: spent.c[name] + value for name, value in more.items()}
    if connection.execute(update(spent).where(*where).values(**sums)).rowcount == 0:
        connection.execute(insert(spent).values(**key, **more))
