"""Frames of key events to text: recordings of a real scanner, all settings, and what goes wrong on the way."""

from itertools import pairwise, product

import pytest

from contracts.wire import passcode
from contracts.wire.errors import Refused
from drivers import keymap
from drivers.base import Scan
from drivers.decode import IDLE_MS, Decoder
from drivers.keyboard import FRAME_MAX, Frames, Typist
from drivers.keymap import UNREADABLE
from tests.drivers.hid_reports import RECORDINGS, key_events, recorded
from tests.drivers.keys import (
    CAPS_LOCK,
    CTRL,
    DOWN,
    DROPPED,
    ENDINGS,
    ENTER,
    REPORT,
    SHIFT,
    InputEvent,
    events,
    frame,
    strokes,
)

NETWORK = 4711
SECRET = bytes(range(16))
PASS = passcode.make_static(NETWORK, SECRET)
K, P, RIGHT_SHIFT, ALT = 37, 25, 54, 56

with_recordings = pytest.mark.skipif(not RECORDINGS.is_dir(), reason=f"the recordings are not there: {RECORDINGS}")


def typed(happened, layout="us", *, caps=False, held=()):
    """All that these events write; `held` is what the kernel says is held when events were lost."""
    frames, typist, text = Frames(), Typist(layout, caps=caps), ""
    for event in happened:
        if (each := frames.feed(event)) is not None:
            text += typist.read(each)
            if not each.whole:
                typist.hold(held)
    return text


def scans(happened, layout="us", **options):
    """The codes in these events, the last ended by a pause if by nothing else."""
    decoder = Decoder()
    return [*decoder.feed(typed(happened, layout, **options), 0), *decoder.pause(IDLE_MS)]


@with_recordings
@pytest.mark.parametrize("name", ["sm2d-1", "sm2d-2", "sm2d-3"])
def test_a_recorded_scan_is_read_to_the_letter(name):
    expected = (RECORDINGS / f"{name}.expected.txt").read_text(encoding="utf-8")
    assert typed(key_events(recorded(name))) == f"{expected}\r\n"


@with_recordings
def test_the_down_arrow_behind_a_recorded_scan_does_not_lead_the_next():
    reports = recorded("sm2d-1")
    url = (RECORDINGS / "sm2d-1.expected.txt").read_text(encoding="utf-8")
    assert scans(key_events([*reports, *reports])) == [Scan(url), Scan(url)]


@with_recordings
def test_the_recordings_show_what_this_is_built_for():
    """Shift in its key's own report, keypad signs, and Down Arrow at the end: else these tests prove less."""
    reports = recorded("sm2d-3")
    assert not any(report[0] and not any(report[2:]) for report in reports)
    assert {0x55, 0x56, 0x57} <= {report[2] for report in reports + recorded("sm2d-2")}
    assert reports[-1][2] == 0x51 or reports[-2][2] == 0x51


@pytest.mark.parametrize("adapts", [True, False], ids=["scanner allows for caps", "scanner ignores caps"])
@pytest.mark.parametrize(
    ("layout", "caps", "framing"),
    product(keymap.LAYOUTS, [False, True], ["CR", "LF", "CRLF", "TAB", "none", "]Q1"]),
)
def test_f21_a_pass_is_the_same_whatever_scanner_sends_it(layout, caps, framing, adapts):
    text, ending = (f"]Q1{PASS}", ENDINGS["CR"]) if framing == "]Q1" else (PASS, ENDINGS[framing])
    pressed = [*strokes(text, layout, caps=caps and adapts), *ending]
    (scan,) = scans(events(pressed), layout, caps=caps)
    assert passcode.parse(scan.text, NETWORK) == passcode.StaticCode(NETWORK, bytearray(SECRET))
    assert scan.text == PASS or (caps and not adapts)


def test_caps_lock_pressed_by_the_scanner_itself_counts_until_it_is_pressed_again():
    pressed = [(CAPS_LOCK,), *strokes("KP", "us", caps=True), (CAPS_LOCK,), *strokes("kp", "us")]
    assert typed(events(pressed)) == "KPkp"


@pytest.mark.parametrize(
    "keys",
    [
        [[(SHIFT, 1), (K, 1)], [(K, 0), (SHIFT, 0)]],
        [[(K, 1), (SHIFT, 1)], [(SHIFT, 0), (K, 0)]],
        [[(SHIFT, 1)], [(K, 1)], [(K, 0)], [(SHIFT, 0)]],
        [[(SHIFT, 1), (K, 1), (K, 0), (SHIFT, 0)]],
    ],
    ids=["same report", "key first", "report of its own", "all in one"],
)
def test_shift_counts_for_its_frame_whichever_comes_first(keys):
    happened = [event for each in keys for event in frame(*each)]
    assert typed([*happened, *events([(P,)])]) == "Kp"


def test_shift_let_go_in_the_report_of_the_next_key_does_not_count_for_it():
    assert typed([*frame((SHIFT, 1), (K, 1)), *frame((P, 1), (SHIFT, 0), (K, 0))]) == "Kp"


def test_two_shifts_are_held_until_both_are_let_go():
    happened = [*frame((SHIFT, 1)), *frame((RIGHT_SHIFT, 1)), *frame((SHIFT, 0)), *events([(K,)])]
    assert typed([*happened, *frame((RIGHT_SHIFT, 0)), *events([(K,)])]) == "Kk"


