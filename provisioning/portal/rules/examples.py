"""Families at the edges of two versions of a scheme's rules, so that one sees what changes before it does. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from provisioning.portal.rules.judging import (
    AGE_MAX,
    INCOME_MAX,
    Answers,
    Conditions,
    Judgement,
    Living,
    judge,
    most_income,
)


class Edge(StrEnum):
    """What an example is about."""

    INCOME_ALONE = "income alone"
    INCOME_TOGETHER = "income together"
    SAVINGS_ALONE = "savings alone"
    SAVINGS_TOGETHER = "savings together"
    AGE = "age"
    POSTCODE = "postcode"


_INCOME = {Living.ALONE: Edge.INCOME_ALONE, Living.TOGETHER: Edge.INCOME_TOGETHER}
_SAVINGS = {Living.ALONE: Edge.SAVINGS_ALONE, Living.TOGETHER: Edge.SAVINGS_TOGETHER}


@dataclass(frozen=True, slots=True)
class Compared:
    """One family and what it gets. `value` is cents, years or the postcode's digits, by the edge."""

    edge: Edge
    value: int
    before: Judgement | None
    """By the version in force; None where there is none."""
    after: Judgement

    @property
    def changes(self) -> bool:
        """Whether it gets something else."""
        return self.before is not None and self.before.cents != self.after.cents


def compared(before: Conditions | None, after: Conditions, day: date) -> list[Compared]:
    """Families at every edge of either version, by both. Where both know an edge it stands once."""
    versions = [version for version in (before, after) if version is not None]
    typical = _typical(after, day)
    found = sorted({(edge, value) for version in versions for edge, value in _edges(version)}, key=_order)
    return [
        Compared(edge, value, judge(before, family, day) if before else None, judge(after, family, day))
        for edge, value in found
        for family in [_family(typical, edge, value, day)]
    ]


def born_at(years: int, day: date) -> date:
    """The birth of somebody who is that old today."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return date(day.year - years, 2, 28)


def _order(found: tuple[Edge, int]) -> tuple[int, int]:
    return list(Edge).index(found[0]), found[1]


def _typical(conditions: Conditions, day: date) -> Answers:
    born = born_at(conditions.bands[0].youngest, day)
    return Answers(f"{conditions.areas[0].first}AA", Living.ALONE, (born,), 0, 0)


def _edges(conditions: Conditions) -> Iterator[tuple[Edge, int]]:
    for living in Living:
        most, owned = most_income(conditions, living), conditions.savings.of(living)
        yield from ((_INCOME[living], cents) for cents in (most, most + 1) if cents <= INCOME_MAX)
        yield from ((_SAVINGS[living], cents) for cents in (owned, owned + 1) if cents <= INCOME_MAX)
    bands = [(each.youngest, each.oldest) for each in conditions.bands]
    yield from ((Edge.AGE, years) for years in _around(bands, 0, AGE_MAX))

    areas = [(each.first, each.last) for each in conditions.areas]
    yield from ((Edge.POSTCODE, digits) for digits in _around(areas, 1000, 9999))


def _around(ranges: Sequence[tuple[int, int]], least: int, most: int) -> Iterator[int]:
    for first, last in ranges:
        yield from (value for value in (first - 1, first, last, last + 1) if least <= value <= most)


def _family(typical: Answers, edge: Edge, value: int, day: date) -> Answers:
    if edge is Edge.AGE:
        return replace(typical, born=(born_at(value, day),))
    if edge is Edge.POSTCODE:
        return replace(typical, postcode=f"{value}AA")
    living = Living.ALONE if edge in {Edge.INCOME_ALONE, Edge.SAVINGS_ALONE} else Living.TOGETHER
    if edge in _INCOME.values():
        return replace(typical, living=living, income=value)
    return replace(typical, living=living, savings=value)
