"""One scan of a sheet says how its scanner is set, whatever that puts around a code and in whatever layout."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.sheet_scan import SHEET, around_sheet, is_sheet
from terminal.trial import AROUND_MAX, TEST_CODE, refine
from tests.terminal.test_trial import KEYBOARD, SERIAL, under_us
from tests.wire.test_enrolment_sheet import SHEET as EXAMPLE

TEXT = EXAMPLE.text()


def taught(candidate, text):
    better = refine(candidate, text, SHEET)
    return better and dict(better.options)


@pytest.mark.parametrize("layout", ["de", "fr", "be"])
@pytest.mark.parametrize("turn", [str, str.swapcase])
def test_f21_the_layout_is_worked_out_from_what_us_keys_made_of_it(layout, turn):
    typed = under_us(turn(TEXT), layout)
    assert not is_sheet(typed)
    assert taught(KEYBOARD, typed) == {**KEYBOARD.options, "layout": "fr" if layout == "be" else layout}


@given(st.text("0A7Z<]*", max_size=AROUND_MAX), st.text("0A7Z<]*", max_size=AROUND_MAX))
def test_f21_what_stands_around_it_is_told_even_of_its_own_letters(before, after):
    assert around_sheet(before + TEXT + after) == (before, after)
    assert is_sheet(before + TEXT + after) is (before + after == "")


def test_prefix_and_suffix_are_learned_and_junk_is_another_speed():
    assert taught(SERIAL, f"<<{TEXT}7") == {**SERIAL.options, "prefix": "<<", "suffix": "7"}
    assert taught(SERIAL, "\xf8\x00\xe6") == {**SERIAL.options, "baud": 115200}


@pytest.mark.parametrize(
    "text", ["", "KP1SOMEBODYSPASS", TEST_CODE, TEXT[:-1], TEXT[1:], TEXT + "0" * (AROUND_MAX + 1), TEXT + TEXT]
)
def test_f27_another_code_teaches_nothing(text):
    assert taught(KEYBOARD, text) is None
    assert not is_sheet(text)
