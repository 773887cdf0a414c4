"""The top line: whose till this is, and what time it has."""

from textual.app import ComposeResult
from textual.widget import Widget

from terminal.link import Status
from terminal.tui.formatting import day_and_clock
from terminal.tui.look import Look
from terminal.tui.widgets.big import Big


class TopLine(Widget):
    """The shop's name and the clock; a clock that no time server holds is said to be unsure."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look

    def compose(self) -> ComposeResult:
        """The name, and room for the time."""
        yield Big(largest=1, id="shop")
        yield Big(largest=1, id="clock")

    def on_mount(self) -> None:
        """The name never changes."""
        self.query_one("#shop", Big).say(self._look.shop or "Kindpakket")

    def say(self, status: Status | None) -> None:
        """Show the terminal's time, or nothing when there is no terminal."""
        unsure = status is not None and not status.synchronised
        time = "" if status is None else day_and_clock(status.time)
        self.query_one("#clock", Big).say(f"{time} ({self._look.texts.time_unsure})" if unsure else time)
