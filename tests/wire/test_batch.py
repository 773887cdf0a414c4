"""Segments and batches."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.wire import batch
from contracts.wire.batch import Segment
from contracts.wire.entry import frame
from contracts.wire.units import Address, Hash

ENTRIES = st.lists(st.binary(max_size=255).map(frame), min_size=1, max_size=5).map(tuple)
SEGMENTS = st.builds(
    Segment,
    st.binary(min_size=20, max_size=20).map(Address),
    st.integers(1, 2**32 - 10),
    st.binary(min_size=32, max_size=32).map(Hash),
    ENTRIES,
    st.binary(min_size=64, max_size=64),
)


def segment(**changes: object) -> Segment:
    """A segment with one entry, changed."""
    fields: dict[str, object] = {
        "terminal": Address(bytes(20)),
        "first": 1,
        "previous_head": Hash(bytes(32)),
        "entries": (frame(b"a"),),
        "signature": bytes(64),
    }
    return Segment(**(fields | changes))  # type: ignore[arg-type]


@given(st.lists(SEGMENTS, max_size=4))
def test_round_trip(segments):
    assert list(batch.decode(batch.encode(segments))) == segments


@given(st.binary(max_size=1000))
def test_any_bytes_are_a_batch_or_refused(data):
    try:
        segments = list(batch.decode(data))
    except ValueError:
        return
    assert batch.encode(segments) == data[: len(data) - 32] + bytes(32) or not segments


@pytest.mark.parametrize(
    "changes",
    [
        {"first": 0},
        {"first": 2**32},
        {"entries": ()},
        {"entries": (frame(b""),) * 2001},
        {"terminal": Address(bytes(19))},
        {"previous_head": Hash(bytes(31))},
        {"signature": bytes(65)},
        {"first": 2**32 - 1, "entries": (frame(b""),) * 2},
    ],
)
def test_no_segment_is_made_of_what_does_not_fit(changes):
    with pytest.raises(ValueError):
        segment(**changes)


def test_the_last_sequence_there_is():
    assert segment(first=2**32 - 1).last == 2**32 - 1


def test_a_batch_that_is_too_long_is_not_made():
    long = segment(entries=(frame(bytes(255)),) * 400)
    with pytest.raises(ValueError, match="at most"):
        batch.encode([long, long])


@pytest.mark.parametrize(
    ("cut", "reason"),
    [(1, "body is cut off"), (2, "body is cut off"), (3, "header is cut off"), (100, "header is cut off")],
)
def test_a_batch_that_is_cut_off_is_refused(cut, reason):
    data = batch.encode([segment()])
    with pytest.raises(ValueError, match=reason):
        list(batch.decode(data[: len(data) - 32 - cut] + bytes(32)))


def test_a_wrong_count_is_refused():
    data = bytearray(batch.encode([segment()]))
    data[25] = 2
    with pytest.raises(ValueError, match="another number of entries"):
        list(batch.decode(bytes(data)))
