"""Money, time and bytes at their edges."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.wire import units


@pytest.mark.parametrize(("make", "largest"), [(units.cents, 2**32 - 1), (units.timestamp, 2**40 - 1)])
def test_numbers_have_bounds(make, largest):
    assert make(0) == 0
    assert make(largest) == largest
    for value in (-1, largest + 1):
        with pytest.raises(ValueError):
            make(value)


@pytest.mark.parametrize(("make", "length"), [(units.address, 20), (units.hash32, 32)])
def test_bytes_have_one_length(make, length):
    assert make(bytes(length)) == bytes(length)
    for other in (0, length - 1, length + 1):
        with pytest.raises(ValueError):
            make(bytes(other))


@given(st.binary(max_size=80))
def test_hex_round_trip(data):
    assert units.from_hex(units.to_hex(data)) == data


@pytest.mark.parametrize("text", ["", "00", "0x0", "0xgg", "0x 0", "0X00", "0x00 ", "x00", "0x0x", "0x\u0660\u0660"])
def test_what_is_no_hex_is_refused(text):
    with pytest.raises(ValueError):
        units.from_hex(text)


@pytest.mark.parametrize(
    ("amount", "text"), [(0, "0,00"), (5, "0,05"), (1250, "12,50"), (123456, "1.234,56"), (2**32 - 1, "42.949.672,95")]
)
def test_euros_as_a_dutch_till_prints_them(amount, text):
    assert units.euros(units.Cents(amount)) == text
