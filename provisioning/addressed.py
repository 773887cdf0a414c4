"""A pass in a letter to its family: one A4 in one language, for an envelope with a window. All of it in memory.

The address stands where the window of a DL or C5 envelope is (left, 20 to 110 mm from the edge, 45 to 90 from the
top), and nothing else does. The code lies between the folds of both. Lengths are in millimetres, type in points.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from fpdf import FPDF
from text_unidecode import unidecode

from provisioning.letter_words import Words
from provisioning.paper import (
    COLUMN,
    GAP,
    beginning,
    document,
    draw_card,
    draw_code,
    draw_phone,
    label,
    line,
    write_parts,
)
from provisioning.passes import NewPass

CODE = 46.0
_EDGE = 20.0
_FROM_TOP, _ADDRESS_FROM, CODE_FROM, _COLUMNS_FROM, PHONE_FROM, _FOOT = 16.0, 54.0, 101.0, 157.0, 243.0, 284.0
_WIDE, _ADDRESS_WIDTH = 110.0, 82.0
_LINES, _CONTACT_LINES = 2, 4
"""How many lines a name or a line of the address may take, so that all three end within the window."""


@dataclass(frozen=True, slots=True, repr=False)
class Letter:
    """One pass with whom it goes to. `to` has up to three lines, `holder` is the child's name."""

    made: NewPass
    to: Sequence[str]
    holder: str
    words: Words


@dataclass(frozen=True, slots=True)
class Sender:
    """The municipality, and whom a family calls there."""

    name: str
    contact: str
    page: str | None = None
    """The address of the portal's page for phones; without one there is no second code."""


@dataclass(frozen=True, slots=True)
class Pile:
    """Letters that are printed together. `mark` stands at the foot of each, with its place among them.

    With `cards`, sheets of cards of the same passes follow, to cut out: each has the number that its letter has.
    """

    letters: Sequence[Letter] = field(repr=False)
    sender: Sender
    mark: str = ""
    cards: bool = False


def draw(pile: Pile) -> bytes:
    """The letters as PDF, readable by whoever has it."""
    pdf = document(None)
    for place, letter in enumerate(pile.letters, start=1):
        pdf.add_page()
        _head(pdf, letter, pile.sender)
        _pass(pdf, letter)
        _columns(pdf, letter.words, pile.sender.contact)
        if pile.sender.page:
            draw_phone(pdf, letter.made.code, pile.sender.page, [letter.words], PHONE_FROM)
        if pile.mark:
            pdf.set_y(_FOOT)
            line(pdf, _EDGE, f"{pile.mark} / {place}", 8)
    for number, letter in enumerate(pile.letters if pile.cards else ()):
        draw_card(pdf, letter.made, pile.sender.contact, number)
    return bytes(pdf.output())


def shown(text: str) -> str:
    """The text in the letters that the printed font has: a name from elsewhere keeps its sound, as Şahin is Sahin."""
    return "".join(map(_letter, text))


def _letter(one: str) -> str:
    if not one.isprintable():
        return " "
    return one if ord(one) < 0x100 else str(unidecode(one))


def _head(pdf: FPDF, letter: Letter, sender: Sender) -> None:
    pdf.set_y(_FROM_TOP)
    _fit(pdf, _EDGE, sender.name, 14, bold=True)
    pdf.set_y(_ADDRESS_FROM)
    for each in letter.to:
        _fit(pdf, _EDGE + 5, each, 11, width=_ADDRESS_WIDTH)


def _pass(pdf: FPDF, letter: Letter) -> None:
    draw_code(pdf, letter.made.code, _EDGE, CODE_FROM, CODE)
    left, words = _EDGE + CODE + GAP, letter.words
    pdf.set_y(CODE_FROM + 4)
    line(pdf, left, words.title, 20, bold=True, width=_WIDE)
    pdf.ln(3)
    line(pdf, left, f"{words.number} {label(letter.made.address)}", 12, width=_WIDE)
    pdf.ln(3)
    line(pdf, left, words.holder, 12, width=_WIDE)
    _fit(pdf, left, letter.holder, 12, bold=True)


def _columns(pdf: FPDF, words: Words, contact: str) -> None:
    parts = (*words.parts, words.lost)
    half = len(parts) // 2
    pdf.set_y(_COLUMNS_FROM)
    write_parts(pdf, parts[:half], _EDGE)
    pdf.set_y(_COLUMNS_FROM)
    right = _EDGE + COLUMN + GAP
    write_parts(pdf, parts[half:], right)
    _fit(pdf, right, contact, 11, _CONTACT_LINES, bold=True, width=COLUMN)


def _fit(
    pdf: FPDF, left: float, text: str, size: float, lines: int = _LINES, *, bold: bool = False, width: float = _WIDE
) -> None:
    """The text on so many lines, and what does not stand on them not at all."""
    line(pdf, left, beginning(pdf, shown(text), size, lines, bold=bold, width=width), size, bold=bold, width=width)
