"""The lines that are always there: connection, what waits, until when paying works, devices, time."""

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widget import Widget

from terminal.link import Lamp, Status
from terminal.tui.formatting import countdown, until
from terminal.tui.look import Look
from terminal.tui.texts import Texts
from terminal.tui.widgets.big import Big
from terminal.tui.words import joined, whom_to_call


def contact(status: Status, look: Look) -> str:
    """Which of gateway and chain answers; when the gateway refuses what it was handed, whom to call about it."""
    if status.attention:
        return f"✗ {whom_to_call(look, status.attention)}"
    texts = look.texts
    words = {
        (True, True): f"● {texts.online}",
        (True, False): f"◐ {texts.no_chain}",
        (False, True): f"◐ {texts.no_gateway}",
        (False, False): f"○ {texts.offline}",
    }
    return words[status.gateway, status.chain]


def queue(status: Status, texts: Texts) -> str:
    """How many approved payments the chain has not settled, and how many it rejected."""
    words = {0: texts.waiting_none, 1: texts.waiting_one}.get(status.waiting, texts.waiting)
    lost = texts.lost_count.format(count=status.lost) if status.lost else ""
    return joined(words.format(count=status.waiting), lost)


def limit(status: Status, texts: Texts) -> str:
    """When approving stops; said only when the chain is out of reach or nothing can be approved."""
    if status.approves_until <= status.time:
        return texts.stopped
    if status.chain:
        return ""
    left = countdown(status.approves_until - status.time)
    return texts.stops.format(until=until(status.approves_until, status.time), left=left)


def devices(lamps: tuple[Lamp, ...], texts: Texts) -> str:
    """Each device, with its status in words when it does not work; a status without words here stands as it came."""
    said = (f"{_sign(lamp)}\u00a0{lamp.name} {texts.device.get(lamp.status, lamp.status)}".rstrip() for lamp in lamps)
    return "   ".join(said) or texts.devices_none


def _sign(lamp: Lamp) -> str:
    return "✓" if lamp.status == "ready" else "✗"


class StatusLines(Widget):
    """Two lines: the network with its limit, and the devices."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look

    def compose(self) -> ComposeResult:
        """The four parts, empty."""
        with Horizontal(classes="first"):
            yield Big(largest=1, id="contact")
            yield Big(largest=1, id="queue")
        with Horizontal():
            yield Big(largest=1, id="devices")
            yield Big(largest=1, id="limit")

    def say(self, status: Status) -> None:
        """Show this status."""
        texts = self._look.texts
        parts = {
            "contact": contact(status, self._look),
            "queue": queue(status, texts),
            "devices": devices(status.devices, texts),
            "limit": limit(status, texts),
        }
        for name, text in parts.items():
            self.query_one(f"#{name}", Big).say(text)
        self.set_class(bool(status.attention) or not (status.gateway and status.chain), "alarm")
        self.set_class(bool(status.attention), "attention")
