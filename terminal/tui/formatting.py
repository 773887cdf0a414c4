"""Money and time as a Dutch shopkeeper reads them, in either language."""

from datetime import datetime
from zoneinfo import ZoneInfo

from contracts.wire.units import Cents, Timestamp, euros

ZONE = ZoneInfo("Europe/Amsterdam")
"""Shops stand in the Netherlands, whatever zone the machine was set to."""

_LAST = 253_370_764_800
"""New Year of 9999: a calendar of Python ends in that year."""


def money(amount: Cents) -> str:
    """`€ 1.234,50`, with a space that does not break."""
    return f"€\u00a0{euros(amount)}"


def money_back(amount: Cents) -> str:
    """`€ -12,50`: what went back to a pass."""
    return f"€\u00a0-{euros(amount)}"


def clock(moment: Timestamp) -> str:
    """`14:05`."""
    return f"{_local(moment):%H:%M}"


def day_and_clock(moment: Timestamp) -> str:
    """`24-11-2026  14:05`; dashes when no time is known."""
    return f"{_local(moment):%d-%m-%Y  %H:%M}" if moment else "--:--"


def until(end: Timestamp, now: Timestamp) -> str:
    """When that is, with the day if it is not today: `14:05` or `25-11 14:05`."""
    same_day = _local(end).date() == _local(now).date()
    return clock(end) if same_day else short_day_and_clock(end)


def short_day_and_clock(moment: Timestamp) -> str:
    """`24-11 14:05`, for what happened within a year; nothing when no time is known."""
    return f"{_local(moment):%d-%m %H:%M}" if moment else ""


def countdown(seconds: int) -> str:
    """Hours, minutes and seconds that are left: `2:35:00`."""
    minutes, rest = divmod(max(0, seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"


def short_countdown(seconds: int) -> str:
    """Minutes and seconds that are left: `1:45`."""
    minutes, rest = divmod(max(0, seconds), 60)
    return f"{minutes}:{rest:02d}"


def _local(moment: Timestamp) -> datetime:
    return datetime.fromtimestamp(min(moment, _LAST), ZONE)
