"""Who does what only one process should do at a time: send from an account, read the chain.

A process that is gone loses its leases after a while, and another goes on where it stood. Nothing hangs on them but
gas: two that both believe to hold one are told apart by the nonce and by the contract's cursor.
"""

from sqlalchemy import Connection, insert, or_, select, update

from contracts.gateway.http.auth import Clock
from contracts.gateway.store.database import Store, lock
from contracts.gateway.store.tables import leases
from contracts.wire.units import Address, Timestamp, to_hex

LEASE_SECONDS = 20
_NOBODY = ""


def of_account(account: Address) -> str:
    """The lease of whoever sends from it."""
    return f"account:{to_hex(account)}"


class Lease:
    """One lease, asked for again and again: `held` renews it in time."""

    def __init__(self, store: Store, name: str, owner: str, clock: Clock) -> None:
        self._store = store
        self._name = name
        self._owner = owner
        self._clock = clock
        self._until = Timestamp(0)

    def held(self) -> bool:
        """Whether it is ours for the next seconds."""
        now = self._clock()
        if not now < self._until - LEASE_SECONDS // 2 <= now + LEASE_SECONDS:
            with self._store.writing() as connection:
                if not take(connection, self._name, self._owner, now):
                    return False
            self._until = Timestamp(now + LEASE_SECONDS)
        return True


def take(connection: Connection, name: str, owner: str, now: Timestamp) -> bool:
    """Have it from now on for LEASE_SECONDS, unless somebody else has it."""
    lock(connection, f"lease {name}")
    free = or_(leases.c.owner == owner, leases.c.until <= now, leases.c.until > now + 2 * LEASE_SECONDS)
    values = {"owner": owner, "until": now + LEASE_SECONDS}
    if connection.execute(update(leases).where(leases.c.name == name, free).values(**values)).rowcount:
        return True
    if connection.execute(select(leases.c.name).where(leases.c.name == name)).first():
        return False
    connection.execute(insert(leases).values(name=name, **values))
    return True


def let_go_of_all(store: Store, owner: str, now: Timestamp) -> None:
    """Another process may have whatever this one had, at once: this one stops."""
    with store.writing() as connection:
        connection.execute(update(leases).where(leases.c.owner == owner).values(owner=_NOBODY, until=now))


def is_left(connection: Connection, name: str, now: Timestamp, seconds: int) -> bool:
    """Whether nobody has had it for so many seconds; nobody can take it before this transaction ends."""
    lock(connection, f"lease {name}")
    until = connection.execute(select(leases.c.until).where(leases.c.name == name)).scalar_one_or_none()
    return until is None or not now - seconds < until <= now + 2 * LEASE_SECONDS


def is_held(connection: Connection, name: str, owner: str) -> bool:
    """Whether it is this owner's still; nobody can take it before this transaction ends."""
    row = select(leases.c.owner).where(leases.c.name == name).with_for_update()
    return connection.execute(row).scalar_one_or_none() == owner
