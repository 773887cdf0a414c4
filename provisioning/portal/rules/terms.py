"""A budget that comes in parts, one each month: how much, and from which day. Pure."""

from collections.abc import Iterator
from datetime import date

MONTHS_MAX = 12


def monthly(cents: int, months: int, day: date, last: date) -> Iterator[tuple[date, int]]:
    """The parts, in cents: the first on that day, each other on the first day of a later month.

    Together they are the amount; cents that do not divide come with the first parts. No part is empty, and none but the
    first comes after the last day on which it could be spent: there are fewer of them then.
    """
    days = [_later(day, place) for place in range(min(months, cents))]
    days = [due for place, due in enumerate(days) if not place or due <= last]
    least, more = divmod(cents, len(days))
    for place, due in enumerate(days):
        yield due, least + (place < more)


def _later(day: date, months: int) -> date:
    """The first day of the month so many months later; the day itself for none."""
    if not months:
        return day
    years, month = divmod(day.month - 1 + months, 12)
    return date(day.year + years, month + 1, 1)
