"""The middle of the screen: the sale, or why there is none."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widget import Widget

from terminal.tui.widgets.big import Big
from terminal.tui.widgets.code import Code
from terminal.tui.widgets.mark import Mark
from terminal.tui.widgets.rows import Rows
from terminal.tui.words import Words


class Sale(Widget):
    """Mark, code, headline, figure, table, note, whom to call; counter.tcss lays them out by the stage."""

    def compose(self) -> ComposeResult:
        """The parts, empty."""
        yield Mark(id="mark")
        yield Code(id="code")
        with Vertical(id="words"):
            yield Big(id="headline")
            yield Big(id="figure")
            yield Rows(id="rows")
            yield Big(largest=2, id="note")
            yield Big(largest=2, id="help")

    def say(self, words: Words) -> None:
        """Show these words; a part that says nothing takes no room."""
        self.query_one(Mark).show(words.mark)
        self.query_one(Code).show(words.code, words.qr)
        self.query_one(Rows).say(words.rows)
        for name, text in (
            ("headline", words.headline),
            ("figure", words.figure),
            ("note", words.note),
            ("help", words.help),
        ):
            part = self.query_one(f"#{name}", Big)
            part.say(text)
            part.display = bool(text)
