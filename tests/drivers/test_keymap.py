"""The layouts: what the keys of four countries write, and that a wrong one is never taken for another pass."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.wire import base32, passcode
from contracts.wire.errors import Refused
from drivers import keymap
from drivers.keymap import LAYOUTS, UNREADABLE, Modifier, character, retype
from tests.drivers.keys import ALTGR, CTRL, SHIFT, strokes

NETWORK = 4711
ALPHABET = base32.ALPHABET + "ILOU"
HELD = {SHIFT: Modifier.SHIFT, ALTGR: Modifier.ALTGR, CTRL: Modifier.CTRL}


def typed(pressed, layout):
    """What these strokes write; each is its modifiers and its key."""
    return "".join(
        character(key, layout, Modifier(sum(HELD[modifier] for modifier in modifiers))) for *modifiers, key in pressed
    )


@pytest.mark.parametrize("layout", LAYOUTS)
def test_letters_and_digits_are_where_the_country_has_them(layout):
    text = ALPHABET + ALPHABET.lower() + "]"
    assert typed(strokes(text, layout), layout) == text


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_gives_each_character_to_one_key(layout):
    for level in keymap._TABLES[layout]:
        shared = [each for each in level.values() if list(level.values()).count(each) > 1]
        assert shared in ([], ["\\", "\\"], ["|", "|"])  # the US's 102nd key repeats its backslash


@pytest.mark.parametrize(
    ("layout", "stroke", "written"),
    [
        ("us", (SHIFT, 3), "@"),
        ("de", (ALTGR, 16), "@"),
        ("fr", (ALTGR, 11), "@"),
        ("be", (ALTGR, 3), "@"),
        ("de", (12,), "ß"),
        ("de", (SHIFT, 8), "/"),
        ("de", (53,), "-"),
        ("fr", (7,), "-"),
        ("fr", (SHIFT, 52), "/"),
        ("be", (13,), "-"),
        ("be", (SHIFT, 52), "/"),
        ("us", (ALTGR, 16), UNREADABLE),
        ("de", (ALTGR, 30), UNREADABLE),
    ],
)
def test_signs_are_where_the_country_has_them(layout, stroke, written):
    assert typed([stroke], layout) == written


def test_windows_ctrl_and_alt_are_altgr():
    assert character(10, "de", Modifier.CTRL | Modifier.ALT) == "]"


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_numeric_keypad_and_the_ends_are_the_same_everywhere(layout):
    codes = (82, 79, 80, 81, 75, 76, 77, 71, 72, 73, 74, 55, 78, 98, 83, 57)
    assert "".join(character(code, layout) for code in codes) == "0123456789-*+/. "
    assert [character(code, layout) for code in (28, 96, 15, 108)] == ["\r", "\r", "\t", "\n"]


@pytest.mark.parametrize(("code", "written"), [(50, "\r"), (36, "\n"), (23, "\t"), (27, "\x1d"), (2, UNREADABLE)])
def test_ctrl_writes_control_characters(code, written):
    assert character(code, "us", Modifier.CTRL) == written


@pytest.mark.parametrize("code", [29, 42, 54, 56, 58, 69, 70, 97, 100, 125, 126])
def test_modifiers_and_locks_write_nothing(code):
    assert character(code, "us") == ""


@pytest.mark.parametrize("code", [0, 14, 111, 113, 240, 767, 65535])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_key_that_writes_nothing_leaves_a_mark_so_that_no_code_comes_out_shorter(code, layout):
    assert character(code, layout) == UNREADABLE


@pytest.mark.parametrize("modifier", [Modifier.ALT, Modifier.META])
def test_alt_and_meta_make_no_letters(modifier):
    assert character(16, "us", modifier) == UNREADABLE


@pytest.mark.parametrize(
    ("code", "layout", "plain", "caps"),
    [(16, "us", "q", "Q"), (2, "us", "1", "1"), (12, "de", "ß", "ß"), (39, "de", "ö", "Ö"), (43, "be", "µ", "µ")],
)
def test_caps_lock_turns_letters_alone(code, layout, plain, caps):
    assert character(code, layout) == plain
    assert character(code, layout, Modifier.CAPS) == caps


def test_shift_undoes_caps_lock():
    assert character(16, "us", Modifier.CAPS | Modifier.SHIFT) == "q"


@pytest.mark.parametrize("layout", LAYOUTS)
def test_what_was_read_as_us_can_be_typed_again(layout):
    text = ALPHABET + ALPHABET.lower()
    assert retype(typed(strokes(text, layout), "us"), layout) == text


def test_what_no_us_key_writes_stays_when_typed_again():
    assert retype(f"\r{UNREADABLE}é ", "fr") == f"\r{UNREADABLE}é "


@given(st.binary(min_size=16, max_size=16), st.sampled_from(LAYOUTS), st.sampled_from(LAYOUTS), st.booleans())
@settings(max_examples=300, deadline=None)
def test_f21_a_pass_under_a_wrong_layout_is_itself_or_refused_by_name(secret, sent, set_to, caps):
    code = passcode.make_static(NETWORK, secret)
    read = typed(strokes(code, sent, caps=caps), set_to)
    try:
        parsed = passcode.parse(read, NETWORK)
        assert isinstance(parsed, passcode.StaticCode)
        assert parsed.secret == secret
    except Refused:
        assert sent != set_to
