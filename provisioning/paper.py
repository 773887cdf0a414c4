"""Passes on paper: a letter of one A4 for each, or sheets of ten cards to cut out. All of it in memory.

The page carries the code, the pass's number and whom to call; the municipality's own list says which family got which
number. Lengths are in millimetres, sizes of type in points of 1/72 inch.
"""

import re
import secrets
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, cast

import segno
from fpdf import FPDF
from fpdf.enums import AccessPermission, EncryptionMethod, MethodReturnValue, XPos, YPos

from contracts.wire.units import Address, to_hex
from provisioning import desk
from provisioning.letter_words import DUTCH, LANGUAGES, Part, Words

if TYPE_CHECKING:
    from provisioning.passes import NewPass

CONTACT_MAX = 60
"""The characters of whom to call: two lines of a card."""

PAGE_MAX = 60
"""The characters of the address of the page for phones, so that its code stays coarse enough."""

_FONT = "Helvetica"
_QUIET = 4
"""Modules of white around a QR code (ISO/IEC 18004, section 9.1)."""

_PROGRESS_EVERY = 100

_EDGE, _CODE, COLUMN, GAP = 20.0, 62.0, 81.0, 8.0
_COLUMNS_FROM = _EDGE + _CODE + 2

_PHONE_FROM = 242.0
"""Where the second code is: below all else, so that a till's scanner is not held over both."""
PHONE_CODE = 34.0
_PHONE_WORDS = 130.0
_TYPED = 4
"""Signs that are typed in together."""

_CARD = (85.6, 53.98)  # ISO/IEC 7810, ID-1
_CARDS_ACROSS, _CARDS_DOWN = 2, 5
_CARD_CODE = 44.0
_SHEET = (210.0, 297.0)


def letters(passes: "Sequence[NewPass]", contact: str, password: str | None, page: str | None = None) -> bytes:
    """A letter for each pass, as PDF. Without a password it is readable by whoever has it.

    `page` is the address of the portal's page for phones; without one there is no second code.
    """
    pdf = document(password)
    for number, made in enumerate(passes, start=1):
        _letter(pdf, made, number, contact)
        if page:
            draw_phone(pdf, made.code, page, LANGUAGES, _PHONE_FROM)
        _tell(number, len(passes))
    return bytes(pdf.output())


def cards(passes: "Sequence[NewPass]", contact: str, password: str | None) -> bytes:
    """Ten cards a sheet, to cut out along the lines, as PDF. As `letters`."""
    pdf = document(password)
    for number, made in enumerate(passes):
        draw_card(pdf, made, contact, number)
        _tell(number + 1, len(passes))
    return bytes(pdf.output())


def draw_card(pdf: FPDF, made: "NewPass", contact: str, number: int) -> None:
    """Draw the card that has this number from 0 on, on a new sheet whenever the one before is full."""
    places = list(_places())
    place = number % len(places)
    if place == 0:
        pdf.add_page()
    _card(pdf, made, contact, *places[place])


MAKERS: "dict[str, Callable[[Sequence[NewPass], str, str | None], bytes]]" = {"letters": letters, "cards": cards}


def draw_phone(pdf: FPDF, code: str, page: str, languages: Sequence[Words], top: float) -> None:
    """A second, smaller code for a phone, at the right edge; beside it its words, and what is typed in instead."""
    draw_code(pdf, f"{page}#{code}", _SHEET[0] - _EDGE - PHONE_CODE, top, PHONE_CODE, "m")
    width = (_PHONE_WORDS - GAP * (len(languages) - 1)) / len(languages)
    ends = []
    for place, words in enumerate(languages):
        pdf.set_y(top)
        left = _EDGE + place * (width + GAP)
        line(pdf, left, words.phone.heading, 13, bold=True, width=width)
        for sentence in (*words.phone.sentences, words.typed):
            line(pdf, left, sentence, 9, width=width)
        ends.append(pdf.get_y())
    pdf.set_y(max(ends))
    line(pdf, _EDGE, page.partition("://")[2].rstrip("/"), 9, width=_PHONE_WORDS)
    line(pdf, _EDGE, " ".join(code[at : at + _TYPED] for at in range(0, len(code), _TYPED)), 10, width=_PHONE_WORDS)


def label(address: Address) -> str:
    """What people call a pass: the first eight digits of its address, as 0a1b-2c3d."""
    digits = to_hex(address).removeprefix("0x")
    return f"{digits[:4]}-{digits[4:8]}"


def contact(text: str) -> str:
    """Whom to call. Raises ValueError for what does not fit on a card, or is in no Western European script."""
    shown = text.strip()
    if not 1 <= len(shown) <= CONTACT_MAX or not shown.isprintable():
        raise ValueError(f"whom to call has 1 to {CONTACT_MAX} characters")
    try:
        shown.encode("latin-1")
    except UnicodeEncodeError:
        raise ValueError("whom to call is written in letters of Western Europe") from None
    return shown


def phone_page(text: str) -> str:
    """The address of a portal's page for phones. Raises ValueError for anything else."""
    if len(text) > PAGE_MAX or not re.fullmatch(r"https?://[\w.:\[\]-]+(/[\w.-]+)*/pass/", text, re.ASCII):
        raise ValueError(f"the page for phones is https://.../pass/, in at most {PAGE_MAX} signs")
    return text