def test_several_keys_of_one_report_are_read_in_order():
    assert typed(frame((SHIFT, 1), (K, 1), (P, 1))) == "KP"


def test_f21_a_lost_release_neither_repeats_the_key_nor_hides_the_next():
    repeated = [event for _ in range(9) for event in frame((K, 2))]
    assert typed([*frame((K, 1)), *repeated, *events([(P,)]), *events([(K,)])]) == "kpk"


def test_f21_a_shift_whose_release_is_lost_is_refused_by_name():
    happened = [*frame((RIGHT_SHIFT, 1)), *events(strokes(PASS, "us"))]
    (scan,) = scans(happened)
    with pytest.raises(Refused):
        passcode.parse(scan.text, NETWORK)


def test_events_lost_on_the_way_leave_a_mark_and_nothing_of_their_frame():
    happened = [*events([(K,)]), InputEvent(1, P, 1), DROPPED, InputEvent(1, P, 1), REPORT, *events([(P,)])]
    assert typed(happened) == f"k{UNREADABLE}p"


def test_after_lost_events_the_kernel_says_which_keys_are_held():
    lost = [DROPPED, REPORT]
    assert typed([*lost, *events([(K,)])], held=[SHIFT, K]) == f"{UNREADABLE}K"
    assert typed([*frame((SHIFT, 1)), *lost, *events([(K,)])]) == f"{UNREADABLE}k"


def test_a_code_with_lost_events_in_it_is_refused_by_name():
    happened = list(events(strokes(PASS, "us")))
    (scan,) = scans([*happened[:90], DROPPED, REPORT, *happened[120:]])
    with pytest.raises(Refused):
        passcode.parse(scan.text, NETWORK)


def test_an_endless_frame_is_lost_not_held():
    frames = Frames()
    for _ in range(10 * FRAME_MAX):
        assert frames.feed(InputEvent(1, K, 1)) is None
        assert len(frames._keys) <= FRAME_MAX
    lost = frames.feed(REPORT)
    assert lost is not None
    assert (lost.keys, lost.whole) == ((), False)


@pytest.mark.parametrize("letters", [("A", "B"), ("a", "b")])
def test_a_code_that_letters_frame_is_read_without_enter_when_they_are_named(letters):
    begin, end = letters
    decoder = Decoder(prefix=begin, suffix=end)
    decoder.feed(typed(events(strokes(f"{begin}{PASS}{end}", "fr")), "fr"), 0)
    assert decoder.pause(IDLE_MS) == (Scan(PASS),)


def test_a_code_that_letters_frame_is_refused_by_name_when_they_are_not_named():
    (scan,) = scans(events(strokes(f"A{PASS}B", "us")))
    with pytest.raises(Refused):
        passcode.parse(scan.text, NETWORK)


def numbered(number):
    """Alt held while a number is typed on the keypad, a report for each change."""
    digits = [(82, 79, 80, 81, 75, 76, 77, 71, 72, 73)[int(digit)] for digit in number]
    yield from frame((ALT, 1))
    for code in digits:
        yield from frame((code, 1))
        yield from frame((code, 0))
    yield from frame((ALT, 0))


@pytest.mark.parametrize("layout", keymap.LAYOUTS)
@pytest.mark.parametrize("width", [1, 3, 4], ids=["75", "075", "0075"])
def test_f21_a_scanner_that_types_numbers_with_alt_is_read_under_any_layout(layout, width):
    happened = [event for each in f"]Q1{PASS}\r" for event in numbered(str(ord(each)).zfill(width))]
    assert scans(happened, layout) == [Scan(PASS)]


@pytest.mark.parametrize("number", ["127", "233", "0233", "9999", "00075", "075075075075"])
def test_a_number_that_is_no_character_leaves_a_mark(number):
    assert typed([*numbered("75"), *numbered(number), *numbered("80")]) == f"K{UNREADABLE}P"


def test_alt_alone_writes_nothing_and_its_digits_never_come_out_as_digits():
    assert typed(numbered("")) == ""
    assert typed([*frame((ALT, 1)), *events([(79,), (80,)])]) == ""
    assert typed(events([(ALT, 2)])) == UNREADABLE


def test_a_number_of_which_events_are_lost_is_not_made_of_the_rest():
    happened = list(numbered("175"))
    assert typed([*happened[:9], DROPPED, REPORT, *happened[15:]], held=[ALT]) == f"{UNREADABLE}\x05"
    assert typed([*happened[:9], DROPPED, REPORT]) == UNREADABLE


@pytest.mark.parametrize("end", [(ENTER,), (96,), (DOWN,), (1,), (106,), (60,), (CTRL, 50), (CTRL, 36)])
def test_a_key_that_scanners_end_with_ends_a_code_and_leads_none(end):
    assert scans(events([*strokes("KP", "us"), end, *strokes("KP", "us")])) == [Scan("KP"), Scan("KP")]


def test_a_recorded_stream_has_no_time_in_which_shift_is_alone():
    """The model of a scanner that these tests use sends as the recorded one does."""
    keys = [event for event in events(strokes("KP", "us")) if event.type == 1]
    assert [(event.code, event.value) for event in keys[:2]] == [(SHIFT, 1), (K, 1)]
    assert all(first != second for first, second in pairwise(keys))
