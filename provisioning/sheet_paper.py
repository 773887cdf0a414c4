"""The enrolment sheet on paper: one A4, in Dutch and English. Lengths are in millimetres, type in points."""

import sys
from datetime import datetime
from zoneinfo import ZoneInfo

import segno
from fpdf import FPDF
from fpdf.enums import XPos, YPos

from contracts.wire.enrolment_sheet import EnrolmentSheet
from provisioning.paper import draw_code

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


def page(sheet: EnrolmentSheet, until: datetime) -> bytes:
    """The PDF. Raises nothing for letters that the font lacks: they become question marks; the QR has them."""
    pdf = FPDF(format="A4")
    pdf.set_auto_page_break(auto=False)
    pdf.set_margin(_EDGE)
    pdf.set_lang("nl")
    pdf.set_title("Kindpakket")
    pdf.add_page()
    words = {"shop": sheet.shop, "support": sheet.support, "until": f"{until.astimezone(_HERE):%d-%m-%Y %H:%M}"}
    _line(pdf, _TITLE.format(**words), 20, bold=True)
    draw_code(pdf, sheet.text(), (210 - _CODE) / 2, pdf.get_y() + 2, _CODE, _LEVEL)
    pdf.set_y(pdf.get_y() + _CODE + 6)
    for heading, *sentences in (_DUTCH, _ENGLISH):
        _line(pdf, heading, 13, bold=True)
        for sentence in sentences:
            _line(pdf, sentence.format(**words), 11)
        pdf.ln(4)
    return bytes(pdf.output())


def show(sheet: EnrolmentSheet) -> None:
    """Draw the QR on this terminal."""
    segno.make(sheet.text(), error=_LEVEL, micro=False).terminal(sys.stdout, compact=True, border=4)


def _line(pdf: FPDF, text: str, size: float, *, bold: bool = False) -> None:
    pdf.set_font(_FONT, "B" if bold else "", size)
    shown = text.encode("latin-1", "replace").decode("latin-1")
    pdf.multi_cell(_WIDTH, size * 0.5, shown, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
