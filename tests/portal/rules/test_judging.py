from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from provisioning.portal.rules.example import EXAMPLE
from provisioning.portal.rules.judging import (
    AGE_MAX,
    INCOME_MAX,
    Answers,
    Area,
    Band,
    ByLiving,
    Conditions,
    ForChild,
    Judgement,
    Living,
    Reason,
    age,
    by_age,
    judge,
    most_income,
    postcode,
)

DAY = date(2026, 3, 1)
RULES = EXAMPLE.model_copy(
    update={
        "norms": ByLiving(alone=100_001, together=150_000),
        "savings": ByLiving(alone=500_000, together=900_000),
        "areas": (Area(first=9800, last=9805), Area(first=9861, last=9861)),
    }
)
FAMILY = Answers("9801AB", Living.ALONE, (date(2018, 3, 1), date(2012, 6, 1)), 120_001, 500_000)

amounts = st.integers(0, INCOME_MAX)
births = st.dates(date(1990, 1, 1), date(2030, 1, 1))
families = st.builds(
    Answers,
    st.integers(1000, 9999).map(lambda digits: f"{digits}AB"),
    st.sampled_from(Living),
    st.lists(births, max_size=12).map(tuple),
    amounts,
    amounts,
)


@st.composite
def conditions(draw):
    edges = sorted(draw(st.lists(st.integers(0, AGE_MAX), min_size=2, max_size=8, unique=True)))
    pairs = zip(edges[::2], edges[1::2], strict=False)
    bands = tuple(Band(youngest=one, oldest=two, cents=draw(st.integers(1, 10**6))) for one, two in pairs)
    areas = tuple(
        Area(first=min(pair), last=max(pair))
        for pair in draw(st.lists(st.tuples(*[st.integers(1000, 9999)] * 2), min_size=1, max_size=4))
    )
    norms, savings = (ByLiving(alone=draw(amounts), together=draw(amounts)) for _ in range(2))
    percent = draw(st.integers(50, 300))
    return Conditions(percent=percent, norms=norms, source="a test", savings=savings, areas=areas, bands=bands)


def test_income_is_allowed_to_the_cent():
    assert most_income(RULES, Living.ALONE) == 120_001  # 120% of 1.000,01 is 1.200,012
    assert judge(RULES, FAMILY, DAY).entitled
    assert judge(RULES, replace(FAMILY, income=120_002), DAY).reasons == (Reason.INCOME,)
    together = replace(FAMILY, living=Living.TOGETHER, income=180_000)
    assert judge(RULES, together, DAY).entitled
    assert judge(RULES, replace(together, income=180_001), DAY).reasons == (Reason.INCOME,)


def test_savings_are_allowed_to_the_cent():
    assert judge(RULES, replace(FAMILY, savings=500_001), DAY).reasons == (Reason.SAVINGS,)
    together = replace(FAMILY, living=Living.TOGETHER, savings=900_000)
    assert judge(RULES, together, DAY).entitled
    assert judge(RULES, replace(together, savings=900_001), DAY).reasons == (Reason.SAVINGS,)


@pytest.mark.parametrize(("born", "given"), [
    (date(2022, 3, 1), ForChild(30_000)),  # four years today
    (date(2022, 3, 2), ForChild(0, Reason.YOUNG)),
    (date(2014, 3, 2), ForChild(30_000)),  # twelve tomorrow
    (date(2014, 3, 1), ForChild(40_000)),
    (date(2008, 3, 2), ForChild(40_000)),  # eighteen tomorrow
    (date(2008, 3, 1), ForChild(0, Reason.OLD)),
    (date(2026, 3, 2), ForChild(0, Reason.YOUNG)),
])  # fmt: skip
def test_a_child_gets_what_its_age_gives_to_the_day(born, given):
    assert by_age(RULES, born, DAY) == given


def test_a_gap_between_the_ages_gives_nothing():
    rules = RULES.model_copy(update={"bands": (RULES.bands[0], Band(youngest=14, oldest=15, cents=1))})
    assert by_age(rules, date(2013, 1, 1), DAY) == ForChild(0, Reason.BETWEEN)


def test_whoever_is_born_on_a_leap_day_is_a_year_older_on_the_first_of_march():
    assert age(date(2020, 2, 29), date(2024, 2, 28)) == 3
    assert age(date(2020, 2, 29), date(2024, 2, 29)) == 4
    assert age(date(2020, 2, 29), date(2025, 2, 28)) == 4
    assert age(date(2020, 2, 29), date(2025, 3, 1)) == 5


