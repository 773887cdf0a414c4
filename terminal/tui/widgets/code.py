"""A QR beside the words: black on white, as scanners and telephones want it, whatever the screen has."""

from functools import cache, lru_cache
from importlib.resources import files

import segno
from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from terminal.tui.blocks import Bitmap, enlarge

BORDER = 3
"""White modules around a text's code: one less than by the book, and telephones read it, as all around is dark."""

_HALVES = {"█": "##", "▀": "#.", "▄": ".#", " ": ".."}
_INK = Style(color=Color.from_rgb(0, 0, 0), bgcolor=Color.from_rgb(255, 255, 255))


class Code(Widget):
    """A code with its margin, as large as the box allows, in the middle of it; nothing where it does not fit."""

    _text = ""

    def show(self, test: bool, text: str) -> None:  # noqa: FBT001 - one of the two codes that there are
        """Draw the test code that learning asks for, or a code of this text; or take no room."""
        self.display = test or bool(text)
        self._text = text
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One row of it."""
        width, height = self.content_size
        rows = _rows(_of_text(self._text) if self._text else _test_code(), width, height)
        index = y - (height - len(rows)) // 2
        if not 0 <= index < len(rows):
            return Strip.blank(width, self.rich_style)
        before = (width - len(rows[index])) // 2
        margins = (Segment(" " * each, self.rich_style) for each in (before, width - before - len(rows[index])))
        return Strip([next(margins), Segment(rows[index], _INK), next(margins)])


def _rows(code: Bitmap, width: int, height: int) -> list[str]:
    scale = min(width // len(code[0]), height * 2 // (len(code) + len(code) % 2))
    return enlarge(code, scale) if scale else []


@cache
def _test_code() -> Bitmap:
    lines = files("terminal").joinpath("trial_code.txt").read_text(encoding="utf-8").splitlines()
    pairs = [[_HALVES[each] for each in line] for line in lines]
    modules = ["".join(pair[half] for pair in line) for line in pairs for half in (0, 1)]
    return modules[: len(modules[0])]  # it is square, and the last line's lower half is none of it


@lru_cache(maxsize=1)
def _of_text(text: str) -> Bitmap:
    code = segno.make(text, error="l", micro=False)
    return ["".join("#" if module else "." for module in row) for row in code.matrix_iter(border=BORDER)]
