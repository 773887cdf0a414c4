"""Codes by which new terminals enrol: the gateway keeps what they hash to, and for each the terminal that used it.

It is a letter box: whoever made a code checks what the gateway tells of it (see `contracts.wire.enrolment`), and only
the sponsor's own key registers a terminal.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from contracts.gateway.store.database import lock
from contracts.gateway.store.tables import enrolments
from contracts.wire import typed_data
from contracts.wire.errors import Refused
from contracts.wire.reasons import Reason
from contracts.wire.signature import recover
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address, Hash, Timestamp

VALID_SECONDS_MAX = 30 * 86_400
CODES_MAX = 10_000
_KEPT_SECONDS = 90 * 86_400
_LOCK = "enrolments"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A terminal that says whose it wants to be: its consent, and its proof that it had the code."""

    terminal: Address
    consent: bytes
    proof: Hash


def offer(connection: Connection, code: Hash, shop: int, made_by: str, now: Timestamp, seconds: int) -> Timestamp:
    """Let one terminal enrol for this shop with the code that hashes to this; until when.

    The same again changes nothing. Raises Refused(ENROL_CODE) when it is another shop's, or there are 10,000 already.
    """
    lock(connection, _LOCK)
    row = find(connection, code)
    if row is not None:
        if row.shop != shop:
            raise Refused(Reason.ENROL_CODE, "this code is another shop's")
        return Timestamp(row.expires_at)
    connection.execute(delete(enrolments).where(enrolments.c.expires_at < now - _KEPT_SECONDS))
    if connection.execute(select(func.count()).select_from(enrolments)).scalar_one() >= CODES_MAX:
        raise Refused(Reason.ENROL_CODE, f"there are {CODES_MAX} codes already: wait until some have expired")
    expires_at = Timestamp(now + seconds)
    times = {"made_at": now, "expires_at": expires_at}
    connection.execute(insert(enrolments).values(code_hash=code, shop=shop, made_by=made_by, **times))
    return expires_at


def enrol(connection: Connection, domain: Domain, code: Hash, new: Enrolment, now: Timestamp) -> int:
    """Keep that this terminal used the code; for which shop. The same terminal may say so again.

    Raises Refused(ENROL_CODE) for a code that is unknown, expired or another terminal's, or a terminal that used
    another code; Refused(ENROL_CONSENT) when the terminal did not sign that it wants to be this shop's.
    """
    lock(connection, _LOCK)
    row = find(connection, code)
    if row is None or row.terminal not in {None, new.terminal}:
        raise Refused(Reason.ENROL_CODE)
    if row.terminal is None and row.expires_at < now:
        raise Refused(Reason.ENROL_CODE)
    if recover(typed_data.registration(domain, new.terminal, row.shop), new.consent) != new.terminal:
        raise Refused(Reason.ENROL_CONSENT)
    values = {"terminal": new.terminal, "consent": new.consent, "proof": new.proof}
    try:
        where = enrolments.c.code_hash == code
        connection.execute(update(enrolments).where(where).values(**values, used_at=row.used_at or now))
    except IntegrityError:
        raise Refused(Reason.ENROL_CODE, "this terminal has enrolled with another code") from None
    return int(row.shop)


def find(connection: Connection, code: Hash) -> Any:
    """The row of the code that hashes to this, or None."""
    return connection.execute(select(enrolments).where(enrolments.c.code_hash == code)).one_or_none()
