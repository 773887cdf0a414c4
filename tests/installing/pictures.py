"""Draws the pictures of docs/installing.md from the program itself: `python -m tests.installing.pictures`."""

import asyncio
import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from contracts.wire.units import Timestamp
from terminal.core.lesson import Question
from terminal.core.screen import Screen
from terminal.enrol_words import Console
from tests.installing import console, wiring
from tests.tui.moments import MOMENTS, OFFLINE, ONLINE, READY
from tests.tui.still import SHOP, still

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"


class _Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def enrolling() -> dict[str, str]:
    """The first console while a terminal enrols, by the file's name."""
    return {
        "install-scan": _console(lambda shown: shown.ask(Question.SCAN)),
        "install-enter": _console(lambda shown: shown.ask(Question.PRESS)),
        "install-done": _console(lambda shown: shown.step("done", SHOP)),
    }


def _console(tell: Callable[[Console], None]) -> str:
    out = _Screen()
    tell(Console(out))
    return console.draw(out.getvalue().rpartition("\x1b[H")[2])


def counters() -> dict[str, Screen | None]:
    """The counter's screens that are shown there, in Dutch, as shops have it."""
    ready = replace(READY, recent=())
    waits = replace(ONLINE, approves_until=Timestamp(0), waiting=0, unsent=0)
    offline = replace(OFFLINE, devices=ONLINE.devices)
    return {
        "install-not-admitted": replace(ready, status=waits),
        "install-ready": replace(ready, status=replace(ONLINE, waiting=0, unsent=0)),
        "install-offline": replace(ready, status=offline),
        "install-trouble": MOMENTS["trouble"],
        "install-help": MOMENTS["help"],
    }


async def counter(screen: Screen | None) -> str:
    """One of them, as SVG."""
    app = still(screen, "nl")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        return app.export_screenshot()


def main() -> None:
    """Write them all."""
    FOLDER.mkdir(exist_ok=True)
    drawn = {"install-wiring": wiring.draw(), **enrolling()}
    drawn |= {name: asyncio.run(counter(screen)) for name, screen in counters().items()}
    for name, picture in drawn.items():
        (FOLDER / f"{name}.svg").write_text(picture)


if __name__ == "__main__":
    main()
