"""Who granted how much in a month, alone or with a second: for whoever audits the town, or pays. No family is in it."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from provisioning.portal.deciding.models import Decision

MONTHS = 24
"""So many are there to choose from."""


@dataclass(slots=True)
class Sum:
    """Decisions, and the cents of them."""

    count: int = 0
    cents: int = 0

    def add(self, cents: int) -> None:
        """One more."""
        self.count += 1
        self.cents += cents


@dataclass(slots=True)
class Person:
    """What somebody decided that stands.

    `alone` has what nobody else looked at, `together` what somebody else confirmed, `confirmed` what was another's.
    """

    name: str
    alone: Sum
    together: Sum
    confirmed: Sum
    rejected: int = 0


def months(today: date) -> list[date]:
    """The first days of the months that can be asked for, this one first."""
    first = today.replace(day=1)
    found = [first]
    while len(found) < MONTHS:
        found.append((found[-1] - timedelta(days=1)).replace(day=1))
    return found


def of_month(month: date) -> list[Person]:
    """Everybody who decided something in the month that begins on that day, who granted most alone first."""
    after = (month + timedelta(days=31)).replace(day=1)
    made = Decision.objects.filter(
        state=Decision.State.FINAL, made_at__gte=_midnight(month), made_at__lt=_midnight(after)
    )
    people: dict[str, Person] = {}
    for by, second, verdict, amounts in made.values_list(
        "by__username", "second__username", "verdict", "amounts"
    ).iterator():
        _count(people, by, second, sum(amounts) if verdict == Decision.Verdict.GRANT else None)
    return sorted(people.values(), key=lambda one: (-one.alone.cents, one.name))


def _count(people: dict[str, Person], by: str, second: str | None, cents: int | None) -> None:
    """One decision; `cents` is None of a rejection. A list that somebody tried and started alone has him twice."""
    person = _person(people, by)
    if cents is None:
        person.rejected += 1
    elif second in {None, by}:
        person.alone.add(cents)
    else:
        person.together.add(cents)
        _person(people, str(second)).confirmed.add(cents)


def _person(people: dict[str, Person], name: str) -> Person:
    return people.setdefault(name, Person(name, Sum(), Sum(), Sum()))


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
