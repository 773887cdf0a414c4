"""Draws the test code as a sheet of paper and for a text screen: `python -m provisioning.trial_code`.

Both are checked in, so that a terminal needs neither this module nor what it imports.
"""

from collections.abc import Sequence
from pathlib import Path

import segno

from terminal.trial import TEST_CODE

ROOT = Path(__file__).parent.parent
SHEET = ROOT / "docs" / "test-code.pdf"
SCREEN = ROOT / "terminal" / "trial_code.txt"

QUIET = 4
"""Modules of white around a QR code (ISO/IEC 18004, section 9.1)."""

_BLOCKS = {(0, 0): " ", (1, 0): "▀", (0, 1): "▄", (1, 1): "█"}
_WIDTH, _HEIGHT = 595, 842
"""A4 in points of 1/72 inch, the unit of PDF (ISO 32000-1, section 8.3.2)."""
_MODULE = 9
_TOP = 640

_TEXTS = (
    (60, 770, 24, "Kindpakket: testcode / test code"),
    (60, 735, 12, "kindpakket terminal learn"),
    (60, 712, 12, "Scan deze code als de kassa erom vraagt. Het is geen pas: er wordt niets betaald."),
    (60, 692, 12, "Scan this code when the terminal asks for it. It is no pass: nothing is paid."),
    (60, 290, 12, TEST_CODE),
)

Matrix = Sequence[Sequence[int]]


def matrix() -> Matrix:
    """The code's modules, 1 for a dark one, with the quiet zone around them."""
    code = segno.make(TEST_CODE, error="m", micro=False)
    return [[int(module) for module in row] for row in code.matrix_iter(border=QUIET)]


def screen(modules: Matrix) -> str:
    """Two rows of modules a line, in half blocks; dark is drawn, so it is read black on white."""
    rows = [*modules, [0] * len(modules[0])]
    pairs = zip(rows[::2], rows[1::2], strict=False)
    return "".join("".join(_BLOCKS[pair] for pair in zip(*both, strict=True)) + "\n" for both in pairs)


def sheet(modules: Matrix) -> bytes:
    """One page of PDF 1.4, the same bytes each time."""
    squares = [
        f"{60 + _MODULE * x} {_TOP - _MODULE * y} {_MODULE} {_MODULE} re"
        for y, row in enumerate(modules)
        for x, dark in enumerate(row)
        if dark
    ]
    texts = [f"BT /F1 {size} Tf {x} {y} Td ({text}) Tj ET" for x, y, size, text in _TEXTS]
    return _document("\n".join([*squares, "f", *texts]).encode("ascii"))


def _document(content: bytes) -> bytes:
    """The objects of a one-page document around this content, and the table of where they stand."""
    page = f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {_WIDTH} {_HEIGHT}] /Contents 5 0 R"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"{page} /Resources << /Font << /F1 4 0 R >> >> >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
    ]
    document, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(document))
        document += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count, start = len(objects) + 1, len(document)
    document += b"xref\n0 %d\n0000000000 65535 f \n%s" % (count, table)
    return document + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (count, start)


if __name__ == "__main__":
    SCREEN.write_text(screen(matrix()), encoding="utf-8")
    SHEET.write_bytes(sheet(matrix()))
