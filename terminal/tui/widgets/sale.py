"""The middle of the screen: the sale, or why there is none."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widget import Widget

from terminal.tui.stages import Words
from terminal.tui.widgets.big import Big
from terminal.tui.widgets.code import Code
from terminal.tui.widgets.mark import Mark


class Sale(Widget):
    """Mark, code, headline, figure, note, whom to call; how they are laid out depends on the stage (counter.tcss)."""

    def compose(self) -> ComposeResult:
        """The parts, empty."""
        yield Mark(id="mark")
        yield Code(id="code")
        with Vertical(id="words"):
            yield Big(id="headline")
            yield Big(id="figure")
            yield Big(largest=2, id="note")
            yield Big(largest=2, id="help")

    def say(self, words: Words) -> None:
        """Show these words; a part that says nothing takes no room."""
        self.query_one(Mark).show(words.mark)
        self.query_one(Code).show(words.code)
        for name, text in (
            ("headline", words.headline),
            ("figure", words.figure),
            ("note", words.note),
            ("help", words.help),
        ):
            part = self.query_one(f"#{name}", Big)
            part.say(text)
            part.display = bool(text)
