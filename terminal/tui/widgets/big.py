"""Text as large as its box allows: blocks where they fit, plain letters where they do not."""

from textwrap import wrap

from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from terminal.tui.blocks import fit


class Big(Widget):
    """One text in its box, in the middle of its height; `largest` bounds the scale of the blocks.

    It draws its own rows, as every space of a drawing counts: what lays out prose would take some away.
    """

    def __init__(self, largest: int = 9, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._largest = largest
        self._text = ""
        self._rows: list[str] = []

    @property
    def text(self) -> str:
        """What it says, whatever the size."""
        return self._text

    def say(self, text: str) -> None:
        """Show this text; nothing is drawn anew when it is the same."""
        if text != self._text:
            self._text = text
            self._lay_out()

    def on_resize(self) -> None:
        """Another box may take another scale."""
        self._lay_out()

    def render_line(self, y: int) -> Strip:
        """One row, put left, right or in the middle as `text-align` says."""
        width, height = self.content_size
        index = y - (max(0, height - len(self._rows)) + 1) // 2
        row = self._rows[index] if 0 <= index < len(self._rows) else ""
        strip = Strip([Segment(row, self.rich_style)])
        match self.styles.text_align:
            case "right":
                indent = width - strip.cell_length
            case "center":
                indent = (width - strip.cell_length) // 2
            case _:
                indent = 0
        padding = Segment(" " * max(0, indent), self.rich_style)
        return Strip([padding, *strip]).adjust_cell_length(width, self.rich_style)

    def _lay_out(self) -> None:
        width, height = self.content_size
        rows = fit(self._text, width, height, self._largest, centred=self.styles.text_align == "center")
        if rows is None:
            rows = [
                row
                for line in self._text.split("\n")
                for row in wrap(line, max(1, width), break_on_hyphens=False) or [""]
            ]
        self._rows = rows
        self.refresh()
