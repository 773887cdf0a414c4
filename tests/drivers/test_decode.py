"""The framing: whatever comes in, it neither raises, nor grows, nor makes up a code."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.base import Oversized, Scan
from drivers.decode import IDLE_MS, LIMIT, Decoder

CODE = "KP1ABCDEFGH0123456789"

codes = st.text(
    st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_categories=["Cc"], exclude_characters="]"), min_size=1
)
"""Without the bracket that begins an AIM identifier, which is taken off."""
endings = st.sampled_from(["\r", "\n", "\r\n", "\t", None])
"""None is no terminator: only the pause ends it."""


def texts(events):
    return [event.text for event in events if isinstance(event, Scan)]


@pytest.mark.parametrize("ending", ["\r", "\n", "\r\n", "\t"])
def test_each_terminator_ends_a_code(ending):
    decoder = Decoder()
    assert decoder.feed(CODE + ending, 0) == (Scan(CODE),)
    assert decoder.ends_at is None


def test_a_pause_ends_a_code_and_not_before():
    decoder = Decoder(idle_ms=200)
    assert decoder.feed(CODE.encode(), 1000) == ()
    assert decoder.ends_at == 1200
    assert decoder.pause(1199) == ()
    assert decoder.pause(1200) == (Scan(CODE),)
    assert decoder.pause(9999) == ()


def test_a_pause_that_nobody_asked_for_still_parts_two_codes():
    decoder = Decoder()
    decoder.feed(CODE, 0)
    assert decoder.feed("5449000000996", IDLE_MS) == (Scan(CODE),)


def test_a_terminator_alone_is_no_code():
    assert Decoder().feed("\r\n\r\n\t", 0) == ()


def test_a_code_of_the_longest_length_is_read_and_one_longer_is_not():
    assert Decoder().feed("7" * LIMIT + "\r", 0) == (Scan("7" * LIMIT),)
    assert Decoder().feed("7" * (LIMIT + 1) + "\r", 0) == (Oversized(),)


def test_an_oversized_code_is_named_once_and_skipped_to_its_terminator():
    decoder = Decoder(limit=4)
    assert decoder.feed("12345", 0) == (Oversized(),)
    assert decoder.feed("678", 1) == ()
    assert decoder.feed("9\rABC\r", 2) == (Scan("ABC"),)


def test_an_oversized_code_is_skipped_to_its_pause():
    decoder = Decoder(limit=4)
    decoder.feed("12345", 0)
    assert decoder.pause(IDLE_MS) == ()
    assert decoder.feed("ABC\r", IDLE_MS + 1) == (Scan("ABC"),)


def test_what_was_begun_is_forgotten_on_drop():
    decoder = Decoder()
    decoder.feed(CODE, 0)
    decoder.drop()
    assert decoder.ends_at is None
    assert decoder.feed("ABC\r", 1) == (Scan("ABC"),)


@pytest.mark.parametrize("identifier", ["]Q1", "]E0", "]d2", "]C1", "]q1"])
def test_an_aim_identifier_is_no_part_of_the_code(identifier):
    assert Decoder().feed(f"{identifier}{CODE}\r", 0) == (Scan(CODE),)


@pytest.mark.parametrize("text", ["]", "]Q", "]1Q2", "]Q]", f"{CODE}]Q1", f" ]Q1{CODE}"])
def test_what_only_looks_like_an_aim_identifier_stays(text):
    assert Decoder().feed(f"{text}\r", 0) == (Scan(text),)


def test_an_aim_identifier_alone_is_no_code():
    assert Decoder().feed("]Q1\r", 0) == ()


@pytest.mark.parametrize("sent", [f"<<{CODE}>", f"<<]Q1{CODE}>", f"{CODE}>", f"<<{CODE}", CODE])
def test_what_the_scanner_was_told_to_put_around_a_code_is_taken_off(sent):
    assert Decoder(prefix="<<", suffix=">").feed(sent + "\r", 0) == (Scan(CODE),)


def test_a_scan_does_not_show_its_text():
    assert CODE not in repr(Scan(CODE))


@given(st.lists(st.tuples(codes, endings), max_size=8), st.data())
@settings(max_examples=150, deadline=None)
def test_f22_however_a_stream_is_cut_the_same_codes_come_out(sent, data):
    """Split anywhere, glued into one read or byte by byte."""
    found: list[Scan | Oversized] = []
    decoder, now = Decoder(), 0
    for code, ending in sent:
        stream = (code + (ending or "")).encode("latin-1")
        cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=4)))
        for begin, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
            found += decoder.feed(stream[begin:end], now)
        if ending is None:
            now += IDLE_MS
            found += decoder.pause(now)
    assert found == [Scan(code) for code, _ in sent]


@given(
    st.lists(st.tuples(st.binary(max_size=200) | st.text(max_size=200), st.integers(-50, 400)), max_size=30),
    st.integers(1, 64),
)
@settings(max_examples=150, deadline=None)
def test_f22_any_stream_at_any_time_never_raises_never_grows_never_invents(reads, limit):
    """Each code is a run of what was sent, in order and apart; what is held stays within the bound."""
    decoder, now, found, sent = Decoder(limit=limit), 0, [], ""
    for data, passed in reads:
        now += passed
        sent += data.decode("latin-1") if isinstance(data, bytes) else data
        found += [*decoder.feed(data, now), *decoder.pause(now)]
        assert len(decoder._held) <= limit
    found += decoder.pause(now + 10_000)
    position = 0
    for text in texts(found):
        assert 0 < len(text) <= limit
        position = sent.index(text, position) + len(text)


@given(st.integers(1, 40), st.integers(1, 30))
@settings(max_examples=30, deadline=None)
def test_f22_an_endless_stream_is_named_once_and_holds_nothing(reads, size):
    decoder = Decoder(limit=16)
    events = [event for now in range(reads) for event in decoder.feed(b"\xff" * size, now)]
    assert events == ([Oversized()] if reads * size > 16 else [])
    assert len(decoder._held) <= 16
