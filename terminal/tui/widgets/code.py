"""The test code that learning asks for, as a QR: black on white, as scanners want it, whatever the screen has."""

from functools import cache
from importlib.resources import files

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from terminal.tui.blocks import Bitmap, enlarge

_HALVES = {"█": "##", "▀": "#.", "▄": ".#", " ": ".."}
_INK = Style(color=Color.from_rgb(0, 0, 0), bgcolor=Color.from_rgb(255, 255, 255))


class Code(Widget):
    """The code with its margin, as large as the box allows, in the middle of it; nothing where it does not fit."""

    def show(self, shown: bool) -> None:  # noqa: FBT001 - the one thing that there is to say
        """Draw it, or take no room."""
        self.display = shown

    def render_line(self, y: int) -> Strip:
        """One row of it."""
        width, height = self.content_size
        rows = _rows(width, height)
        index = y - (height - len(rows)) // 2
        if not 0 <= index < len(rows):
            return Strip.blank(width, self.rich_style)
        before = (width - len(rows[index])) // 2
        margins = (Segment(" " * each, self.rich_style) for each in (before, width - before - len(rows[index])))
        return Strip([next(margins), Segment(rows[index], _INK), next(margins)])


def _rows(width: int, height: int) -> list[str]:
    code = _bitmap()
    scale = min(width // len(code[0]), height * 2 // (len(code) + len(code) % 2))
    return enlarge(code, scale) if scale else []


@cache
def _bitmap() -> Bitmap:
    lines = files("terminal").joinpath("trial_code.txt").read_text(encoding="utf-8").splitlines()
    pairs = [[_HALVES[each] for each in line] for line in lines]
    modules = ["".join(pair[half] for pair in line) for line in pairs for half in (0, 1)]
    return modules[: len(modules[0])]  # it is square, and the last line's lower half is none of it
