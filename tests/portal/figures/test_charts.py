"""What is drawn is as long as what it says, and nothing that is typed gets into the picture as SVG."""

import xml.etree.ElementTree as ET

import pytest

from provisioning.portal.figures import charts
from provisioning.portal.figures.charts import Bar


def lengths(picture, kind, side):
    return [float(each.get(side, "")) for each in ET.fromstring(picture).iter() if each.get("class") == kind]


def test_a_bar_is_as_long_as_its_share_of_the_room_and_its_mark_stands_where_the_goal_is():
    picture = charts.bars("title", [Bar("a", "42%", 0.42, 0.6), Bar("b", "100%", 1.0)])
    room = lengths(picture, "room", "width")[0]
    assert [one / room for one in lengths(picture, "bar", "width")] == pytest.approx([0.42, 1.0])
    assert [one / room for one in lengths(picture, "mark", "x1")] == pytest.approx([0.6])


def test_what_is_above_its_whole_stays_in_the_room():
    picture = charts.bars("title", [Bar("a", "130%", 1.3)])
    assert lengths(picture, "bar", "width") == lengths(picture, "room", "width")


def test_columns_are_as_high_as_they_should_and_of_many_some_have_names():
    rows = [Bar(f"{number} jan", str(number), number / 53) for number in range(1, 54)]
    picture = charts.columns("title", rows)
    high = lengths(picture, "bar", "height")
    assert high[25] / high[52] == pytest.approx(26 / 53, abs=0.01)
    texts = [each.text for each in ET.fromstring(picture).iter() if each.text]
    assert texts[0] == "53"  # what the highest says
    assert 4 <= len(texts) - 1 <= 6


def test_no_weeks_are_an_empty_picture():
    assert lengths(charts.columns("title", []), "bar", "height") == []


def test_what_somebody_typed_is_text_and_a_long_name_is_cut():
    picture = charts.bars('<b title="x">', [Bar("<script>" + "x" * 99, "&", 0.5)])
    assert "<script" not in picture
    found = ET.fromstring(picture)
    assert found.get("aria-label") == '<b title="x">'
    assert [each.text for each in found.iter() if each.text] == ["<script>" + "x" * 21 + "…", "&"]
