"""What stands on a receipt, in both languages, within the narrowest paper, and nothing that is nobody's business."""

import dataclasses
import struct

import pytest

from contracts.wire import receipt as wire_receipt
from contracts.wire.entry import Refund
from contracts.wire.reasons import Reason
from contracts.wire.units import Cents, Timestamp
from drivers.output import COLUMNS, Code, Text
from drivers.printer import compose
from terminal import receipt
from terminal.receipt import Slip
from terminal.zone import day_and_time
from tests.wire.vectors import GOLDEN

RASTER = b"\x1dv0\x00"  # GS v 0: a picture by rows of dots, in bytes wide and rows high
PROOF = wire_receipt.parse(GOLDEN["receipts"][0]["text"])


NOTHING = Cents(0)


def slip(language="nl", shop="shop-03", programme="Kindpakket", rest=NOTHING):
    return Slip(PROOF, shop, programme, language, rest)


def texts(made):
    return [part.text for part in receipt.page(made) if isinstance(part, Text)]


def test_it_says_shop_day_amount_programme_and_number():
    assert texts(slip()) == [
        "    shop-03",
        "        15-01-2027 09:00",
        "-" * COLUMNS,
        "Kindpakket             EUR 12,50",
        "-" * COLUMNS,
        "    AKKOORD",
        "           Boeking 1",
        " Deze code bewijst de betaling.",
    ]


def test_what_was_paid_otherwise_stands_apart():
    assert "anders betaald          EUR 7,50" in texts(slip(rest=Cents(7_50)))


def test_a_copy_says_that_it_is_one():
    assert "KOPIE" in " ".join(texts(slip(rest=None)))
    assert "COPY" in " ".join(texts(slip("en", rest=None)))
    assert "KOPIE" not in " ".join(texts(slip()))


def test_in_english_it_is_english():
    said = " ".join(texts(slip("en", rest=Cents(1))))
    for word in ("APPROVED", "paid otherwise", "Entry 1", "This code proves the payment."):
        assert word in said


def test_f40_a_refund_says_that_it_is_one_and_of_which_sale():
    proof = wire_receipt.parse(GOLDEN["receipts"][-1]["text"])
    refund = proof.verify().content
    assert isinstance(refund, Refund)
    dutch = Slip(proof, "shop-03", "Kindpakket", "nl", NOTHING)
    for made, words in (
        (dutch, ("TERUGGEGEVEN", "teruggave")),
        (dataclasses.replace(dutch, language="en"), ("GIVEN BACK", "refund")),
    ):
        said = texts(made)
        assert words[0] in said[5]
        assert words[1] in said[-1]
        assert "AKKOORD" not in " ".join(said)
        assert ("boeking" in said[6] or "of entry" in said[6]) is (refund.terminal == proof.terminal)
    own = dataclasses.replace(proof, entry=dataclasses.replace(refund, terminal=proof.terminal).pack())
    assert f"Boeking 9, van boeking {refund.sequence}" in texts(Slip(own, "s", "K", "nl", None))[-2].strip()


def test_its_code_proves_the_payment():
    (code,) = [part for part in receipt.page(slip()) if isinstance(part, Code)]
    assert wire_receipt.parse(code.text).verify().content.amount == 12_50


def test_the_time_is_the_shops_in_summer_too():
    assert day_and_time(Timestamp(1_782_302_400)) == "24-06-2026 14:00"
    assert day_and_time(Timestamp(2**40 - 1)) == "1099511627775 s"  # beyond the calendar


@pytest.mark.parametrize("shop", ["s", "De Speelgoedwinkel van de hoek en meer", "x" * 64, "  "])
@pytest.mark.parametrize("programme", ["", "Zwemles voor alle kinderen van de gemeente Zuidhorn", "y" * 64, "\t"])
@pytest.mark.parametrize("rest", [None, Cents(0), Cents(4_294_967_295)])
def test_every_line_fits_the_narrowest_paper(shop, programme, rest):
    for part in receipt.page(slip("nl", shop, programme, rest)):
        if isinstance(part, Text):
            assert len(part.text) <= (COLUMNS // 2 if part.large else COLUMNS)


def test_no_pass_and_nothing_that_is_left_stands_in_words():
    said = " ".join(texts(slip())).lower()
    assert GOLDEN["journal"]["pass"][2:] not in said
    assert not {"tegoed", "left", "saldo"} & set(said.split())


def test_a_camera_reads_the_code_from_the_picture_that_a_printer_gets():
    """Printed as a picture, found again in the printer's own bytes, and read by the decoder of the camera."""
    numpy, zxingcpp = pytest.importorskip("numpy"), pytest.importorskip("zxingcpp")
    data = compose(tuple(part for part in receipt.page(slip()) if isinstance(part, Code)), qr_image=True)
    rows, at = [], data.find(RASTER)
    while at >= 0:
        wide, high = struct.unpack_from("<HH", data, at + len(RASTER))
        dots = numpy.frombuffer(data, numpy.uint8, wide * high, at + len(RASTER) + 4).reshape(high, wide)
        rows.append(numpy.unpackbits(dots, axis=1))
        at = data.find(RASTER, at + len(RASTER) + 4 + wide * high)
    picture = numpy.pad(255 * (1 - numpy.vstack(rows)), 40, constant_values=255).astype(numpy.uint8)
    assert [found.text for found in zxingcpp.read_barcodes(picture)] == [PROOF.text()]
    assert picture.shape[1] - 80 <= 384  # the dots of the narrowest paper


@pytest.mark.parametrize(("language", "said"), [("nl", "NIET BETAALD"), ("en", "NOT PAID")])
def test_the_copy_of_what_was_rejected_says_so_and_why(language, said):
    made = dataclasses.replace(slip(language, rest=None), rejected=Reason.TERMINAL_REVOKED)
    text = " ".join(texts(made))
    assert said in text
    assert "AKKOORD" not in text
    assert "APPROVED" not in text
    assert "(36)" in text
