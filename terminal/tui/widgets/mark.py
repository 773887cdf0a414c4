"""The check, the cross and the arrow back: shape says it, not colour.

The check is a solid block at the left, the cross an outline in a frame at the right, the arrow points to the left.
"""

from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from terminal.tui import words
from terminal.tui.blocks import Bitmap, enlarge

DRAWINGS: dict[words.Mark, Bitmap] = {
    words.Mark.CHECK: [
        "...........#",
        "..........##",
        ".........###",
        "........###.",
        "#......###..",
        "##....###...",
        "###..###....",
        ".######.....",
        "..####......",
        "...##.......",
    ],
    words.Mark.CROSS: [
        "##.......##",
        "#.#.....#.#",
        ".#.#...#.#.",
        "..#.#.#.#..",
        "...#.#.#...",
        "....#.#....",
        "...#.#.#...",
        "..#.#.#.#..",
        ".#.#...#.#.",
        "#.#.....#.#",
        "##.......##",
    ],
    words.Mark.BACK: [
        "....#......",
        "...##......",
        "..##.......",
        ".##########",
        "###########",
        ".##########",
        "..##.......",
        "...##......",
        "....#......",
        "...........",
    ],
}


class Mark(Widget):
    """One of the drawings, as large as its box allows, in the middle of it."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - the name that widgets use
        super().__init__(id=id)
        self._mark = words.Mark.NONE

    def show(self, mark: words.Mark) -> None:
        """Draw this mark, or nothing and take no room."""
        self._mark = mark
        self.display = mark is not words.Mark.NONE
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One row of the drawing."""
        width, height = self.content_size
        rows = self._rows(width, height)
        index = y - (height - len(rows)) // 2
        row = rows[index] if 0 <= index < len(rows) else ""
        return Strip([Segment(row.center(width), self.rich_style)])

    def _rows(self, width: int, height: int) -> list[str]:
        drawing = DRAWINGS.get(self._mark)
        if drawing is None:
            return []
        scale = min(width // len(drawing[0]), height * 2 // len(drawing))
        return enlarge(drawing, scale) if scale else []
