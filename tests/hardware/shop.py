"""The counter in the virtual machine, as hands and eyes have it: what is scanned and typed, what the screen shows."""

import json
import tomllib
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from drivers.base import Status
from terminal.core.screen import Lamp, Screen, Stage
from terminal.link import messages
from tests.hardware.machine import PATIENCE, Machine

FOLDER = "/var/lib/kindpakket"
CONFIG = f"{FOLDER}/terminal.toml"
PYTHON = "python3.11"
Devices = Mapping[str, tuple[str, Mapping[str, Any]]]
"""Their names, each with its driver and options."""
_RUN = "import sys; from {module} import main; sys.exit(main(sys.argv[1:]))"

_DIGITS = "1234567890"
_MOVED = {"us": "", "de": "YZ", "fr": "AQZWM;"}
"""Pairs of letters that stand in each other's place on such a keyboard, as seen from a US one; `;` is a key alone."""


def keystrokes(text: str, layout: str, *, caps: bool = False) -> list[tuple[str, ...]]:
    """The keys (qemu's names, which are those of a US keyboard) that a scanner set to this layout presses for a code.

    Spaces, upper-case letters and digits only, which is what passes and the test code have. With `caps` it holds no
    shift for a letter, as it has pressed caps lock.
    """
    return [_keystroke(character, layout, () if caps else ("shift",)) for character in text]


def _keystroke(character: str, layout: str, shift: tuple[str, ...]) -> tuple[str, ...]:
    if character == " ":
        return ("spc",)
    if character in _DIGITS:
        return ("shift", character) if layout == "fr" else (character,)
    moved = _MOVED[layout]
    if character in moved:
        at = moved.index(character)
        character = moved[at + 1 if at % 2 == 0 else at - 1]
    return (*shift, "semicolon" if character == ";" else character.lower())


class Shop:
    """One terminal in the guest, with its daemon."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._since = 0

    def configure(self, devices: Devices) -> None:
        """These devices and no others."""
        blocks = (
            f"[[devices]]\nname = {json.dumps(name)}\ndriver = {json.dumps(driver)}\n"
            f"options = {{ {', '.join(f'{key} = {json.dumps(value)}' for key, value in options.items())} }}\n"
            for name, (driver, options) in devices.items()
        )
        text = "".join(blocks)
        self._machine.run(PYTHON, "-m", "tests.hardware.counter", FOLDER, text)

    def open(self) -> None:
        """Start the daemon with the configuration as it is."""
        self._start("terminal.daemon")
        self.told("ready")
        self._machine.ask(watch=f"{FOLDER}/screen.sock")

    def learn(self) -> None:
        """Begin to learn scanner and keypad, on a console."""
        self._start("terminal.learn", "--yes", "--language", "en")

    def told(self, words: str) -> None:
        """Wait for a line on the console that has these words."""
        moment, _ = self._machine.heard("said", lambda line: words in line, since=self._since)
        self._since = moment + 1

    def ended(self) -> None:
        """Wait until what was started has ended well."""
        _, code = self._machine.heard("ended", since=self._since)
        assert code == 0, f"it ended with {code}"

    def configured(self) -> Devices:
        """The devices of the configuration, as `configure` takes them."""
        tables = tomllib.loads(self._machine.run("cat", CONFIG))["devices"]
        return {table["name"]: (table["driver"], table["options"]) for table in tables}

    def close(self) -> None:
        """Stop the daemon as systemd would."""
        self._machine.ask(stop=True)
        self.ended()

    def _start(self, module: str, *arguments: str) -> None:
        self._since = self._machine.mark()
        self._machine.ask(start=[PYTHON, "-c", _RUN.format(module=module), *arguments, "--config", CONFIG])

    def tool(self, module: str, *arguments: str, fine: tuple[int, ...] = (0,)) -> str:
        """What one of the terminal's own commands prints; its exit code must be fine."""
        return self._machine.run(PYTHON, "-c", _RUN.format(module=module), *arguments, "--config", CONFIG, fine=fine)

    # What stands on the counter

    def type(self, text: str, layout: str = "us", *, caps: bool = False) -> None:
        """What the USB scanner types, and how real ones end it: Enter, and then the arrow down."""
        lock = [("caps_lock",)] * caps
        for keys in (*lock, *keystrokes(text, layout, caps=caps), *lock, ("ret",), ("down",)):
            self._machine.send_key(*keys)
        self._machine.await_keys()

    def send(self, text: str, end: str = "\r\n") -> None:
        """What the serial scanner sends."""
        self._machine.cable.sendall((text + end).encode())

    def keys(self, *qcodes: str, display: str = "keypad-display") -> None:
        """Press these keys one after the other."""
        for qcode in qcodes:
            self._machine.press(display, qcode)

    # What the screen shows

    def seen(self, wanted: Stage | Callable[[Screen], Any]) -> Screen:
        """The first screen, from the one seen last, that is at this stage, or answers the question by yes."""
        asks = (lambda screen: screen.stage is wanted) if isinstance(wanted, Stage) else wanted
        return self.seen_within(PATIENCE, asks)

    def seen_within(self, seconds: float, asks: Callable[[Screen], Any]) -> Screen:
        """The same, for what takes longer than anything that a person would see at once."""
        heard = partial(self._machine.heard, "screen", lambda line: asks(_screen(line)))
        self._since, line = heard(since=self._since, seconds=seconds)
        return _screen(line)

    def lamp(self, name: str, status: Status) -> Screen:
        """Wait until the lamp of this device says so."""
        return self.seen(lambda screen: Lamp(name, status) in screen.status.devices)


def _screen(line: str) -> Screen:
    return messages.decode_screen(line.encode())
