"""What a part of a list writes: households, their children, budgets and decisions, each kind in few statements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from provisioning.portal.deciding import known
from provisioning.portal.deciding.granting import planned
from provisioning.portal.deciding.models import Decision, Import
from provisioning.portal.deciding.social_list import Row
from provisioning.portal.passes.models import Grant
from provisioning.portal.people import keeping
from provisioning.portal.people.models import Child, Household, Particulars
from provisioning.portal.programmes.models import Programme

_DESCRIBED = ("sealed", "by_name", "by_address", "known", "forget_on")


@dataclass(frozen=True, slots=True, repr=False)
class Given:
    """A row that gets this many cents."""

    row: Row
    cents: int


def write(of: Import, programme: Programme, given: Sequence[Given]) -> None:
    """Write a budget of the programme for each, in the caller's transaction."""
    households = _households([one.row for one in given], programme)
    children = _children([one.row for one in given], households)
    months = of.rules.conditions.months
    budgets = [list(planned(child, programme, one.cents, months)) for child, one in zip(children, given, strict=True)]
    Grant.objects.bulk_create(chain.from_iterable(budgets))
    _decide(of, budgets)


def _households(rows: Sequence[Row], programme: Programme) -> Mapping[str, Household]:
    """By their numbers; what the social service says of them is the newest."""
    numbers = {row.number: known.number_print(row) for row in rows}
    there = {bytes(one.by_number or b""): one for one in Household.objects.filter(by_number__in=numbers.values())}
    found = {row.number: there.get(numbers[row.number]) or Household(language=row.language) for row in rows}
    for row in rows:
        household = found[row.number]
        household.describe(_particulars(household, row))
        household.known = True
        household.forget_on = max(
            household.forget_on or keeping.of_programme(programme), keeping.of_programme(programme)
        )
    Household.objects.bulk_update([one for one in found.values() if one.pk], _DESCRIBED)
    Household.objects.bulk_create([one for one in found.values() if not one.pk])
    return found


def _particulars(household: Household, row: Row) -> Particulars:
    """As the row says. What it leaves empty was said by the family, and stays."""
    said = known.particulars(row)
    if not household.sealed:
        return said
    there = household.who
    town = said.town or (there.town if there.postcode == said.postcode else "")
    return replace(said, town=town, email=said.email or there.email, phone=said.phone or there.phone)


def _children(rows: Sequence[Row], households: Mapping[str, Household]) -> list[Child]:
    """In the order of the rows; no child stands in two."""
    made = [Child.of(households[row.number], known.child(row)) for row in rows]
    prints = [child.by_child for child in made]
    there = {
        (one.household_id, bytes(one.by_child)): one
        for one in Child.objects.filter(household__in=list(households.values()), by_child__in=prints)
    }
    children = [there.get((child.household_id, bytes(child.by_child)), child) for child in made]
    Child.objects.bulk_create([child for child in children if not child.pk])
    return children


def _decide(of: Import, budgets: Sequence[list[Grant]]) -> None:
    """One decision for each household, also when its lines stand in two parts. A budget is its monthly parts."""
    by_household: dict[int, list[list[Grant]]] = {}
    for budget in budgets:
        child = budget[0].child
        by_household.setdefault(child.household_id if child else 0, []).append(budget)
    there = {one.household_id: one for one in of.decisions.filter(household__in=by_household)}
    decisions = {number: there.get(number) or _decision(of, number) for number in by_household}
    for number, decision in decisions.items():
        decision.amounts = [*decision.amounts, *(sum(part.cents for part in budget) for budget in by_household[number])]
    Decision.objects.bulk_update([one for one in decisions.values() if one.pk], ["amounts"])
    Decision.objects.bulk_create([one for one in decisions.values() if not one.pk])
    through = Decision.grants.through
    through.objects.bulk_create(
        through(decision_id=decisions[number].pk, grant_id=grant.pk)
        for number, theirs in by_household.items()
        for grant in chain.from_iterable(theirs)
    )


def _decision(of: Import, household: int) -> Decision:
    made = Decision(of=of, household_id=household, verdict=Decision.Verdict.GRANT, state=Decision.State.FINAL)
    made.by_id, made.second_id, made.second_at, made.said = of.by_id, of.second_id, of.started_at, {}
    return made
