"""Sales to choose from, one a line, their figures below each other."""

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widget import Widget

from terminal.tui.widgets.big import Big
from terminal.tui.words import Row

ROWS = 9
"""As many as there are digits to choose by."""

COLUMNS = ("key", "when", "amount", "which")


class Rows(Widget):
    """At most nine lines; it takes no room when there are none."""

    def compose(self) -> ComposeResult:
        """Nine empty lines."""
        for _ in range(ROWS):
            with Horizontal(classes="row"):
                for column in COLUMNS:
                    yield Big(largest=1, classes=column)

    def say(self, rows: tuple[Row, ...]) -> None:
        """Show these lines."""
        self.display = bool(rows)
        for index, line in enumerate(self.query(".row")):
            row = rows[index] if index < len(rows) else None
            for column in COLUMNS:
                line.query_one(f".{column}", Big).say(getattr(row, column) if row else "")
