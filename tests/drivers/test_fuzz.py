"""F22 in bulk: over 20,000 streams through the framing and the key decoder.

Split, glued, truncated, binary, endless, with events lost: nothing raises, nothing grows beyond its bound, and no code
comes out that was not sent. Each case is one string of bytes that is read as a script, so that Hypothesis stays quick
and what it finds shrinks well.
"""

import re
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.base import Oversized, Scan
from drivers.decode import IDLE_MS, Decoder
from drivers.keyboard import FRAME_MAX, Frames, Typist
from drivers.keymap import LAYOUTS, MODIFIERS, UNREADABLE
from tests.drivers.keys import DROPPED, ENDINGS, REPORT, InputEvent, events, strokes

CASES = 7_000
"""Of each of the three tests."""

bulk = settings(max_examples=CASES, deadline=None)
GAPS_MS = (0, 0, 1, 1, 5, 20, IDLE_MS - 1, IDLE_MS, 10 * IDLE_MS, -7)


class Script:
    """Bytes as a source of choices; all zeros when they are used up."""

    def __init__(self, data):
        self._data, self._at = data, 0

    def __bool__(self):
        return self._at < len(self._data)

    def byte(self):
        self._at += 1
        return self._data[self._at - 1] if self._at <= len(self._data) else 0

    def pick(self, choices):
        return choices[self.byte() % len(choices)]

    def bytes(self, count):
        self._at += count
        return self._data[self._at - count : self._at]


def assert_apart(runs: list[str], sent: str) -> None:
    """Each is a run of what was sent, in order, none overlapping."""
    position = 0
    for run in runs:
        position = sent.index(run, position) + len(run)


def sent_codes(pieces: list[tuple[int, str]], limit: int, prefix: str, suffix: str) -> list[Scan | Oversized]:
    """What was sent, with all the memory in the world: `pieces` are times and texts."""
    stream, last = "", 0
    for now, text in pieces:
        stream += ("\r" if now >= last + IDLE_MS else "") + text
        last = now
    bare = re.compile(f"(?:{re.escape(prefix)})?(.*?)(?:{re.escape(suffix)})?", re.DOTALL)
    found: list[Scan | Oversized] = []
    for code in re.split("[\r\n\t]", stream):
        if len(code) > limit:
            found.append(Oversized())
        elif (whole := bare.fullmatch(code)) and (text := re.sub("^][A-Za-z][0-9A-Za-z]", "", whole[1])):
            found.append(Scan(text))
    return found


@given(st.binary(max_size=160))
@bulk
def test_f22_any_bytes_in_any_pieces_at_any_time(data):
    script = Script(data)
    limit, prefix, suffix = 1 + script.byte() % 48, chr(script.byte()), chr(script.byte())
    decoder, now = Decoder(limit=limit, prefix=prefix, suffix=suffix), 0
    pieces: list[tuple[int, str]] = []
    found: list[Scan | Oversized] = []
    while script:
        now += script.pick(GAPS_MS)
        piece = script.bytes(script.byte() % 64) * script.pick((1, 1, 1, 40))
        pieces.append((now, piece.decode("latin-1")))
        found += [*decoder.feed(piece, now), *decoder.pause(now)]
        assert len(decoder._held) <= limit
    found += decoder.pause(now + IDLE_MS)
    assert decoder.ends_at is None
    assert found == sent_codes(pieces, limit, prefix, suffix)


@given(st.binary(max_size=160))
@bulk
def test_f22_any_input_events(data):
    script = Script(data)
    frames, typist, decoder = Frames(), Typist(script.pick(LAYOUTS), caps=script.byte() > 127), Decoder(limit=32)
    while script:
        kind, code, value = script.pick((0, 1, 1, 1, 4)), script.byte(), script.pick((0, 1, 1, 2, 7))
        event = InputEvent(kind, code % 4 if kind == 0 else code, value)
        for _ in range(script.pick((1, 1, 1, 100))):
            closed = frames.feed(event)
            assert len(frames._keys) <= FRAME_MAX
            text = "" if closed is None else typist.read(closed)
            assert len(text) <= FRAME_MAX
            assert typist._held <= MODIFIERS.keys()
            decoder.feed(text, 0)
            assert len(decoder._held) <= 32


@given(st.binary(max_size=40))
@bulk
def test_f22_typed_codes_of_which_events_are_lost(data):
    """What the kernel does when the reader is too slow, any number of times: no code is joined across the gap."""
    script = Script(data)
    layout = script.pick(LAYOUTS)
    happened: list[InputEvent] = []
    sent = ""
    while script and len(happened) < 400:
        code = script.bytes(script.byte() % 8).hex().upper() + "K"
        ending = script.pick(tuple(ENDINGS))
        sent += code + ("" if ending == "none" else "\n")
        happened += events([*strokes(code, layout), *ENDINGS[ending]])
    cuts = sorted(script.byte() * len(happened) // 256 for _ in range(script.byte() % 4 * 2))
    gaps = list(zip(cuts[::2], cuts[1::2], strict=True))
    frames, typist, decoder = Frames(), Typist(layout), Decoder()
    found: list[Scan | Oversized] = []
    for event, keys in lose(happened, gaps):
        if (closed := frames.feed(event)) is not None:
            found += decoder.feed(typist.read(closed), 0)
            if not closed.whole:
                typist.hold(keys)
    found += decoder.pause(IDLE_MS)
    texts = [event.text for event in found if isinstance(event, Scan)]
    assert_apart([run for text in texts for run in text.split(UNREADABLE) if run], sent)
    if not gaps:
        assert texts == [line for line in sent.split("\n") if line]


def lose(happened, gaps):
    """The events without those in the gaps, SYN_DROPPED in their place, each with the keys that were held then."""
    kept: list[tuple[InputEvent, frozenset[int]]] = []
    held: set[int] = set()
    ends, until = dict(gaps), -1
    for at, event in enumerate(happened):
        if event.type == 1:
            (held.add if event.value else held.discard)(event.code)
        if ends.get(at, 0) > at >= until:
            until = ends[at]
            kept.append((DROPPED, frozenset()))
        if at >= until:
            kept.append((event, frozenset(held)))
    return [*kept, (REPORT, frozenset(held))]


def test_the_losses_of_this_test_are_what_the_kernel_does():
    happened = list(events(strokes("AB", "us")))
    kept = [event for event, _ in lose(happened, [(3, 9)])]
    assert kept == [*happened[:3], DROPPED, *happened[9:], REPORT]
    assert all(first != DROPPED for first, second in pairwise(kept) if second == DROPPED)
