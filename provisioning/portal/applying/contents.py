"""What an application says, as it is sealed."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any, Self

from provisioning.portal.people.models import ChildParticulars, Particulars
from provisioning.portal.rules.judging import Answers


@dataclass(frozen=True, slots=True, repr=False)
class Contents:
    """Who applies, for which children, and the five answers. A draft's names may be empty.

    Postcode and days of birth stand in both; `in_step` takes them from the particulars.
    """

    who: Particulars
    children: tuple[ChildParticulars, ...]
    answers: Answers

    @classmethod
    def begun(cls, answers: Answers) -> Self:
        """With nothing but the answers."""
        children = tuple(ChildParticulars("", born.isoformat()) for born in answers.born)
        return cls(Particulars("", postcode=answers.postcode), children, answers)

    @property
    def eldest(self) -> date:
        """The day of birth of the eldest child, which opens the application beside its code."""
        return min(self.answers.born)

    def in_step(self) -> Self:
        """With the answers that its particulars give."""
        born = tuple(date.fromisoformat(child.born) for child in self.children)
        return replace(self, answers=replace(self.answers, postcode=self.who.postcode, born=born))

    def as_json(self) -> dict[str, Any]:
        """As it is sealed."""
        children = [asdict(child) for child in self.children]
        return {"who": asdict(self.who), "children": children, "answers": self.answers.as_json()}

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Self:
        """From what `as_json` gave."""
        children = tuple(ChildParticulars(**child) for child in kept["children"])
        return cls(Particulars(**kept["who"]), children, Answers.of(kept["answers"]))
