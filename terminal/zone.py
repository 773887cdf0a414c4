"""The shop's time: that of the Netherlands, whatever the machine is set to."""

from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from contracts.wire.errors import Broken
from contracts.wire.units import Timestamp

NAME = "Europe/Amsterdam"
_CALENDAR_MAX = 253_402_207_200  # two days before the calendar ends, in any zone


def amsterdam() -> ZoneInfo:
    """The zone. Raises Broken where the machine does not have it."""
    try:
        return ZoneInfo(NAME)
    except ZoneInfoNotFoundError:
        raise Broken(f"this machine lacks the time zone {NAME}: install the package tzdata") from None


def day_and_time(time: Timestamp) -> str:
    """As on a Dutch receipt, `24-11-2026 03:55`; a number of seconds for a time beyond the calendar. Raises Broken."""
    if time > _CALENDAR_MAX:
        return f"{time} s"
    return datetime.fromtimestamp(time, amsterdam()).strftime("%d-%m-%Y %H:%M")
