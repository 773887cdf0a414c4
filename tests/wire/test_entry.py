"""Entries: packing, framing, and what the contract would reject."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.wire import entry
from contracts.wire.entry import EntryKind, Payment
from contracts.wire.units import Cents, Timestamp

PAYMENTS = st.builds(
    Payment, st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1).map(Cents), st.integers(0, 2**40 - 1).map(Timestamp)
)
SIGNATURES = st.binary(min_size=64, max_size=64)
FRAMES = st.binary(max_size=255).map(entry.frame)
SAMPLE = Payment(1, Cents(1250), Timestamp(1_800_000_000)).pack(bytes(range(64)))


@given(PAYMENTS, SIGNATURES)
def test_round_trip(payment, signature):
    packed = payment.pack(signature)
    assert len(packed) == entry.PAYMENT_BYTES == 79
    assert entry.unpack(packed) == entry.SignedPayment(payment, signature)


def test_the_bytes_are_where_the_drawing_says():
    assert SAMPLE.hex() == "4e01" + "00000001" + "000004e2" + "006b49d200" + bytes(range(64)).hex()


@pytest.mark.parametrize("payment", [Payment(2**32, Cents(1), Timestamp(1)), Payment(1, Cents(2**32), Timestamp(1))])
def test_a_value_out_of_range_is_not_packed(payment):
    with pytest.raises(struct.error):
        payment.pack(bytes(64))


def test_a_time_out_of_range_is_not_packed():
    with pytest.raises(OverflowError):
        Payment(1, Cents(1), Timestamp(2**40)).pack(bytes(64))


@pytest.mark.parametrize("kind", [kind for kind in range(256) if kind != EntryKind.PAYMENT])
def test_other_kinds_are_framed_but_not_understood(kind):
    assert entry.unpack(SAMPLE[:1] + bytes([kind]) + SAMPLE[2:]) is None


@pytest.mark.parametrize("body", [b"", b"\x01", SAMPLE[1:-1], SAMPLE[1:] + b"\0"])
def test_other_lengths_are_framed_but_not_understood(body):
    assert entry.unpack(entry.frame(body)) is None


@pytest.mark.parametrize("data", [b"", SAMPLE[:-1], SAMPLE + b"\0", SAMPLE + SAMPLE])
def test_what_is_not_one_entry_is_refused(data):
    with pytest.raises(ValueError, match="not one framed entry"):
        entry.unpack(data)


@given(st.lists(FRAMES, max_size=20))
def test_whatever_has_a_length_can_be_framed(frames):
    assert list(entry.split(b"".join(frames))) == frames


@given(st.lists(FRAMES, min_size=1, max_size=5), st.data())
def test_a_cut_body_is_refused(frames, data):
    body = b"".join(frames)
    cut = data.draw(st.integers(len(body) - len(frames[-1]) + 1, max(len(body) - 1, len(body) - len(frames[-1]) + 1)))
    if cut < len(body):
        with pytest.raises(ValueError, match="cut off"):
            list(entry.split(body[:cut]))


@given(st.binary(max_size=600))
def test_any_bytes_are_split_or_refused(body):
    try:
        frames = list(entry.split(body))
    except ValueError:
        return
    assert b"".join(frames) == body


def test_a_frame_has_at_most_255_bytes_behind_its_length():
    assert len(entry.frame(bytes(255))) == entry.ENTRY_BYTES_MAX
    with pytest.raises(ValueError, match="at most 255"):
        entry.frame(bytes(256))
