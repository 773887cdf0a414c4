"""Terminals whose entries cannot be settled as they are: marked with the reason, and tried again ever less often.

Nothing is dropped. The mark goes when the contract has consumed entries of that journal again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import ColumnElement, Connection, delete, func, select, update

from contracts.gateway.store.database import put
from contracts.gateway.store.tables import attention
from contracts.wire.reasons import Reason
from contracts.wire.units import Address, Timestamp, to_hex

_FIRST_PAUSE = 30
_LONGEST_PAUSE = 3_600
_DETAIL_MAX = 200
_TOLD_MAX = 1_000
_log = structlog.get_logger("gateway.attention")


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why this terminal's journal does not go on."""

    terminal: Address
    reason: Reason
    detail: str


def mark(connection: Connection, trouble: Trouble, now: Timestamp) -> None:
    """Remember the trouble, and let the entries rest: 30 s at first, twice as long each time, up to an hour."""
    row = connection.execute(select(attention).where(attention.c.terminal == trouble.terminal)).one_or_none()
    attempts = 0 if row is None else row.attempts
    pause = min(_LONGEST_PAUSE, _FIRST_PAUSE << min(attempts, 10))
    values = {"reason": trouble.reason.value, "detail": trouble.detail[:_DETAIL_MAX], "attempts": attempts + 1}
    since = now if row is None else row.since
    put(connection, attention, {"terminal": trouble.terminal}, since=since, retry_at=now + pause, **values)
    place = {"terminal": to_hex(trouble.terminal), "reason": trouble.reason.name, "detail": trouble.detail}
    _log.warning("needs attention", **place, retry_in_seconds=pause)


def clear(connection: Connection, terminal: Address) -> None:
    """The journal goes on."""
    connection.execute(delete(attention).where(attention.c.terminal == terminal))


def rests(now: Timestamp) -> ColumnElement[bool]:
    """Whose next attempt is not due; one later than the longest pause was set while the clock ran ahead."""
    return attention.c.retry_at.between(now + 1, now + _LONGEST_PAUSE)


def every(connection: Connection) -> Sequence[Any]:
    """The first thousand rows, who has rested longest first."""
    query = select(attention).order_by(attention.c.since, attention.c.terminal).limit(_TOLD_MAX)
    return connection.execute(query).all()


def hurry(connection: Connection, terminal: Address, now: Timestamp) -> bool:
    """Let a resting terminal go at once; whether there was anything to let go."""
    resting = (attention.c.terminal == terminal, attention.c.retry_at > now)
    return connection.execute(update(attention).where(*resting).values(retry_at=now)).rowcount == 1


def count(connection: Connection) -> int:
    """How many terminals need attention."""
    return int(connection.execute(select(func.count()).select_from(attention)).scalar_one())
