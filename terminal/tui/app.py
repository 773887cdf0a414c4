"""`kindpakket terminal ui`: the counter's screen in a terminal window. It may crash, restart or be absent."""

import argparse
import sys
from pathlib import Path

from textual.app import App, ComposeResult

from contracts.wire.errors import Broken
from terminal.link.client import Client
from terminal.tui import settings
from terminal.tui.counter import CounterView
from terminal.tui.languages import LANGUAGES
from terminal.tui.look import Look


class CounterApp(App[None]):
    """The counter, joined to a daemon by its socket."""

    TITLE = "Kindpakket"
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, client: Client, look: Look) -> None:
        super().__init__()
        self._client = client
        self._look = look

    def compose(self) -> ComposeResult:
        """One widget fills the window."""
        yield CounterView(self._look)

    def on_mount(self) -> None:
        """Show what the daemon says for as long as the window is open."""
        self.run_worker(self._watch())

    def on_counter_view_pressed(self, event: CounterView.Pressed) -> None:
        """A key goes to the daemon, as any keypad's; without a daemon it is lost, and the screen shows why."""
        self._client.press(event.key)

    async def _watch(self) -> None:
        counter = self.query_one(CounterView)
        async for screen in self._client.screens():
            counter.update(screen)


def main(argv: list[str]) -> int:
    """Run the screen until it is closed (Ctrl+Q). The exit code is 0, or 1 with a sentence on stderr."""
    options = _parser().parse_args(argv)
    try:
        socket, look = (options.socket, Look()) if options.socket else settings.read(options.config)
    except Broken as broken:
        sys.stderr.write(f"{broken}\n")
        return 1
    if not sys.stdout.isatty():
        sys.stderr.write("the screen needs a terminal window; run this in one, not in a pipe\n")
        return 1
    if options.language:
        look = Look(options.language, look.shop, look.support)
    app = CounterApp(Client(socket), look)
    app.run()
    return app.return_code or 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kindpakket terminal ui",
        description="The counter's screen. Several may be open at once; Ctrl+Q closes one.",
        epilog="example: kindpakket terminal ui --config /etc/kindpakket/terminal.toml --language en",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        default=settings.DEFAULT,
        help="the terminal's configuration (%(default)s)",
    )
    where.add_argument("--socket", type=Path, metavar="PATH", help="the daemon's screen.sock, without a configuration")
    parser.add_argument("--language", choices=sorted(LANGUAGES), help="nl or en, instead of the configuration's")
    return parser
