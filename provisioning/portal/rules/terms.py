"""A budget that comes in parts, one each month: how much, and from which day. Pure."""

from collections.abc import Iterator
from datetime import date

MONTHS_MAX = 12


def monthly(cents: int, months: int, day: date) -> Iterator[tuple[date, int]]:
    """The parts, in cents: the first on that day, each other on the first day of a later month.

    Together they are the amount; cents that do not divide come with the first parts. No part is empty.
    """
    least, more = divmod(cents, months)
    for place in range(min(months, cents)):
        yield _later(day, place), least + (place < more)


def _later(day: date, months: int) -> date:
    """The first day of the month so many months later; the day itself for none."""
    if not months:
        return day
    years, month = divmod(day.month - 1 + months, 12)
    return date(day.year + years, month + 1, 1)
