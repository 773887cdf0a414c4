"""Text in blocks: as large as fits, wrapped between words, never ragged."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from terminal.tui.blocks import enlarge, fit
from terminal.tui.font import GLYPHS, HEIGHT
from terminal.tui.widgets.mark import DRAWINGS
from terminal.tui.words import Mark


def test_every_glyph_is_a_rectangle_of_pixels():
    for letter, rows in GLYPHS.items():
        assert len(rows) == HEIGHT, letter
        assert len({len(row) for row in rows}) == 1, letter
        assert set("".join(rows)) <= {"#", "."}, letter


def test_no_two_letters_look_the_same_but_zero_and_o():
    shown = {letter: rows for letter, rows in GLYPHS.items() if letter not in "\u00a0O"}
    assert len(set(shown.values())) == len(shown)


def test_every_digit_is_as_wide_as_another():
    assert {len(GLYPHS[digit][0]) for digit in "0123456789"} == {4}


@pytest.mark.parametrize("mark", [Mark.CHECK, Mark.CROSS])
def test_a_drawing_is_a_rectangle(mark):
    assert len({len(row) for row in DRAWINGS[mark]}) == 1


def test_a_pixel_is_half_a_row_high():
    assert enlarge(["#.", ".#"], 1) == ["▀▄"]
    assert enlarge(["#.", ".#"], 2) == ["██  ", "  ██"]


def test_it_takes_the_largest_scale_that_fits_and_no_larger_than_asked():
    assert [len(fit("OK", 100, height, largest=9) or "") for height in (3, 4, 6, 7, 10, 11)] == [0, 4, 4, 7, 7, 11]
    assert len(fit("OK", 100, 50, largest=2) or "") == 7


def test_words_wrap_and_lines_stay_apart():
    rows = fit("NIET BETAALD", 50, 20, largest=1)
    assert rows is not None
    assert len(rows) == 8
    assert len(fit("NIET BETAALD", 60, 20, largest=1) or "") == 4


def test_a_space_that_does_not_break_does_not():
    assert fit("€\u00a012,50", 25, 50, largest=1) is None
    assert fit("€ 12,50", 25, 50, largest=1) is not None


def test_accents_are_left_away_and_strange_letters_left_to_plain_text():
    assert fit("één", 80, 9, largest=1) == fit("EEN", 80, 9, largest=1)
    assert fit("漢字", 80, 9, largest=1) is None


@given(st.text(alphabet=[*GLYPHS, "\n"], max_size=40), st.integers(0, 120), st.integers(0, 40), st.booleans())
@settings(max_examples=100, deadline=None)
def test_whatever_fits_stays_within_its_box(text, width, height, centred):
    rows = fit(text, width, height, largest=4, centred=centred)
    if rows is not None:
        assert len(rows) <= height
        assert all(len(row) <= width for row in rows)
        assert len({len(row) for row in rows}) <= 1
