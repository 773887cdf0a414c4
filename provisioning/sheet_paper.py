"""The enrolment sheet on paper: one A4 in Dutch and English, and perhaps another with a test pass.

Lengths are in millimetres, type in points.
"""

import sys
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import segno
from fpdf import FPDF
from fpdf.enums import XPos, YPos

from contracts.wire.enrolment_sheet import EnrolmentSheet
from provisioning.paper import draw_code
from provisioning.passes import NewPass

_FONT = "Helvetica"
_EDGE, _WIDTH, _CODE = 20.0, 170.0, 110.0
_LEVEL = "m"
_HERE = ZoneInfo("Europe/Amsterdam")

_TITLE = "Kindpakket: {shop}"
_DUTCH = (
    "Zo zet u de kassa aan",
    "1. Sluit scanner, toetsenblok, scherm en netwerk aan. Zet de kassa aan.",
    "2. Staat er SCAN op het scherm? Houd dit blad voor de scanner.",
    "3. Staat er ENTER op het scherm? Druk op Enter op het toetsenblok.",
    "4. Wacht tot er OK staat. Daarna laat de gemeente de kassa toe.",
    "Dit blad is voor een kassa, een keer, tot {until}. Gooi het daarna weg.",
    "Lukt het niet? Bel {support}.",
)
_ENGLISH = (
    "How to start the terminal",
    "1. Plug in scanner, keypad, screen and network. Switch the terminal on.",
    "2. The screen says SCAN? Hold this sheet before the scanner.",
    "3. The screen says ENTER? Press Enter on the keypad.",
    "4. Wait until it says OK. Then the municipality admits the terminal.",
    "This sheet is for one terminal, once, until {until}. Throw it away afterwards.",
    "It does not work? Call {support}.",
)

_SHEET = (_DUTCH, _ENGLISH)

_TEST_TITLE, _TEST_CODE = "Kindpakket: testpas / test pass", 62.0
_TEST = (
    (
        "Test de kassa",
        "Log in op de kassa en typ: sudo kindpakket terminal self-test",
        "Houd deze pas voor de scanner als erom gevraagd wordt. Er gaat een cent af, en die komt terug.",
        "Op deze pas staat geld van de gemeente. Bewaar hem goed, of gooi hem weg.",
    ),
    (
        "Test the terminal",
        "Log in to it and type: sudo kindpakket terminal self-test",
        "Hold this pass before the scanner when you are asked to. One cent is taken, and comes back.",
        "This pass holds money of the municipality. Keep it safe, or throw it away.",
    ),
)


def pages(sheet: EnrolmentSheet, until: datetime, test_pass: NewPass | None) -> bytes:
    """The PDF. Letters that its font lacks become question marks; the QR has them."""
    pdf = FPDF(format="A4")
    pdf.set_auto_page_break(auto=False)
    pdf.set_margin(_EDGE)
    pdf.set_lang("nl")
    pdf.set_title("Kindpakket")
    words = {"shop": sheet.shop, "support": sheet.support, "until": f"{until.astimezone(_HERE):%d-%m-%Y %H:%M}"}
    _page(
        pdf, _TITLE.format(**words), sheet.text(), _CODE, [[each.format(**words) for each in text] for text in _SHEET]
    )
    if test_pass is not None:
        _page(pdf, _TEST_TITLE, test_pass.code, _TEST_CODE, _TEST)
    return bytes(pdf.output())


def _page(pdf: FPDF, title: str, code: str, side: float, texts: Sequence[Sequence[str]]) -> None:
    """One code alone on its page: whoever holds it before a scanner shows no other."""
    pdf.add_page()
    _line(pdf, title, 20, bold=True)
    draw_code(pdf, code, (210 - side) / 2, pdf.get_y() + 2, side, _LEVEL)
    pdf.set_y(pdf.get_y() + side + 6)
    for heading, *sentences in texts:
        _line(pdf, heading, 13, bold=True)
        for sentence in sentences:
            _line(pdf, sentence, 11)
        pdf.ln(4)


def show(sheet: EnrolmentSheet) -> None:
    """Draw the QR on this terminal."""
    segno.make(sheet.text(), error=_LEVEL, micro=False).terminal(sys.stdout, compact=True, border=4)


def _line(pdf: FPDF, text: str, size: float, *, bold: bool = False) -> None:
    pdf.set_font(_FONT, "B" if bold else "", size)
    shown = text.encode("latin-1", "replace").decode("latin-1")
    pdf.multi_cell(_WIDTH, size * 0.5, shown, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
