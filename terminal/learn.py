"""`kindpakket terminal learn`: finds scanner and keypad by their being used, and writes them into the configuration."""

import argparse
import asyncio
import socket
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from contracts.wire.errors import Broken
from drivers.registry import Kind
from terminal import commands, config, device_tables
from terminal.config import Device
from terminal.learn_words import Words, show_code, tell
from terminal.lesson import Lesson


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
    devices = asyncio.run(Lesson(words, arguments.device).devices(names))
    text = device_tables.with_devices(device_tables.read(arguments.config), devices)
    tell("\n" + "\n\n".join(map(device_tables.render, devices)) + "\n")
    if arguments.dry_run:
        return 0
    if not arguments.yes and not _agreed(words, settings, devices, arguments.config):
        words.write("kept")
        return 1
    words.write("written", arguments.config, device_tables.write(arguments.config, text))
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
    raise Broken(
        "the terminal's daemon runs and holds the devices: learn from the menu on its screen, or stop it first"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kindpakket terminal learn",
        description="Find the scanner and the keypad by using them, and write them into the configuration.",
        epilog="example: kindpakket terminal learn --config /etc/kindpakket/terminal.toml --language nl",
        formatter_class=argparse.RawDescriptionHelpFormatter,
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
