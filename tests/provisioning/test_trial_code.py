"""The test code as it is checked in: on paper and on a screen it is what learning expects."""

import re

import pytest

from provisioning import trial_code
from terminal.trial import TEST_CODE

DARK = {" ": (0, 0), "▀": (1, 0), "▄": (0, 1), "█": (1, 1)}


def read(rows):
    """What a decoder reads in these modules."""
    zxingcpp = pytest.importorskip("zxingcpp", reason="needs zxing-cpp to read a code")
    numpy = pytest.importorskip("numpy", reason="needs numpy to hold a picture")
    picture = numpy.kron(255 - 255 * numpy.array(rows, dtype=numpy.uint8), numpy.ones((4, 4), dtype=numpy.uint8))
    return [found.text for found in zxingcpp.read_barcodes(picture)]


def test_both_are_as_they_are_drawn():
    assert trial_code.SCREEN.read_text(encoding="utf-8") == trial_code.screen(trial_code.matrix())
    assert trial_code.SHEET.read_bytes() == trial_code.sheet(trial_code.matrix())


def test_the_screens_code_is_read_as_the_test_code():
    lines = trial_code.SCREEN.read_text(encoding="utf-8").splitlines()
    assert read([[DARK[each][half] for each in line] for line in lines for half in (0, 1)]) == [TEST_CODE]


def test_the_papers_code_is_read_as_the_test_code():
    squares = re.findall(rb"(\d+) (\d+) 9 9 re", trial_code.SHEET.read_bytes())
    places = {((int(x) - 60) // 9, (640 - int(y)) // 9) for x, y in squares}
    side = len(trial_code.matrix())
    assert read([[int((x, y) in places) for x in range(side)] for y in range(side)]) == [TEST_CODE]


def test_the_papers_table_says_where_its_objects_stand():
    sheet = trial_code.SHEET.read_bytes()
    assert sheet[int(sheet.split()[-2]) :].startswith(b"xref")
    places = [int(place) for place in re.findall(rb"(\d{10}) 00000 n", sheet)]
    assert [sheet[place:].split()[0] for place in places] == [b"1", b"2", b"3", b"4", b"5"]
