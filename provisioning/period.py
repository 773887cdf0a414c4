"""Dates as a sponsor writes them, as seconds since 1970 UTC."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from contracts.wire import units
from contracts.wire.units import Timestamp

ZONE = "Europe/Amsterdam"
"""Where a plain date begins and ends: the sponsors are Dutch municipalities."""


def begins(text: str) -> Timestamp:
    """The first second of a date as 2026-01-31, or a moment with its offset as 2026-01-31T12:00+01:00."""
    return _timestamp(_moment(text) or _midnight(_date(text)))


def ends(text: str) -> Timestamp:
    """The last second of a date, or a moment with its offset."""
    return _timestamp(_moment(text) or _midnight(_date(text) + timedelta(days=1)) - timedelta(seconds=1))


def shown(moment: int) -> str:
    """The moment as people there read it; in UTC where the machine knows no time zones."""
    try:
        zone: ZoneInfo | None = ZoneInfo(ZONE)
    except ZoneInfoNotFoundError:
        zone = None
    if zone is None or moment > _SHOWN_MAX:
        return f"{moment} s"
    return datetime.fromtimestamp(moment, zone).isoformat(timespec="seconds")


def day(moment: int) -> date:
    """The day of the moment there; in UTC where the machine knows no time zones."""
    try:
        return datetime.fromtimestamp(moment, ZoneInfo(ZONE)).date()
    except ZoneInfoNotFoundError:
        return datetime.fromtimestamp(moment, UTC).date()


_SHOWN_MAX = 253_370_764_800  # the year 9999, where Python's calendar ends


def _date(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ValueError("expected a date as 2026-01-31, or a moment as 2026-01-31T12:00+01:00") from None
    if day.year == date.max.year:
        raise ValueError("a date that the calendar ends with")
    return day


def _moment(text: str) -> datetime | None:
    """The moment, or None for a text without a time."""
    if "T" not in text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("expected a moment as 2026-01-31T12:00+01:00") from None
    if moment.tzinfo is None:
        raise ValueError("a moment needs its offset, as 2026-01-31T12:00+01:00")
    return moment


def _midnight(day: date) -> datetime:
    try:
        return datetime.combine(day, time(), ZoneInfo(ZONE))
    except ZoneInfoNotFoundError:
        raise ValueError(f"this machine has no time zone {ZONE}; write 2026-01-31T00:00+01:00") from None


def _timestamp(moment: datetime) -> Timestamp:
    return units.timestamp(int(moment.timestamp()))
