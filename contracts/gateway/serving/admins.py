"""Those who operate a gateway: a name, a role, and the hash of a credential that only they have."""

import secrets
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.exc import IntegrityError

from contracts.gateway.store.database import Store
from contracts.gateway.store.tables import admins
from contracts.wire.errors import Broken
from contracts.wire.hashing import keccak256
from contracts.wire.units import Hash, Timestamp

ROLES = ("watch", "enrol", "operate")
_TOKEN_BYTES = 32
_TOKEN_LENGTH_MAX = 128


@dataclass(frozen=True, slots=True)
class Admin:
    """Somebody with a credential."""

    name: str
    role: str
    made_at: Timestamp


def add(connection: Connection, name: str, role: str, now: Timestamp) -> str:
    """Let somebody in; the credential, which is shown once and not kept. Raises Broken when the name is taken."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    values = {"name": name, "role": role, "token_hash": _hash(token), "made_at": now}
    try:
        connection.execute(insert(admins).values(values))
    except IntegrityError:
        raise Broken(f"there is an admin called {name}: remove that one first, or choose another name") from None
    return token


def remove(connection: Connection, name: str) -> None:
    """From now on the credential opens nothing. Raises Broken when there is nobody of that name."""
    if connection.execute(delete(admins).where(admins.c.name == name)).rowcount == 0:
        raise Broken(f"there is no admin called {name}")


def every(connection: Connection) -> list[Admin]:
    """All of them, by name."""
    rows = connection.execute(select(admins.c.name, admins.c.role, admins.c.made_at).order_by(admins.c.name))
    return [Admin(name, role, Timestamp(made_at)) for name, role, made_at in rows]


def find(store: Store, token: str) -> Admin | None:
    """Whose credential it is. It has 256 random bits, so a plain hash keeps it."""
    if len(token) > _TOKEN_LENGTH_MAX:
        return None
    query = select(admins.c.name, admins.c.role, admins.c.made_at).where(admins.c.token_hash == _hash(token))
    with store.reading() as connection:
        row = connection.execute(query).one_or_none()
    return None if row is None else Admin(row.name, row.role, Timestamp(row.made_at))


def _hash(token: str) -> Hash:
    return keccak256(token.encode())
