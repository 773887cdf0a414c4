"""The shopkeeper's keys by their codes."""

import re
from pathlib import Path

import pytest

from drivers.base import KEYS
from drivers.keyboard import Frames
from drivers.keypad import NAMES, presses
from tests.drivers.keys import DROPPED, REPORT, events, frame

NUM_LOCK, KP_POINT, DELETE, KP_0 = 69, 83, 111, 82


def pressed(happened):
    frames = Frames()
    return [name for event in happened if (each := frames.feed(event)) is not None for name in presses(each)]


def test_every_key_that_a_sale_needs_is_on_a_numeric_keypad():
    """Of 17 keys, without Backspace, Escape or Tab."""
    codes = (82, 79, 80, 81, 75, 76, 77, 71, 72, 73, 55, 74, 98, 96, 78)
    assert pressed(events((code,) for code in codes)) == list(KEYS)


def test_an_office_keyboard_has_them_too():
    codes = (11, 2, 3, 4, 5, 6, 7, 8, 9, 10, 55, 14, 1, 28, 15)
    assert pressed(events((code,) for code in codes)) == list(KEYS)


def test_a_keypad_on_pins_has_every_key():
    """By the map of the overlay that the project brings along, row by row."""
    overlay = (Path(__file__).parents[2] / "docs" / "gpio-keypad.dts").read_text(encoding="ascii")
    entries = [int(entry, 16) for entry in re.findall(r"0x[0-9a-f]{8}\b", overlay)]
    assert [entry >> 16 for entry in entries] == [row << 8 | column for row in range(4) for column in range(4)]
    happened = events((entry & 0xFFFF,) for entry in entries)
    assert " ".join(pressed(happened)) == "1 2 3 menu 4 5 6 correct 7 8 9 cancel 00 0 confirm"


def test_num_lock_off_in_the_keypad_itself_does_not_matter():
    unlocked = (110, 107, 108, 109, 105, 106, 102, 103, 104)
    assert pressed(events((code,) for code in unlocked)) == list("012346789")


@pytest.mark.parametrize("code", [NUM_LOCK, KP_POINT, DELETE, 58, 42, 240])
def test_other_keys_do_nothing(code):
    assert pressed(events([(code,)])) == []


def test_a_keypad_that_presses_num_lock_around_each_key_is_read():
    assert pressed(events([(NUM_LOCK,), (79,), (NUM_LOCK,)])) == ["1"]


def test_a_double_zero_key_sends_two_zeros():
    assert pressed(events([(KP_0,), (KP_0,)])) == ["0", "0"]


def test_a_held_key_is_one_press():
    assert pressed([*frame((79, 1)), *frame((79, 2)), *frame((79, 2)), *frame((79, 0))]) == ["1"]


def test_lost_events_are_no_presses():
    assert pressed([*frame((79, 1)), DROPPED, *frame((80, 1)), REPORT, *events([(81,)])]) == ["1", "3"]


def test_every_name_is_one_that_a_key_press_can_carry():
    assert set(NAMES.values()) == set(KEYS)
