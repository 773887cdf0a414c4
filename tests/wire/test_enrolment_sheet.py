"""The sheet's QR: what is put in comes out, and what a scanner garbles is refused."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.wire.enrolment import EnrolmentCode
from contracts.wire.enrolment_sheet import LONGEST, PREFIX, EnrolmentSheet
from contracts.wire.errors import Refused
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address

CODE = EnrolmentCode.make(Domain(1337, Address(b"\x01" * 20)), 7, 3, b"\x5a" * 10)
SHEET = EnrolmentSheet(
    CODE, b"\xab" * 16, "Speelgoed Ångström", "0800-1234", "https://gateway.example", ("https://rpc.example",)
)


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("endpoints", [("https://a.example",), ("http://a", "http://b", "http://c", "http://d")])
def test_what_is_put_in_comes_out(language, endpoints):
    sheet = replace(SHEET, language=language, endpoints=endpoints, agree=len(endpoints) > 1)
    text = sheet.text()
    assert EnrolmentSheet.parse(f" {text.lower()}\r") == sheet
    assert text == text.upper()
    assert text.isalnum()
    assert "5a5a" not in repr(sheet)


def test_f38_every_changed_lost_or_added_character_is_refused():
    text = SHEET.text()
    for at in range(len(text)):
        for garbled in (text[:at] + text[at + 1 :], text[:at] + ("0" if text[at] != "0" else "1") + text[at + 1 :]):
            with pytest.raises(Refused):
                EnrolmentSheet.parse(garbled)
    with pytest.raises(Refused):
        EnrolmentSheet.parse(text + "0")


@given(st.text(st.characters(codec="ascii"), max_size=400))
def test_nothing_that_is_scanned_raises_anything_else(text):
    for scanned in (text, PREFIX + text):
        with pytest.raises(Refused):
            EnrolmentSheet.parse(scanned)


@pytest.mark.parametrize(
    "change",
    [
        {"shop": ""},
        {"support": "x" * 65},
        {"shop": "twee\nregels"},
        {"gateway": "ftp://gateway.example"},
        {"endpoints": ()},
        {"endpoints": ("https://a",) * 5},
        {"endpoints": ("https://" + "x" * 190,) * 2},
    ],
)
def test_what_a_sheet_cannot_say_is_refused_where_it_is_made(change):
    with pytest.raises(ValueError, match=r"."):
        replace(SHEET, **change).text()


def test_one_that_is_usual_fits_a_small_qr():
    assert len(SHEET.text()) < 270 < LONGEST
