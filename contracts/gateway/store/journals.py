"""What the gateway has of each journal: rows in, rows out. The decisions stand in `intake`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, update

from contracts.gateway.chain import claims
from contracts.gateway.chain.budget import day_of
from contracts.gateway.store.database import Key
from contracts.gateway.store.tables import entries
from contracts.wire import journal
from contracts.wire.batch import Segment
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address, Hash, Timestamp

_ABOUT = ("programme", "pass", "day", "counter", "sale_terminal", "sale_sequence", "amount")


@dataclass(frozen=True, slots=True)
class Position:
    """How far a journal has come: a sequence, the head there, and the terminal's signature over both.

    Sequence 0 is the empty journal: the genesis head, and no signature.
    """

    sequence: int
    head: Hash
    signature: bytes | None


def position(connection: Connection, domain: Domain, terminal: Address) -> Position:
    """The latest position of this terminal's journal here."""
    query = select(entries.c.sequence, entries.c.head, entries.c.signature).where(entries.c.terminal == terminal)
    row = connection.execute(query.order_by(entries.c.sequence.desc()).limit(1)).one_or_none()
    if row is None:
        return Position(0, journal.genesis(domain, terminal), None)
    return Position(row.sequence, Hash(row.head), row.signature)


def head_at(connection: Connection, domain: Domain, terminal: Address, sequence: int) -> Hash | None:
    """The head after this entry, or None when the gateway does not have it."""
    if sequence == 0:
        return journal.genesis(domain, terminal)
    where = (entries.c.terminal == terminal, entries.c.sequence == sequence)
    head = connection.execute(select(entries.c.head).where(*where)).scalar_one_or_none()
    return None if head is None else Hash(head)


def append(
    connection: Connection, domain: Domain, segment: Segment, here: Position, now: Timestamp
) -> tuple[Position, set[Key]]:
    """Store the segment's entries after those here, and the signature at its end if there was none.

    Where the journal then stands, and every budget from which the new entries take.
    """
    rows = list(_rows(domain, segment, here.sequence, now))
    if not rows:
        end = (entries.c.terminal == segment.terminal, entries.c.sequence == segment.last)
        unsigned = update(entries).where(*end, entries.c.signature.is_(None))
        connection.execute(unsigned.values(signature=segment.signature))
        return here, set()
    connection.execute(insert(entries), rows)
    keys = {(row["programme"], row["pass"]) for row in rows if row["programme"] is not None}
    return Position(segment.last, rows[-1]["head"], segment.signature), keys


def stored(connection: Connection, terminal: Address, first: int, last: int) -> Sequence[bytes]:
    """The entries first..last that are here, in order."""
    where = (entries.c.terminal == terminal, entries.c.sequence.between(first, last))
    return connection.execute(select(entries.c.entry).where(*where).order_by(entries.c.sequence)).scalars().all()


def signers(
    connection: Connection, terminal: Address, first: int, last: int
) -> dict[int, tuple[bytes, Address | None]]:
    """The entries first..last that are here, and the pass that signed each, which took long to find out."""
    columns = (entries.c.sequence, entries.c.entry, entries.c["pass"])
    where = (entries.c.terminal == terminal, entries.c.sequence.between(first, last))
    rows = connection.execute(select(*columns).where(*where))
    return {sequence: (entry, None if signer is None else Address(signer)) for sequence, entry, signer in rows}


def keys(connection: Connection, terminal: Address, first: int, last: int | None = None) -> set[Key]:
    """Every budget from which the entries first..last take, as far as they are here; without `last`, all from first."""
    where = [entries.c.terminal == terminal, entries.c.sequence >= first, entries.c.programme.is_not(None)]
    if last is not None:
        where.append(entries.c.sequence <= last)
    rows = connection.execute(select(entries.c.programme, entries.c["pass"]).where(*where).distinct())
    return {(int(programme), Address(owner)) for programme, owner in rows}


def _rows(domain: Domain, segment: Segment, known: int, now: Timestamp) -> Iterable[dict[str, Any]]:
    head = segment.previous_head
    for sequence, entry in enumerate(segment.entries, segment.first):
        head = journal.advance(head, entry)
        if sequence <= known:
            continue
        signature = segment.signature if sequence == segment.last else None
        place = {"terminal": segment.terminal, "sequence": sequence, "entry": entry, "head": head}
        about = _about(domain, segment.terminal, sequence, entry, now)
        yield {**place, **about, "signature": signature, "accepted_at": now}


def _about(domain: Domain, terminal: Address, sequence: int, entry: bytes, now: Timestamp) -> Mapping[str, object]:
    """The columns that say what the entry takes from a budget, or which sale it gives back."""
    taken, given = claims.claim(domain, terminal, sequence, entry), claims.refund(entry)
    about: dict[str, object] = dict.fromkeys(_ABOUT)
    if taken is not None:
        claim = {"programme": taken.programme, "pass": taken.pass_address, "amount": taken.amount}
        about |= {**claim, "day": day_of(taken, now), "counter": taken.counter}
    elif given is not None:
        about |= {"sale_terminal": given.terminal, "sale_sequence": given.sequence, "amount": given.amount}
    return about
