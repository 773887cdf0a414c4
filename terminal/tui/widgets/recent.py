"""The newest payments and what became of them: here approved turns to paid."""

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widget import Widget

from terminal.link import EntryState, Line
from terminal.tui.formatting import money
from terminal.tui.look import Look
from terminal.tui.stages import whom_to_call
from terminal.tui.widgets.big import Big

LINES = 5

_SIGNS = {EntryState.WAITING: "…", EntryState.FORWARDED: "→", EntryState.PAID: "✓", EntryState.REJECTED: "✗"}


class Recent(Widget):
    """At most five lines, newest first."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.border_title = look.texts.recent

    def compose(self) -> ComposeResult:
        """Five empty lines."""
        for _ in range(LINES):
            with Horizontal(classes="line"):
                yield Big(largest=1, classes="amount")
                yield Big(largest=1, classes="state")

    def say(self, lines: tuple[Line, ...]) -> None:
        """Show these lines."""
        for index, row in enumerate(self.query(".line")):
            line = lines[index] if index < len(lines) else None
            row.query_one(".amount", Big).say(money(line.amount) if line else "")
            row.query_one(".state", Big).say(self._state(line) if line else "")
            row.set_class(line is not None and line.state is EntryState.REJECTED, "rejected")
        if not lines:
            self.query(".state").first(Big).say(self._look.texts.recent_none)

    def _state(self, line: Line) -> str:
        texts = self._look.texts
        state = f"{_SIGNS[line.state]} {texts.states[line.state]}"
        if line.state is EntryState.REJECTED:
            return f"{state}. {whom_to_call(self._look, line.reason)}"
        return f"{state} {texts.drawn}" if line.reason else state
