"""The whole counter: give it a Screen and it shows it. Another app can embed it beside panels of its own."""

from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.events import Key as KeyEvent
from textual.events import Resize
from textual.message import Message
from textual.widget import Widget

from terminal.link import Key, Screen
from terminal.tui.keys import PAUSE_SECONDS, Burst, key_of
from terminal.tui.look import Look
from terminal.tui.stages import gone, words
from terminal.tui.widgets.big import Big
from terminal.tui.widgets.recent import Recent
from terminal.tui.widgets.sale import Sale
from terminal.tui.widgets.status import StatusLines
from terminal.tui.widgets.top import TopLine
from terminal.tui.words import Words

if TYPE_CHECKING:
    from textual.timer import Timer

TALL = (200, 60)
"""Columns and rows from which the small lines are drawn with blocks too: a large screen with small letters."""


class CounterView(Widget, can_focus=True):
    """The counter's screen as a widget. It holds nothing: what it was last told is what it shows.

    While it has the focus, what is typed comes out as `Pressed` messages.
    """

    DEFAULT_CSS = (Path(__file__).parent / "counter.tcss").read_text()

    class Pressed(Message):
        """A key of the keypad was typed."""

        def __init__(self, key: Key) -> None:
            super().__init__()
            self.key = key

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._burst = Burst()
        self._pause: Timer | None = None

    def compose(self) -> ComposeResult:
        """The parts from top to bottom."""
        yield TopLine(self._look)
        yield Sale()
        yield Recent(self._look)
        yield StatusLines(self._look)
        yield Big(largest=1, id="keys")

    def on_mount(self) -> None:
        """Nothing is known before the first screen came."""
        self.update(None)

    def on_resize(self, event: Resize) -> None:
        """A large screen gets larger letters everywhere."""
        self.set_class(event.size.width >= TALL[0] and event.size.height >= TALL[1], "-tall")

    def on_key(self, event: KeyEvent) -> None:
        """Keep the key until the pause after it tells that a person typed it."""
        key = key_of(event)
        self._burst.add(key)
        if key is not None:
            event.stop()
        if self._pause is not None:
            self._pause.stop()
        self._pause = self.set_timer(PAUSE_SECONDS, self._typed)

    def _typed(self) -> None:
        keys = self._burst.take()
        if keys is None:
            self.notify(self._look.texts.scanner_types, severity="warning")
            return
        for key in keys:
            self.post_message(self.Pressed(key))

    def update(self, screen: Screen | None) -> None:
        """Show this screen; None is a terminal that cannot be reached."""
        self._say(gone(self._look) if screen is None else words(screen, self._look))
        self._stage("gone" if screen is None else screen.stage.value.replace(" ", "-"))
        self.query_one(TopLine).say(None if screen is None else screen.status)
        if screen is not None:
            self.query_one(Recent).say(screen.recent)
            self.query_one(StatusLines).say(screen.status)

    def _say(self, said: Words) -> None:
        self.query_one(Sale).say(said)
        keys = self.query_one("#keys", Big)
        keys.say("    ".join(said.keys))
        keys.set_class(not said.keys, "empty")

    def _stage(self, name: str) -> None:
        """Style everything anew only when the stage is another: a screen comes each second, and a Pi is no fast one."""
        if self.has_class(f"stage-{name}"):
            return
        for old in [old for old in self.classes if old.startswith("stage-")]:
            self.remove_class(old)
        self.add_class(f"stage-{name}")
