"""The counter as another app embeds it: one moment, no daemon."""

from textual.app import App

from terminal.link import Screen
from terminal.tui.counter import CounterView
from terminal.tui.look import Look

SHOP = "Winkel 3"
SUPPORT = "050 123 45 67"


class StillApp(App[None]):
    """Shows one moment, and keeps the keys that were typed."""

    TITLE = "Kindpakket"

    def __init__(self, screen: Screen | None, look: Look) -> None:
        super().__init__()
        self.moment = screen
        self.look = look
        self.pressed: list[str] = []

    def compose(self):
        yield CounterView(self.look)

    def on_mount(self) -> None:
        self.query_one(CounterView).update(self.moment)

    def on_counter_view_pressed(self, event: CounterView.Pressed) -> None:
        self.pressed.append(event.key)


def still(screen: Screen | None, language="nl") -> StillApp:
    return StillApp(screen, Look(language, SHOP, SUPPORT))


def plain(app: App[None]) -> str:
    """All that is on the window, with every style stripped: what somebody without colours sees."""
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())
