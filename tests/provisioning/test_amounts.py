"""Amounts, numbers, dates: read exactly, or refused with what is expected."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.wire.units import CENTS_MAX, euros
from provisioning import desk, period


@pytest.mark.parametrize(
    ("text", "cents"),
    [("300", 30_000), ("300,00", 30_000), ("300.00", 30_000), ("0,01", 1), ("12,50", 1_250), (" 7,05 ", 705)],
)
def test_an_amount_is_read_to_the_cent(text, cents):
    assert desk.amount(text) == cents


@given(st.integers(1, CENTS_MAX))
def test_every_amount_is_read_back(cents):
    assert desk.amount(euros(cents).replace(".", "")) == cents


WRONG = ["", "0", "0,00", "3,5", "3,555", "1.234", "1.234,50", "-5", "+5", "5e3", "٣", "3,00 EUR", "inf", "0x10", ","]


@pytest.mark.parametrize("text", [*WRONG, "42949672,96", "9" * 40])
def test_a_wrong_amount_is_refused(text):
    with pytest.raises(ValueError):
        desk.amount(text)


def test_money_goes_beyond_one_payment_and_not_beyond_bounds():
    assert desk.money("42949672,96") == CENTS_MAX + 1
    with pytest.raises(ValueError):
        desk.money("9" * 18)


@pytest.mark.parametrize("text", ["0", "-1", "4294967296", "one", "1.0", " 1", "0x1", "1_0", ""])
def test_a_wrong_number_is_refused(text):
    with pytest.raises(ValueError, match="whole number"):
        desk.identity(text)


@pytest.mark.parametrize("text", ["", "0x", "0x12", "12" * 20, "0x" + "zz" * 20])
def test_a_wrong_address_is_refused(text):
    with pytest.raises(ValueError):
        desk.address(text)


def seconds(*moment: int) -> int:
    return int(datetime(*moment, tzinfo=UTC).timestamp())  # type: ignore[misc, arg-type]


def test_a_day_begins_and_ends_as_in_the_netherlands():
    assert period.begins("2026-01-01") == seconds(2025, 12, 31, 23)
    assert period.ends("2026-12-31") == seconds(2026, 12, 31, 22, 59, 59)
    assert period.ends("2026-06-30") == seconds(2026, 6, 30, 21, 59, 59)


def test_the_day_on_which_the_clock_changes_has_23_hours():
    assert period.ends("2026-03-29") - period.begins("2026-03-29") + 1 == 23 * 3600


def test_a_moment_is_taken_as_it_is():
    assert period.begins("2026-01-01T12:00+01:00") == period.ends("2026-01-01T11:00Z") == seconds(2026, 1, 1, 11)
    assert period.shown(seconds(2026, 1, 1, 11)) == "2026-01-01T12:00:00+01:00"


@pytest.mark.parametrize(
    "text", ["", "1-1-2026", "2026-02-30", "2026-01-01T12:00", "2026-01-01Tx", "1960-01-01", "0001-01-01"]
)
def test_a_wrong_date_is_refused(text):
    with pytest.raises(ValueError):
        period.begins(text)


@pytest.mark.parametrize("text", ["9999-12-31", "0001-01-01"])
def test_the_ends_of_the_calendar_are_refused(text):
    with pytest.raises(ValueError):
        period.ends(text)
