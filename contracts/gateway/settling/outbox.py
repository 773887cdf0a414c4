"""The one transaction that is on its way to the contract: stored before it is sent, kept until its fate is known."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from contracts.gateway.settling.batcher import Cut
from contracts.gateway.store.tables import in_flight, in_flight_segments
from contracts.wire.units import Address, Hash, Timestamp


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A signed transaction, and the entries that it settles."""

    hash: Hash
    nonce: int
    raw: bytes
    cuts: tuple[Cut, ...]


def put_in(connection: Connection, outgoing: Outgoing, now: Timestamp) -> None:
    """Store it. A second one while the first is there is an IntegrityError: one at a time."""
    values = {"hash": outgoing.hash, "nonce": outgoing.nonce, "raw": outgoing.raw, "stored_at": now}
    connection.execute(insert(in_flight).values(id=1, **values))
    rows = [{"terminal": cut.terminal, "first": cut.first, "last": cut.last} for cut in outgoing.cuts]
    connection.execute(insert(in_flight_segments), rows)


def outgoing(connection: Connection) -> Outgoing | None:
    """The transaction on its way, if there is one."""
    row = connection.execute(select(in_flight)).one_or_none()
    if row is None:
        return None
    return Outgoing(Hash(row.hash), row.nonce, row.raw, tuple(_cuts(connection.execute(select(in_flight_segments)))))


def take_out(connection: Connection) -> None:
    """Its fate is known."""
    connection.execute(delete(in_flight))
    connection.execute(delete(in_flight_segments))


def _cuts(rows: Iterable[tuple[bytes, int, int]]) -> Iterable[Cut]:
    for terminal, first, last in rows:
        yield Cut(Address(terminal), first, last)
