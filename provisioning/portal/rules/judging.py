"""Who is entitled to what: conditions, the answers of a family, and the judgement of the one by the other. Pure.

It advises. Whoever decides may decide otherwise, with a reason.
"""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from contracts.wire.units import CENTS_MAX
from provisioning.portal.rules.terms import MONTHS_MAX

CHILDREN_MAX = 12
AGE_MAX = 20
INCOME_MAX = 10**9
"""Cents a month, as savings; whoever has more need not be told by how much it is too much."""
_POSTCODE = re.compile(r"([1-9]\d{3}) ?([A-Z]{2})", re.ASCII)

Cents = Annotated[int, Field(ge=0, le=INCOME_MAX)]
Age = Annotated[int, Field(ge=0, le=AGE_MAX)]
Digits = Annotated[int, Field(ge=1000, le=9999)]


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Living(StrEnum):
    """With whom somebody runs a household."""

    ALONE = "alone"
    TOGETHER = "together"


class ByLiving(_Data):
    """An amount in cents for each kind of household."""

    alone: Cents
    together: Cents

    def of(self, living: Living) -> int:
        """The one for this household."""
        return self.alone if living is Living.ALONE else self.together


class Area(_Data):
    """Postcodes by their four digits, both ends included."""

    first: Digits
    last: Digits

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.first > self.last:
            raise ValueError("the first postcode is above the last")
        return self


class Band(_Data):
    """What a child gets from one age to another, both included, in cents."""

    youngest: Age
    oldest: Age
    cents: Annotated[int, Field(gt=0, le=CENTS_MAX)]

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.youngest > self.oldest:
            raise ValueError("the youngest age is above the oldest")
        return self


class Conditions(_Data):
    """What a rule asks. Money in cents; income is net, for a month."""

    percent: Annotated[int, Field(ge=50, le=300)]
    """Of the norm: how much income is allowed."""
    norms: ByLiving
    source: Annotated[str, Field(min_length=1, max_length=200)]
    """Where the norms stand, and since when."""
    savings: ByLiving
    """The most that somebody may own."""
    areas: Annotated[tuple[Area, ...], Field(min_length=1, max_length=50, strict=False)]
    bands: Annotated[tuple[Band, ...], Field(min_length=1, max_length=AGE_MAX + 1, strict=False)]
    """From the youngest up; no age is in two."""
    months: Annotated[int, Field(ge=1, le=MONTHS_MAX)] = 1
    """In so many parts the amount comes, one each month; 1 for all of it at once."""

    @model_validator(mode="after")
    def _apart(self) -> Self:
        for before, after in zip(self.bands, self.bands[1:], strict=False):
            if before.oldest >= after.youngest:
                raise ValueError("an age is in two lines, or the lines are not from the youngest up")
        return self


@dataclass(frozen=True, slots=True, repr=False)
class Answers:
    """What a family says: five answers. Money in cents; income is net, for a month, of both who live together."""

    postcode: str
    """As `postcode()` gives it."""
    living: Living
    born: tuple[date, ...]
    income: int
    savings: int

    def as_json(self) -> dict[str, Any]:
        """As it is kept, sealed."""
        return asdict(self) | {"born": [day.isoformat() for day in self.born]}

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Self:
        """From what `as_json` gave."""
        born = tuple(date.fromisoformat(day) for day in kept["born"])
        return cls(kept["postcode"], Living(kept["living"]), born, kept["income"], kept["savings"])


class Reason(StrEnum):
    """Why not."""

    POSTCODE = "postcode"
    INCOME = "income"
    SAVINGS = "savings"
    CHILDREN = "children"
    """No child has the age for it."""
    HOUSEHOLD = "household"
    """Of a child: its age is right, and something of the household is not."""
    YOUNG = "young"
    OLD = "old"
    BETWEEN = "between"
    """Of a child: younger and older ones get something, and its age does not."""


@dataclass(frozen=True, slots=True)
class ForChild:
    """What a child gets, in cents; 0 has a reason."""

    cents: int
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """What follows from the answers. `children` in the order of the answers; `reasons` are the household's."""

    children: tuple[ForChild, ...]
    reasons: tuple[Reason, ...]

    @property
    def entitled(self) -> bool:
        """Whether there is anything for anybody."""
        return not self.reasons

    @property
    def cents(self) -> int:
        """For all children together."""
        return sum(child.cents for child in self.children)

    def as_json(self) -> dict[str, Any]:
        """Codes and cents, as they are kept beside an application."""
        return {
            "children": [{"cents": child.cents, "reason": child.reason} for child in self.children],
            "reasons": list(self.reasons),
        }

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Self:
        """From what `as_json` gave."""
        children = [
            ForChild(each["cents"], Reason(each["reason"]) if each["reason"] else None) for each in kept["children"]
        ]
        return cls(tuple(children), tuple(Reason(each) for each in kept["reasons"]))


def judge(conditions: Conditions, answers: Answers, day: date) -> Judgement:
    """What this family is entitled to by these conditions, were it to apply on that day."""
    children = tuple(by_age(conditions, born, day) for born in answers.born)
    reasons = _household(conditions, answers)
    if reasons:
        return Judgement(tuple(_withheld(child) for child in children), reasons)
    if not any(child.cents for child in children):
        return Judgement(children, (Reason.CHILDREN,))
    return Judgement(children, ())


def by_age(conditions: Conditions, born: date, day: date) -> ForChild:
    """What a child of this age gets in a household that is entitled."""
    years = age(born, day)
    for band in conditions.bands:
        if band.youngest <= years <= band.oldest:
            return ForChild(band.cents)
    if years < conditions.bands[0].youngest:
        return ForChild(0, Reason.YOUNG)
    return ForChild(0, Reason.OLD if years > conditions.bands[-1].oldest else Reason.BETWEEN)


def age(born: date, day: date) -> int:
    """Whole years on that day; below zero before the birth. Born on 29 February, a year is full on 1 March."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def most_income(conditions: Conditions, living: Living) -> int:
    """The highest net income in a month that is allowed, in cents."""
    return conditions.norms.of(living) * conditions.percent // 100


def postcode(text: str) -> str:
    """`9801 ab` as `9801AB`. Raises ValueError."""
    found = _POSTCODE.fullmatch(text.strip().upper())
    if found is None:
        raise ValueError("a postcode is four digits and two letters")
    return found[1] + found[2]


def _household(conditions: Conditions, answers: Answers) -> tuple[Reason, ...]:
    digits = int(answers.postcode[:4])
    failed = {
        Reason.POSTCODE: not any(area.first <= digits <= area.last for area in conditions.areas),
        Reason.INCOME: answers.income > most_income(conditions, answers.living),
        Reason.SAVINGS: answers.savings > conditions.savings.of(answers.living),
    }
    return tuple(reason for reason, is_so in failed.items() if is_so)


def _withheld(child: ForChild) -> ForChild:
    return ForChild(0, child.reason or Reason.HOUSEHOLD)
