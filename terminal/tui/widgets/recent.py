"""The newest entries and what became of them: here approved turns to paid."""

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widget import Widget

from terminal.link import Booked, EntryState, Line
from terminal.tui.formatting import money, money_back
from terminal.tui.look import Look
from terminal.tui.widgets.big import Big
from terminal.tui.words import line_state, whom_to_call

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
            row.query_one(".amount", Big).say(_amount(line) if line else "")
            row.query_one(".state", Big).say(self._state(line) if line else "")
            row.set_class(line is not None and _is_lost(line), "rejected")
        if not lines:
            self.query(".state").first(Big).say(self._look.texts.recent_none)

    def _state(self, line: Line) -> str:
        state = f"{_SIGNS[line.state]} {line_state(line, self._look)}"
        if _is_lost(line):
            return f"{state}. {whom_to_call(self._look, line.reason)}"
        drawn = line.reason and line.state is not EntryState.REJECTED
        return f"{state} {self._look.texts.drawn}" if drawn else state


def _amount(line: Line) -> str:
    """A refund is negative."""
    return money_back(line.amount) if line.kind is Booked.REFUND else money(line.amount)


def _is_lost(line: Line) -> bool:
    """Whether somebody must be called about it. An ask that was refused never was an approval."""
    return line.state is EntryState.REJECTED and line.kind is not Booked.ASK
