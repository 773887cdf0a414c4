from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from provisioning.portal.rules.example import EXAMPLE
from provisioning.portal.rules.examples import Edge, born_at, compared
from provisioning.portal.rules.judging import Band, age

DAY = date(2026, 3, 1)


def test_both_sides_of_every_limit_are_shown():
    given = {(each.edge, each.value): each.after.cents for each in compared(None, EXAMPLE, DAY)}
    assert (given[Edge.INCOME_ALONE, 146_356], given[Edge.INCOME_ALONE, 146_357]) == (30_000, 0)
    assert (given[Edge.INCOME_TOGETHER, 209_080], given[Edge.INCOME_TOGETHER, 209_081]) == (30_000, 0)
    assert (given[Edge.SAVINGS_ALONE, 1_515_000], given[Edge.SAVINGS_ALONE, 1_515_001]) == (30_000, 0)
    assert [given[Edge.AGE, years] for years in (3, 4, 11, 12, 17, 18)] == [0, 30_000, 30_000, 40_000, 40_000, 0]


def test_what_changes_is_told_and_nothing_else():
    stricter = EXAMPLE.model_copy(update={"percent": 110})
    changed = [(each.edge, each.value) for each in compared(EXAMPLE, stricter, DAY) if each.changes]
    assert changed == [(Edge.INCOME_ALONE, 134_161), (Edge.INCOME_ALONE, 146_356),
                       (Edge.INCOME_TOGETHER, 191_658), (Edge.INCOME_TOGETHER, 209_080)]  # fmt: skip
    assert not any(each.changes for each in compared(EXAMPLE, EXAMPLE, DAY))
    assert not any(each.changes for each in compared(None, EXAMPLE, DAY))


def test_an_age_that_only_the_old_rules_knew_is_shown_too():
    later = EXAMPLE.model_copy(update={"bands": (Band(youngest=6, oldest=17, cents=30_000),)})
    lost = {each.value for each in compared(EXAMPLE, later, DAY) if each.edge == Edge.AGE and each.changes}
    assert lost == {4, 5, 12, 17}


@given(st.dates(date(2000, 1, 1), date(2040, 1, 1)), st.integers(0, 20))
def test_an_example_has_the_age_that_it_says(day, years):
    assert age(born_at(years, day), day) == years
