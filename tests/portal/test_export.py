import csv
import io

import pytest

from provisioning.portal.pages import export


@pytest.mark.parametrize("text", ["=1+1", "+31", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1"])
def test_what_begins_as_a_formula_is_text(text):
    assert export.cell(text) == "'" + text


@pytest.mark.parametrize("value", ["shop-03", "a=1", "", "3-4", "'"])
def test_other_text_stays(value):
    assert export.cell(value) == value


@pytest.mark.parametrize(("value", "said"), [(-5, "-5"), (12.5, "12.5"), (None, "")])
def test_a_number_is_a_number_and_nothing_is_empty(value, said):
    assert export.cell(value) == said


def test_a_file_reads_back_and_is_saved_not_shown():
    answer = export.csv_file("figures.csv", ["shop", "cents"], [['a,"b"\n', 5], ["=cmd", None]])
    text = answer.getvalue().decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text, newline=""))) == [["shop", "cents"], ['a,"b"\n', "5"], ["'=cmd", ""]]
    assert answer["Content-Disposition"] == 'attachment; filename="figures.csv"'
    assert answer["Cache-Control"] == "no-store"
