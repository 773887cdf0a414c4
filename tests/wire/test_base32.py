"""Crockford's Base32, strictly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.wire import base32


@given(st.binary(max_size=120))
def test_round_trip(data):
    text = base32.encode(data)
    assert len(text) == base32.encoded_length(len(data))
    assert base32.decode(text, len(data)) == data
    assert base32.decode(text.lower(), len(data)) == data


@given(st.text(alphabet=base32.ALPHABET, max_size=20), st.integers(0, 12))
def test_every_text_has_one_reading_or_none(text, count):
    try:
        data = base32.decode(text, count)
    except ValueError:
        return
    assert base32.encode(data) == text


@pytest.mark.parametrize(
    ("text", "count", "reason"),
    [
        ("0", 1, "characters"),
        ("000", 1, "characters"),
        ("0O", 1, "alphabet"),
        ("0I", 1, "alphabet"),
        ("01", 1, "padding"),
    ],
)
def test_what_is_not_canonical_is_refused(text, count, reason):
    with pytest.raises(ValueError, match=reason):
        base32.decode(text, count)


def test_the_alphabet_has_no_letters_that_look_alike():
    assert len(set(base32.ALPHABET)) == 32
    assert not set("ILOU") & set(base32.ALPHABET)
