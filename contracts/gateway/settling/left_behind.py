"""Transactions of accounts from which no gateway sends any more: their key was taken out, stolen or lost.

Nobody follows them, so they are given up and their entries go in others. The contract passes over what is mined of them
after all.
"""

import structlog
from sqlalchemy import Connection, or_, select

from contracts.gateway.settling import leases, outbox, shares
from contracts.gateway.store.database import Store
from contracts.gateway.store.tables import progress, transactions
from contracts.wire.units import Address, Timestamp, to_hex

LEFT_SECONDS = 600
"""An account from which nothing was sent for so long is left: longer than a gateway takes to be started again."""

_log = structlog.get_logger("gateway.left_behind")


def give_up(store: Store, now: Timestamp) -> bool:
    """Give up what is left behind; whether there was anything.

    What is in a block is left alone until that is final: it has settled its entries, unless the block was undone.
    """
    with store.writing() as connection:
        left = [account for account in _accounts(connection) if _is_left(connection, account, now)]
        read = select(progress.c.block).scalar_subquery()
        settles_nothing = or_(transactions.c.block.is_(None), transactions.c.block <= read)
        where = (transactions.c.account.in_(left), settles_nothing)
        found = connection.execute(select(transactions.c.id, transactions.c.nonce).where(*where)).all()
        for number, _ in found:
            shares.arrived(connection, number)
            outbox.take_out(connection, number)
    if found:
        accounts, nonces = [to_hex(account) for account in left], [nonce for _, nonce in found]
        _log.warning("given up, as nobody sends from these accounts", accounts=accounts, nonces=nonces)
    return bool(found)


def _accounts(connection: Connection) -> list[Address]:
    """In an order, as their leases are locked one after the other."""
    query = select(transactions.c.account).distinct().order_by(transactions.c.account)
    return [Address(account) for account in connection.execute(query).scalars()]


def _is_left(connection: Connection, account: Address, now: Timestamp) -> bool:
    return leases.is_left(connection, leases.of_account(account), now, LEFT_SECONDS)
