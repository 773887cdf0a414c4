"""`kindpakket terminal learn`: finds scanner and keypad by their being used, and writes them into the configuration."""

import argparse
import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from contracts.wire.errors import Broken
from drivers import registry
from drivers.base import Candidate, Changed, DriverEvent, KeyPress, Oversized, Scan, Status
from drivers.registry import Kind
from terminal import commands, config, device_tables
from terminal.config import Device
from terminal.learn_words import Words, show_code, tell
from terminal.listening import Find, listen
from terminal.trial import is_test_code, refine

PATIENCE_SECONDS = 180.0
"""How long a question stands. A person may have to find the scanner's plug; the keyboards must come free again."""

_STOPPED = "stopped; nothing was changed"
_CONTROL_C = "\x03"
"""What a grabbed keyboard types when a person wants to stop: the shell below does not get to see it."""

_TERMINATORS = {"\r": "Enter (CR)", "\n": "LF", "\t": "Tab"}


class Lesson:
    """The questions. `lines` are serial lines to listen to besides those that are found."""

    def __init__(self, words: Words, lines: Sequence[Path], patience: float = PATIENCE_SECONDS) -> None:
        self._words = words
        self._lines = lines
        self._patience = patience
        self._better: dict[str, Candidate] = {}
        self._known: dict[str, Changed] = {}

    async def scanner(self) -> Candidate:
        """The scanner that read the test code, with the options under which it comes out right. Raises Broken."""
        self._words.say("scan")
        show_code()
        async with self._patiently():
            while True:
                name, candidate, said = await self._hear(self._scanners, (Scan, Oversized))
                if said == Scan(_CONTROL_C):
                    raise Broken(_STOPPED)
                if isinstance(said, Scan) and is_test_code(said.text):
                    self._words.say("scanner", candidate.label, self._ending(candidate, said.ended_by))
                    return candidate
                self._improve(name, candidate, said)

    async def keypad(self, scanner: Candidate | None) -> Candidate:
        """The keypad whose Enter was pressed. Raises Broken."""
        self._words.say("press")
        async with self._patiently():
            while True:
                _, candidate, said = await self._hear(lambda: keypads(scanner), (KeyPress,))
                if said == KeyPress("cancel"):
                    raise Broken(_STOPPED)
                if said == KeyPress("confirm"):
                    self._words.say("keypad", candidate.label)
                    return candidate
                self._words.say("other_key", candidate.label)

    async def _hear(self, find: Find, wanted: tuple[type[DriverEvent], ...]) -> tuple[str, Candidate, DriverEvent]:
        """The first event of these kinds, and whose it is. On the way it says which devices are there."""

        def take(name: str, candidate: Candidate, event: DriverEvent) -> tuple[str, Candidate, DriverEvent] | None:
            if isinstance(event, Changed):
                self._note(name, candidate, event)
            return (name, candidate, event) if isinstance(event, wanted) else None

        return await listen(find, take)

    def _note(self, name: str, candidate: Candidate, change: Changed) -> None:
        before = self._known.get(name)
        self._known[name] = change
        if before is None or before.status is not change.status:
            ready = change.status is Status.READY
            self._words.say("hears" if ready else "trouble", candidate.label, change.detail)

    def _improve(self, name: str, candidate: Candidate, said: DriverEvent) -> None:
        better = refine(candidate, said.text) if isinstance(said, Scan) else None
        if better is None:
            self._words.say("other", candidate.label)
            return
        self._better[name] = better
        news = {option: value for option, value in better.options.items() if candidate.options.get(option) != value}
        self._words.say("again", candidate.label, ", ".join(f"{option} {value}" for option, value in news.items()))

    def _ending(self, candidate: Candidate, terminator: str) -> str:
        if "suffix" not in registry.TABLE[candidate.driver].defaults:
            return self._words.text("ends_itself")  # what it gives is a whole code: a camera does
        return self._words.text("ends", _TERMINATORS[terminator]) if terminator else self._words.text("ends_pause")

    def _scanners(self) -> Mapping[str, Candidate]:
        found = {repr(candidate): candidate for candidate in (*registry.candidates(Kind.SCANNER), *self._on_lines())}
        return {name: self._better.get(name, candidate) for name, candidate in found.items()}

    def _on_lines(self) -> list[Candidate]:
        if not self._lines:
            return []
        from drivers.serial_scanner import candidate  # noqa: PLC0415 - a till without serial lines lacks what it needs

        return [candidate(str(line), str(line)) for line in self._lines]

    @asynccontextmanager
    async def _patiently(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._patience):
                yield
        except TimeoutError:
            raise Broken(f"nothing was heard in {self._patience:.0f} s; {self._why()}") from None

    def _why(self) -> str:
        trouble = [change.detail for change in self._known.values() if change.status is not Status.READY]
        if trouble:
            return "; ".join(trouble)
        return "try again nearer, or plug it in again" if self._known else "plug the device in, then try again"