@pytest.mark.parametrize(("where", "allowed"), [
    ("9799ZZ", False), ("9800AA", True), ("9805ZZ", True), ("9806AA", False), ("9861AB", True), ("9862AB", False),
])  # fmt: skip
def test_postcodes_count_by_their_digits(where, allowed):
    assert judge(RULES, replace(FAMILY, postcode=where), DAY).entitled is allowed


def test_all_reasons_are_told_and_each_child_says_its_own():
    poor = Answers("1000AA", Living.ALONE, (date(2018, 1, 1), date(2025, 1, 1)), 120_002, 500_001)
    assert judge(RULES, poor, DAY) == Judgement(
        (ForChild(0, Reason.HOUSEHOLD), ForChild(0, Reason.YOUNG)), (Reason.POSTCODE, Reason.INCOME, Reason.SAVINGS)
    )


def test_without_a_child_of_the_right_age_there_is_nothing():
    assert judge(RULES, replace(FAMILY, born=()), DAY).reasons == (Reason.CHILDREN,)
    assert judge(RULES, replace(FAMILY, born=(date(2025, 1, 1),)), DAY).reasons == (Reason.CHILDREN,)


@given(conditions(), families, births, st.integers(1, 10**6))
def test_less_income_or_savings_never_takes_anything_away(rules, family, day, less):
    before = judge(rules, family, day)
    poorer = replace(family, income=max(family.income - less, 0), savings=max(family.savings - less, 0))
    after = judge(rules, poorer, day)
    assert after.cents >= before.cents
    assert set(after.reasons) <= {*before.reasons, Reason.CHILDREN}
    assert all(now.cents >= then.cents for now, then in zip(after.children, before.children, strict=True))


@given(conditions(), families, births, births)
def test_another_child_takes_nothing_from_the_others(rules, family, day, born):
    before, after = (judge(rules, one, day) for one in (family, replace(family, born=(*family.born, born))))
    assert after.cents >= before.cents
    assert len(after.children) == len(family.born) + 1


@given(conditions(), families, births)
def test_whoever_is_entitled_gets_something_and_nobody_else_does(rules, family, day):
    judgement = judge(rules, family, day)
    assert judgement.entitled == (judgement.cents > 0) == (judgement.reasons == ())
    assert all((child.cents == 0) == (child.reason is not None) for child in judgement.children)
    assert Judgement.of(judgement.as_json()) == judgement
    assert Answers.of(family.as_json()) == family


@given(births, st.integers(0, 40))
def test_a_birthday_adds_one_year_on_its_own_day(born, years):
    birthday = (
        date(born.year + years, 3, 1) if (born.month, born.day) == (2, 29) else born.replace(year=born.year + years)
    )
    if years == 0:
        birthday = born
    assert age(born, birthday) == years
    assert age(born, birthday - timedelta(days=1)) == years - 1


@given(conditions())
def test_conditions_are_kept_as_json(rules):
    assert Conditions.model_validate_json(rules.model_dump_json()) == rules
    assert Conditions.model_validate(rules.model_dump(mode="json")) == rules


@pytest.mark.parametrize("change", [
    {"percent": 49}, {"percent": 120.5}, {"norms": {"alone": -1, "together": 0}}, {"areas": []}, {"source": ""},
    {"areas": [{"first": 9805, "last": 9800}]}, {"bands": []}, {"more": 1},
    {"bands": [{"youngest": 4, "oldest": 11, "cents": 0}]},
    {"bands": [{"youngest": 4, "oldest": 11, "cents": 1}, {"youngest": 11, "oldest": 12, "cents": 1}]},
    {"bands": [{"youngest": 12, "oldest": 4, "cents": 1}]},
])  # fmt: skip
def test_conditions_that_make_no_sense_are_refused(change):
    with pytest.raises(ValidationError):
        Conditions.model_validate(RULES.model_dump(mode="json") | change)


def test_a_postcode_is_read_as_people_write_it():
    assert postcode(" 9801 ab") == postcode("9801AB") == "9801AB"
    for wrong in ("0801AB", "9801", "9801A", "9801ABC", "", "\N{FULLWIDTH DIGIT NINE}801AB"):
        with pytest.raises(ValueError, match="four digits"):
            postcode(wrong)
