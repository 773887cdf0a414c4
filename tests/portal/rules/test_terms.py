from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from provisioning.portal.rules.terms import MONTHS_MAX, monthly

NEVER = date.max


@given(st.integers(1, 10**7), st.integers(1, MONTHS_MAX), st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_the_parts_are_the_amount_one_for_each_month(cents, months, day):
    parts = list(monthly(cents, months, day, NEVER))
    assert sum(part for _, part in parts) == cents
    assert len(parts) == min(months, cents)
    assert all(part > 0 for _, part in parts)
    assert max(part for _, part in parts) - min(part for _, part in parts) <= 1
    first, *later = (due for due, _ in parts)
    assert first == day
    assert all(due.day == 1 for due in later)
    assert [due.year * 12 + due.month for due in later] == [
        day.year * 12 + day.month + place for place in range(1, len(parts))
    ]


def test_a_year_s_end_and_cents_that_do_not_divide():
    assert list(monthly(100, 3, date(2026, 11, 30), NEVER)) == [
        (date(2026, 11, 30), 34),
        (date(2026, 12, 1), 33),
        (date(2027, 1, 1), 33),
    ]
    assert list(monthly(100, 1, date(2026, 11, 30), NEVER)) == [(date(2026, 11, 30), 100)]


def test_no_part_comes_when_nothing_can_be_spent_any_more():
    day, first = date(2026, 11, 30), date(2026, 12, 1)
    assert list(monthly(100, 3, day, first)) == [(day, 50), (first, 50)]
    assert list(monthly(100, 3, day, day)) == list(monthly(100, 3, day, date.min)) == [(day, 100)]