def keypads(scanner: Candidate | None) -> Mapping[str, Candidate]:
    """The keypads that are here now. A scanner is a keyboard to the kernel: it is not taken for its own keypad."""
    found = registry.candidates(Kind.KEYPAD)
    taken = dict(scanner.options) if scanner else {}
    return {repr(each): each for each in found if not dict(each.options).items() <= taken.items()}


async def learn(lesson: Lesson, words: Words, names: Mapping[Kind, str]) -> list[Device]:
    """The devices of these kinds, under these names. Raises Broken."""
    devices, scanner = [], None
    if Kind.SCANNER in names:
        scanner = await lesson.scanner()
        devices.append(_device(names[Kind.SCANNER], scanner))
    if names.keys() == {Kind.KEYPAD} or (Kind.KEYPAD in names and keypads(scanner)):
        devices.append(_device(names[Kind.KEYPAD], await lesson.keypad(scanner)))
    elif Kind.KEYPAD in names:
        words.say("no_keypad")
    return devices


def _device(name: str, candidate: Candidate) -> Device:
    return Device(name=name, driver=candidate.driver, options=dict(candidate.options))


def main(argv: list[str]) -> int:
    """Exit 0 when the configuration was written, 1 when it was not and why."""
    parser = _parser()
    arguments = parser.parse_args(argv)
    if arguments.name and not arguments.only:
        parser.error("--name names one device: say which kind with --only")
    if arguments.show_code:
        show_code()
        return 0
    return commands.run(lambda: _run(arguments))


def _run(arguments: argparse.Namespace) -> int:
    settings = config.load(arguments.config)
    _refuse_beside_a_daemon(settings.socket)
    words = Words(arguments.language or settings.language)
    kinds = [Kind(arguments.only)] if arguments.only else [Kind.SCANNER, Kind.KEYPAD]
    names = {kind: arguments.name or kind.value for kind in kinds}
    devices = asyncio.run(learn(Lesson(words, arguments.device), words, names))
    text = device_tables.with_devices(arguments.config.read_text(encoding="utf-8"), devices)
    tell("\n" + "\n\n".join(map(device_tables.render, devices)) + "\n")
    if arguments.dry_run:
        return 0
    if not arguments.yes and not _agreed(words, settings, devices, arguments.config):
        words.say("kept")
        return 1
    words.say("written", arguments.config, device_tables.write(arguments.config, text))
    return 0


def _agreed(words: Words, settings: config.Config, devices: Sequence[Device], path: Path) -> bool:
    there = {device.name for device in settings.devices}
    key = "replace" if there & {device.name for device in devices} else "add"
    return words.agreed(key, ", ".join(device.name for device in devices), path)


def _refuse_beside_a_daemon(path: Path) -> None:
    """Raises Broken when a daemon runs: it holds the devices, and would not know of the new configuration."""
    with socket.socket(socket.AF_UNIX) as line:
        try:
            line.connect(str(path))
        except OSError:
            return
    raise Broken("the terminal's daemon runs and holds the devices: stop it, learn, and start it again")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kindpakket terminal learn",
        description="Find the scanner and the keypad by using them, and write them into the configuration.",
        epilog="example: kindpakket terminal learn --config /etc/kindpakket/terminal.toml --language nl",
    )
    add: Callable[..., Any] = parser.add_argument
    add("--config", type=Path, default=config.DEFAULT, help="default: %(default)s")
    add("--only", choices=[Kind.SCANNER.value, Kind.KEYPAD.value], help="learn one of the two")
    add("--name", help="what the device is called in the configuration, for a second one; needs --only")
    add("--device", type=Path, action="append", default=[], help="listen to this serial line, too")
    add("--language", choices=["nl", "en"], help="default: that of the configuration")
    add("--yes", action="store_true", help="write without asking")
    add("--dry-run", action="store_true", help="show what would be written, and write nothing")
    add("--show-code", action="store_true", help="show the test code, and do nothing else")
    return parser
