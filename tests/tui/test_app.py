"""The screen's process against a real link: keys go out, screens come in, the daemon may come and go."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from textual.events import Key as KeyEvent

from terminal.link import Key
from terminal.link.client import Client
from terminal.link.server import Server
from terminal.tui import app as ui
from terminal.tui.app import CounterApp
from terminal.tui.keys import BURST
from terminal.tui.look import Look
from tests.terminal.till import PATIENCE
from tests.tui.moments import AMOUNT, APPROVED, READY
from tests.tui.still import plain, still


class Daemon:
    """The daemon's end of the link, and the keys that reached it."""

    def __init__(self, path) -> None:
        self.keys: list[Key] = []
        self._server = Server(path, self.keys.append)

    async def start(self, screen) -> "Daemon":
        await self._server.start()
        self._server.publish(screen)
        return self

    def publish(self, screen) -> None:
        self._server.publish(screen)

    async def close(self) -> None:
        await self._server.close()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "screen.sock"


@pytest.fixture
async def daemon(path):
    daemon = await Daemon(path).start(READY)
    yield daemon
    await daemon.close()


@asynccontextmanager
async def screen(path, language="nl"):
    app = CounterApp(Client(path), Look(language, "Winkel 3", "050 123 45 67"))
    async with app.run_test() as pilot:
        yield app, pilot


async def until(pilot, condition) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await pilot.pause(0.01)


async def shows(pilot, text) -> None:
    await until(pilot, lambda: text in plain(pilot.app))


async def test_it_shows_the_moment_at_once_and_each_one_after(path, daemon):
    async with screen(path) as (_, pilot):
        await shows(pilot, "Houd de QR-code")
        daemon.publish(APPROVED)
        await shows(pilot, "Boeking 12: wacht")


TYPED = {
    **{digit: Key(digit) for digit in "0123456789"},
    "enter": Key.CONFIRM,
    "escape": Key.CANCEL,
    "ctrl+c": Key.CANCEL,
    "backspace": Key.CORRECT,
    "delete": Key.CORRECT,
    "m": Key.MENU,
    "M": Key.MENU,
    "d": Key.DOUBLE_ZERO,
    "asterisk": Key.DOUBLE_ZERO,
}


async def test_every_key_reaches_the_daemon_by_its_name(path, daemon):
    async with screen(path) as (_, pilot):
        await shows(pilot, "Houd de QR-code")
        for typed, key in TYPED.items():
            daemon.keys.clear()
            await pilot.press(typed)
            await until(pilot, lambda: daemon.keys)
            assert daemon.keys == [key], typed


async def test_keys_typed_at_once_arrive_in_order(path, daemon):
    async with screen(path) as (_, pilot):
        await shows(pilot, "Houd de QR-code")
        await pilot.press("1", "2", "5", "0", "enter")
        await until(pilot, lambda: len(daemon.keys) == 5)
        assert daemon.keys == ["1", "2", "5", "0", "confirm"]


async def test_what_the_keypad_does_not_have_is_not_sent(path, daemon):
    async with screen(path) as (_, pilot):
        await shows(pilot, "Houd de QR-code")
        await pilot.press("x", "tab", "space", "up", "f1", "5")
        await until(pilot, lambda: daemon.keys)
        assert daemon.keys == ["5"]


def scanner_types(app, code) -> None:
    """All keys without a pause between them, as a scanner that nobody grabbed sends them."""
    for letter in code:
        app.post_message(KeyEvent(letter, letter))
    app.post_message(KeyEvent("enter", "\r"))


async def test_f20_a_scanner_that_types_into_the_screen_is_never_digits_of_an_amount():
    app = still(AMOUNT, "en")
    async with app.run_test(notifications=True) as pilot:
        scanner_types(app, "5449000000996")
        await shows(pilot, "A scanner types")
        assert app.pressed == []
        await pilot.press("7")
        await until(pilot, lambda: app.pressed)
        assert app.pressed == ["7"]


async def test_f20_a_pass_that_is_typed_is_no_keys_either():
    code = "KP1D0M5"
    assert len(code) + 1 == BURST
    app = still(AMOUNT)
    async with app.run_test(notifications=True) as pilot:
        scanner_types(app, code)
        await shows(pilot, "Een scanner typt")
        assert app.pressed == []


async def test_a_price_typed_in_a_hurry_counts():
    app = still(AMOUNT)
    async with app.run_test() as pilot:
        scanner_types(app, "123456")
        await until(pilot, lambda: app.pressed)
        assert app.pressed == [*"123456", "confirm"]


async def test_f30_two_screens_show_the_same_moment(path, daemon):
    async with screen(path) as (one, pilot_one), screen(path) as (two, pilot_two):
        daemon.publish(APPROVED)
        await shows(pilot_one, "Boeking 12: wacht")
        await shows(pilot_two, "Boeking 12: wacht")
        await until(pilot_two, lambda: plain(one) == plain(two))
        await pilot_one.press("1")
        await until(pilot_one, lambda: daemon.keys == ["1"])
        await pilot_two.press("2")
        await until(pilot_two, lambda: daemon.keys == ["1", "2"])


async def test_f30_a_screen_that_comes_back_shows_the_moment_that_it_left(path, daemon):
    async with screen(path) as (_, pilot):
        daemon.publish(AMOUNT)
        await shows(pilot, "Kindpakket")
        before = plain(pilot.app)
    async with screen(path) as (_, pilot):
        await until(pilot, lambda: plain(pilot.app) == before)


async def test_f30_it_says_that_the_daemon_is_gone_and_finds_the_next_one(path):
    daemon = await Daemon(path).start(READY)
    async with screen(path) as (_, pilot):
        await shows(pilot, "Houd de QR-code")
        await daemon.close()
        await shows(pilot, "geen verbinding met de kassa")
        await pilot.press("5")  # goes nowhere, and is not kept for the next daemon
        await pilot.pause(0.1)
        daemon = await Daemon(path).start(APPROVED)
        await shows(pilot, "Boeking 12: wacht")
        assert daemon.keys == []
        await daemon.close()


async def test_it_opens_before_the_daemon_is_there(path):
    async with screen(path, "en") as (_, pilot):
        await shows(pilot, "cannot reach the terminal")
        daemon = await Daemon(path).start(READY)
        await shows(pilot, "Hold the QR code")
        await daemon.close()


def test_main_says_what_is_wrong_with_the_configuration(tmp_path, capsys):
    assert ui.main(["--config", str(tmp_path / "none.toml")]) == 1
    assert "cannot be read" in capsys.readouterr().err


def test_main_needs_a_terminal_window(path, capsys):
    assert ui.main(["--socket", str(path)]) == 1
    assert "needs a terminal window" in capsys.readouterr().err


@pytest.mark.parametrize("argv", [["--socket", "a", "--config", "b"], ["--language", "fr"], ["--colour"]])
def test_main_refuses_wrong_use(argv):
    with pytest.raises(SystemExit) as wrong:
        ui.main(argv)
    assert wrong.value.code == 2


def test_help_has_an_example(capsys):
    with pytest.raises(SystemExit) as helped:
        ui.main(["--help"])
    assert helped.value.code == 0
    assert "example: kindpakket terminal ui" in capsys.readouterr().out
