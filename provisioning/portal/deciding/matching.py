"""What a list of the social service would do here, line by line, before anything is done. Pure.

Nobody gets twice: not who stands in the list twice, nor who has a budget of the programme, nor who may be somebody that
is known here under another spelling or number. Those are left for a person to look at.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from provisioning.portal.deciding.social_list import Fault, Row

Print = bytes
"""A fingerprint (`people.sealing`)."""


class Kind(StrEnum):
    """What becomes of a line."""

    NEW = "new"
    """The child is not known here; it gets its budget."""
    KNOWN = "known"
    """The child is known here; it gets its budget."""
    DUPLICATE = "duplicate"
    """It has a budget, or may be somebody that has: nothing is done."""
    OUTSIDE = "outside"
    """The rules give it nothing."""
    FAULTY = "faulty"
    """The line cannot be used."""


GIVEN = (Kind.NEW, Kind.KNOWN)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of a line: why (`words`), with which other line, household or application, and how many cents."""

    line: int
    kind: Kind
    code: str = ""
    about: int | None = None
    cents: int = 0


@dataclass(frozen=True, slots=True, repr=False)
class Candidate:
    """A row with its fingerprints, and what the rules give: cents, or the code of why not."""

    row: Row
    number: Print
    child: Print
    worth: int | str


@dataclass(frozen=True, slots=True, repr=False)
class KnownChild:
    """A child that is known here. `budget`: whether it has one of the programme."""

    household: int
    print: Print
    born: str
    budget: bool


@dataclass(frozen=True, slots=True, repr=False)
class Here:
    """What is known here of those in the list: households by number, children by fingerprint, open applications."""

    households: Mapping[Print, int] = field(default_factory=dict)
    children: Sequence[KnownChild] = ()
    applications: Mapping[Print, int] = field(default_factory=dict)
    """By the fingerprint of a child in them."""


def outcomes(lines: Sequence[Candidate | Fault], here: Here, listed: Collection[Print] = ()) -> Iterator[Outcome]:
    """What becomes of each line, in the list's order. `listed`: children in other parts of the same list."""
    matching = _Matching(here, {*listed, *(one.child for one in lines if isinstance(one, Candidate))})
    for one in lines:
        yield Outcome(one.line, Kind.FAULTY, one.code) if isinstance(one, Fault) else matching.outcome(one)


class _Matching:
    """The lines so far, beside what is known here."""

    def __init__(self, here: Here, listed: Collection[Print]) -> None:
        self._here = here
        self._by_print: dict[Print, list[KnownChild]] = {}
        self._unlisted: dict[tuple[int, str], KnownChild] = {}
        for child in here.children:
            self._by_print.setdefault(child.print, []).append(child)
            if child.print not in listed:
                self._unlisted[child.household, child.born] = child
        self._first: dict[Print, int] = {}
        self._said: dict[Print, Row] = {}

    def outcome(self, one: Candidate) -> Outcome:
        """The first of the checks that has something to say."""
        line = one.row.line
        checks: tuple[Callable[[Candidate], Outcome | None], ...] = (self._in_list, self._known, self._alike)
        found = next(filter(None, (check(one) for check in checks)), None)
        if found is not None and found.kind is not Kind.KNOWN:
            return found
        if isinstance(one.worth, str):
            return Outcome(line, Kind.OUTSIDE, one.worth)
        return Outcome(line, found.kind if found else Kind.NEW, cents=one.worth)

    def _in_list(self, one: Candidate) -> Outcome | None:
        """The same child in another line, or the same number for somebody else."""
        row = one.row
        first = self._first.setdefault(one.child, row.line)
        if first != row.line:
            return Outcome(row.line, Kind.DUPLICATE, "twice", first)
        said = self._said.setdefault(one.number, row)
        if (said.name, said.address, said.postcode) != (row.name, row.address, row.postcode):
            return Outcome(row.line, Kind.FAULTY, "number_differs", said.line)
        return None

    def _known(self, one: Candidate) -> Outcome | None:
        """The same child here: in its household, in another one, or in an application."""
        line, own = one.row.line, self._here.households.get(one.number)
        same = self._by_print.get(one.child, [])
        for child in same:
            if child.budget:
                return Outcome(line, Kind.DUPLICATE, "budget", child.household)
            if child.household != own:
                return Outcome(line, Kind.DUPLICATE, "elsewhere", child.household)
        if one.child in self._here.applications:
            return Outcome(line, Kind.DUPLICATE, "applied", self._here.applications[one.child])
        return Outcome(line, Kind.KNOWN) if same else None

    def _alike(self, one: Candidate) -> Outcome | None:
        """A child here of that household and day, that does not stand in the list: perhaps spelt otherwise.

        Twins that are both known and both listed are found above by their names.
        """
        own = self._here.households.get(one.number)
        if own is None or (own, one.row.born) not in self._unlisted:
            return None
        return Outcome(one.row.line, Kind.DUPLICATE, "alike", own)