def _tell(number: int, total: int) -> None:
    if number % _PROGRESS_EVERY == 0:
        desk.progress(f"{number} of {total} passes drawn")


def document(password: str | None) -> FPDF:
    """An empty PDF of A4, whose pages hold only what is put there."""
    pdf = FPDF(format="A4")
    pdf.set_auto_page_break(auto=False)
    pdf.set_margin(0)
    pdf.c_margin = 0
    pdf.set_title(DUTCH.title)
    pdf.set_lang("nl")
    if password is not None:
        # Whoever can open it may print it, so the owner's password is nobody's.
        pdf.set_encryption(
            secrets.token_urlsafe(24),
            password,
            EncryptionMethod.AES_256,
            AccessPermission.all(),
            encrypt_metadata=True,
        )
    return pdf


def _letter(pdf: FPDF, made: "NewPass", number: int, contact: str) -> None:
    pdf.add_page()
    draw_code(pdf, made.code, _EDGE, _EDGE, _CODE)
    pdf.set_y(_EDGE + 6)
    for words in LANGUAGES:
        _beside_the_code(pdf, words, label(made.address))
    for place, words in enumerate(LANGUAGES):
        pdf.set_y(_COLUMNS_FROM)
        _column(pdf, words, _EDGE + place * (COLUMN + GAP), contact)
    pdf.set_xy(_EDGE, _SHEET[1] - 15)
    _write(pdf, str(number), 8)


def _beside_the_code(pdf: FPDF, words: Words, number: str) -> None:
    left = _EDGE + _CODE + GAP
    line(pdf, left, words.title, 20, bold=True)
    line(pdf, left, f"{words.number} {number}", 12)
    pdf.ln(6)


def _column(pdf: FPDF, words: Words, left: float, contact: str) -> None:
    write_parts(pdf, (*words.parts, words.lost), left)
    line(pdf, left, contact, 10, bold=True)


def write_parts(pdf: FPDF, parts: Sequence[Part], left: float) -> None:
    """Headings with their sentences in a column from `left` on, and to the line below."""
    for part in parts:
        line(pdf, left, part.heading, 13, bold=True)
        for sentence in part.sentences:
            line(pdf, left, sentence, 11)
            pdf.ln(1)
        pdf.ln(4)
    pdf.set_y(pdf.get_y() - 4)


def _card(pdf: FPDF, made: "NewPass", contact: str, left: float, top: float) -> None:
    pdf.set_line_width(0.1)
    pdf.rect(left, top, *_CARD)
    draw_code(pdf, made.code, left + 1, top + (_CARD[1] - _CARD_CODE) / 2, _CARD_CODE)
    pdf.set_y(top + 3)
    width = _CARD[0] - _CARD_CODE - 4
    beside = left + _CARD_CODE + 2
    for words in LANGUAGES:
        for each in words.card:
            line(pdf, beside, each, 9, bold=True, width=width)
        pdf.ln(1)
    for words in LANGUAGES:
        line(pdf, beside, words.card_lost, 7, width=width)
    line(pdf, beside, contact, 8, width=width)
    pdf.ln(1)
    line(pdf, beside, label(made.address), 8, width=width)


def _places() -> Iterator[tuple[float, float]]:
    """The upper left corners of a sheet's cards."""
    left, top = (_SHEET[0] - _CARDS_ACROSS * _CARD[0]) / 2, (_SHEET[1] - _CARDS_DOWN * _CARD[1]) / 2
    for down in range(_CARDS_DOWN):
        for across in range(_CARDS_ACROSS):
            yield left + across * _CARD[0], top + down * _CARD[1]


def line(pdf: FPDF, left: float, text: str, size: float, *, bold: bool = False, width: float = COLUMN) -> None:
    """The text from `left` on, on as many lines as it needs, and to the line below."""
    pdf.set_x(left)
    _write(pdf, text, size, bold=bold, width=width)


def beginning(pdf: FPDF, text: str, size: float, lines: int, *, bold: bool = False, width: float = COLUMN) -> str:
    """So much of the text as stands on the first lines of that width."""
    pdf.set_font(_FONT, "B" if bold else "", size)
    found = pdf.multi_cell(width, size, text, align="L", dry_run=True, output=MethodReturnValue.LINES)
    return "\n".join(cast("list[str]", found)[:lines])


def _write(pdf: FPDF, text: str, size: float, *, bold: bool = False, width: float = COLUMN) -> None:
    pdf.set_font(_FONT, "B" if bold else "", size)
    pdf.multi_cell(width, size * 0.46, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def draw_code(pdf: FPDF, code: str, left: float, top: float, side: float, level: str = "q") -> None:
    """The QR in a square of this side, its white border included: each run of dark modules is one rectangle."""
    rows = [bytes(row) for row in segno.make(code, error=level, micro=False).matrix]
    module = side / (len(rows) + 2 * _QUIET)
    for down, row in enumerate(rows, start=_QUIET):
        for first, length in _runs(row):
            pdf.rect(left + (first + _QUIET) * module, top + down * module, length * module, module, style="F")


def _runs(row: bytes) -> Iterator[tuple[int, int]]:
    """Where dark modules begin, and how many there are."""
    first: int | None = None
    for place, dark in enumerate((*row, 0)):
        if dark and first is None:
            first = place
        elif not dark and first is not None:
            yield first, place - first
            first = None
