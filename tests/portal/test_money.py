import pytest
from django.core.exceptions import ValidationError
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from provisioning.portal.pages.money import CentsField, euros

SPACE = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(("cents", "dutch", "english"), [
    (0, "€ 0,00", "€ 0.00"), (5, "€ 0,05", "€ 0.05"), (123_456_789, "€ 1.234.567,89", "€ 1,234,567.89"),
    (-100, "-€ 1,00", "-€ 1.00"),
])  # fmt: skip
def test_an_amount_is_shown_as_its_reader_writes_it(cents, dutch, english):
    assert euros(cents, "nl").replace(SPACE, " ") == dutch
    assert euros(cents, "en").replace(SPACE, " ") == english
    with translation.override("nl"):
        assert euros(cents).replace(SPACE, " ") == dutch


@pytest.mark.parametrize(("typed", "cents"), [("300", 30_000), (" 300,50 ", 30_050), ("€ 12.05", 1_205)])
def test_an_amount_is_read_in_whole_cents(typed, cents):
    assert CentsField().clean(typed) == cents


@pytest.mark.parametrize("typed", ["", "0", "-1", "1.234", "3,5", "1e3", "abc", "NaN", "9" * 30])
def test_what_is_no_amount_is_refused(typed):
    with pytest.raises(ValidationError):
        CentsField().clean(typed)


def test_nothing_is_an_amount_only_where_it_may_be():
    assert CentsField(zero=True).clean("0,00") == 0
    assert CentsField(required=False).clean("") is None
    assert CentsField(most=100).clean("1") == 100
    with pytest.raises(ValidationError):
        CentsField(most=100).clean("1,01")


@given(st.integers(1, 10**12))
def test_what_a_form_shows_it_reads_again(cents):
    assert CentsField().clean(CentsField().prepare_value(cents)) == cents
