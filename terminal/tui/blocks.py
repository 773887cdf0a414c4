"""Text drawn with blocks, as large as a box allows. Pure: strings in, rows out.

A character cell is about twice as high as wide, so a half block is a square pixel: at scale 1 a pixel is one column
and half a row, at scale 2 two columns and one row.
"""

import unicodedata

from terminal.tui.font import GLYPHS, HEIGHT

LINE_GAP = 2
"""Pixels between two lines of text."""

Bitmap = list[str]
"""Rows of `#` and `.`, all of one length."""

_HALVES = {"##": "█", "#.": "▀", ".#": "▄", "..": " "}


def fit(text: str, width: int, height: int, largest: int, *, centred: bool = True) -> list[str] | None:
    """The text in the largest scale, at most `largest`, that fits width columns and height rows; words wrap.

    Several lines are centred on each other, or begin at the same column. All rows are equally long.

    None when it does not fit at scale 1, or has a character that the font lacks.
    """
    letters = plain_letters(text)
    if not all(letter in GLYPHS for letter in letters.replace("\n", "")):
        return None
    for scale in range(largest, 0, -1):
        rows = _draw(letters, scale, width, centred=centred)
        if rows is not None and len(rows) <= height:
            return rows
    return None


def enlarge(bitmap: Bitmap, scale: int) -> list[str]:
    """The bitmap in characters, each pixel `scale` columns wide and half as many rows high."""
    wide = ["".join(pixel * scale for pixel in row) for row in bitmap]
    tall = [row for row in wide for _ in range(scale)]
    if len(tall) % 2:
        tall.append("." * len(tall[0]))
    pairs = zip(tall[::2], tall[1::2], strict=True)
    return ["".join(_HALVES[up + down] for up, down in zip(above, below, strict=True)) for above, below in pairs]


def plain_letters(text: str) -> str:
    """In capitals and without accents: what the font has."""
    taken_apart = unicodedata.normalize("NFD", text.upper())
    return "".join(letter for letter in taken_apart if not unicodedata.combining(letter))


def _draw(text: str, scale: int, width: int, *, centred: bool) -> list[str] | None:
    lines = _wrap(text, width // scale)
    if lines is None:
        return None
    widest = max(map(_width, lines))
    bitmap: Bitmap = []
    for line in lines:
        gap = ["." * widest] * LINE_GAP if bitmap else []
        bitmap += gap + [row.center(widest, ".") if centred else row.ljust(widest, ".") for row in _bitmap(line)]
    return enlarge(bitmap, scale)


def _wrap(text: str, pixels: int) -> list[str] | None:
    """Lines of at most this many pixels, broken between words; None when a word is too long."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split(" "):
            longer = f"{line} {word}" if line else word
            if _width(longer) <= pixels:
                line = longer
            else:
                lines.append(line)
                line = word
        lines.append(line)
    return None if any(_width(line) > pixels for line in lines) else lines


def _width(line: str) -> int:
    return sum(len(GLYPHS[letter][0]) + 1 for letter in line) - 1 if line else 0


def _bitmap(line: str) -> Bitmap:
    return [".".join(GLYPHS[letter][row] for letter in line) for row in range(HEIGHT)]
