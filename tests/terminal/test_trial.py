"""What a scan of the test code says about the scanner, whatever it is set to."""

import pytest

from drivers.base import Candidate
from drivers.keymap import LAYOUTS, retype
from terminal import trial
from terminal.trial import TEST_CODE, is_test_code, refine

SERIAL = Candidate(
    "serial-scanner", {"device": "/dev/ttyACM0", "baud": 9600}, "GM65", ({"baud": 115200}, {"baud": 4800})
)
KEYBOARD = Candidate("evdev-scanner", {"device": "1234:5678", "layout": "us"}, "HID KBW")


def under_us(text, layout):
    """What is read under "us" when a scanner set to `layout` types the text: retype, turned round."""
    keys = {retype(key, layout): key for key in reversed(" !\"#$%&'()*+,-./0123456789:;<=>?@[\\]^_`{|}~")}
    keys |= {retype(key, layout): key for key in map(chr, (*range(65, 91), *range(97, 123)))}
    return "".join(keys.get(each, each) for each in text)


def refined(candidate, text):
    better = refine(candidate, text)
    assert better is not None
    return better


def taught(candidate, text):
    return dict(refined(candidate, text).options)


@pytest.mark.parametrize("layout", ["de", "fr"])
@pytest.mark.parametrize("turn", [str, str.swapcase])
def test_f21_the_layout_is_worked_out_from_what_us_keys_made_of_it(layout, turn):
    typed = under_us(turn(TEST_CODE), layout)
    assert not is_test_code(typed)
    assert taught(KEYBOARD, typed) == {**KEYBOARD.options, "layout": layout}


def test_every_layout_but_the_belgian_is_another_one_to_the_test_code():
    seen = {under_us(TEST_CODE, layout) for layout in LAYOUTS}
    assert len(seen) == len(set(LAYOUTS) - {"be"})
    assert under_us(TEST_CODE, "be") == under_us(TEST_CODE, "fr")


def test_f21_digits_of_the_keypad_are_the_same_on_azerty():
    letters, _, digits = TEST_CODE.rpartition(" ")
    assert taught(KEYBOARD, f"{under_us(letters, 'fr')} {digits}") == {**KEYBOARD.options, "layout": "fr"}


def test_a_prefix_is_not_believed_before_the_layout_is_known():
    typed = under_us("QR:" + TEST_CODE, "fr")
    with_layout = refined(KEYBOARD, typed)
    assert dict(with_layout.options) == {**KEYBOARD.options, "layout": "fr"}
    assert taught(with_layout, "QR:" + TEST_CODE) == {**KEYBOARD.options, "layout": "fr", "prefix": "QR:"}


@pytest.mark.parametrize(
    ("text", "learned"),
    [
        ("<" + TEST_CODE, {"prefix": "<"}),
        (TEST_CODE + ">\x03", {"suffix": ">\x03"}),
        ("a" + TEST_CODE + "z", {"prefix": "a", "suffix": "z"}),
        ("X]Q1" + TEST_CODE, {"prefix": "X"}),
    ],
)
def test_f21_what_stands_around_the_code_becomes_prefix_and_suffix(text, learned):
    assert taught(SERIAL, text) == {**SERIAL.options, **learned}


@pytest.mark.parametrize(
    "text", ["5449000000996", TEST_CODE[:-1], "x" * (trial.AROUND_MAX + 1) + TEST_CODE, TEST_CODE + TEST_CODE, ""]
)
def test_f27_another_code_teaches_nothing(text):
    assert refine(SERIAL, text) is None
    assert refine(KEYBOARD, text) is None


def test_junk_on_a_line_is_another_speed_and_each_comes_round_again():
    seen, candidate = [], SERIAL
    for _ in range(4):
        candidate = refined(candidate, "\xff\x00\x80")
        seen.append(candidate.options["baud"])
    assert seen == [115200, 4800, 9600, 115200]
    assert refine(KEYBOARD, "\xff\x00") is None


@pytest.mark.parametrize("text", [TEST_CODE, TEST_CODE.lower()])
def test_the_code_itself_is_known_in_both_cases(text):
    assert is_test_code(text)
    assert not is_test_code(f"{text} ")


def test_it_fits_a_small_qr_and_is_no_pass():
    assert set(TEST_CODE) <= set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")
    assert not TEST_CODE.startswith("KP1")
