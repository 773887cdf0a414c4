"""Draws a text console as SVG. Block letters become rectangles: no font leaves gaps between them."""

from html import escape

CELL = (9.6, 20.0)
_ROWS = {"█": (0.0, 1.0), "▀": (0.0, 0.5), "▄": (0.5, 0.5)}
"""From where, and how much of a cell's height is filled."""


def draw(text: str, columns: int = 80, rows: int = 24) -> str:
    """The console with this text on it, as SVG."""
    width, height = columns * CELL[0] + 20, rows * CELL[1] + 20
    body = [shape for row, line in enumerate(text.splitlines()) for shape in _line(row, line)]
    style = "text{font:16px monospace;fill:#e6e6e6;white-space:pre}rect.b{fill:#e6e6e6}"
    size = f'viewBox="0 0 {width:.0f} {height:.0f}" width="800"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} xml:space="preserve">'
    paper = f'<rect width="{width:.0f}" height="{height:.0f}" rx="6" fill="#101418"/>'
    return "\n".join([head, f"<style>{style}</style>", paper, *body, "</svg>", ""])


def _line(row: int, line: str) -> list[str]:
    """Words as one text, or blocks as runs of rectangles: a line of the terminal has one or the other."""
    top = 10 + row * CELL[1]
    if not set(line) & set(_ROWS):
        words = escape(line.rstrip())
        length = f'textLength="{len(line.rstrip()) * CELL[0]:.1f}" lengthAdjust="spacingAndGlyphs"'
        return [f'<text x="10" y="{top + 15:.0f}" {length}>{words}</text>'] if words.strip() else []
    shapes, column = [], 0
    while column < len(line):
        run = len(line[column:]) - len(line[column:].lstrip(line[column]))
        if line[column] in _ROWS:
            start, share = _ROWS[line[column]]
            x, y = 10 + column * CELL[0], top + start * CELL[1]
            box = f'x="{x:.1f}" y="{y:.0f}" width="{run * CELL[0]:.1f}" height="{share * CELL[1]:.0f}"'
            shapes.append(f'<rect class="b" {box}/>')
        column += run
    return shapes
