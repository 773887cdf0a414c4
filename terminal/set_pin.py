"""`kindpakket terminal pin`: sets the PIN that opens the counter's menu, in the configuration."""

import argparse
import getpass
import re
import sys
import tomllib
from pathlib import Path

from contracts.wire.errors import Broken
from terminal import commands, config, device_tables, pin

_KEY = re.compile(r"\s*staff_pin\s*=")
_HEADER = re.compile(r"\s*\[")
_LOOSE = re.compile(r"\s*(#.*)?")
_LINE_MAX = 256


def main(argv: list[str]) -> int:
    """Exit 0 when the configuration was written, 1 when it was not and why."""
    parser = argparse.ArgumentParser(
        prog="kindpakket terminal pin",
        description=(
            "Set the shop's PIN, of 4 to 8 digits: the menu (refunds, the last sale, devices) opens with it alone. "
            "It is asked for twice, or read from a pipe; the configuration keeps it sealed."
        ),
        epilog="example: kindpakket terminal pin --config /etc/kindpakket/terminal.toml",
    )
    parser.add_argument("--config", type=Path, default=config.DEFAULT, metavar="FILE", help="default: %(default)s")
    parser.add_argument("--remove", action="store_true", help="open the menu without a PIN from now on")
    arguments = parser.parse_args(argv)
    return commands.run(lambda: _run(arguments.config, remove=arguments.remove))


def _run(path: Path, *, remove: bool) -> int:
    config.load(path)
    device_tables.require_writable(path)
    sealed = None if remove else pin.seal(_asked())
    backup = device_tables.write(path, with_pin(device_tables.read(path), sealed))
    said = "the menu opens without a PIN" if remove else "the menu opens with this PIN"
    sys.stdout.write(f"{said} as soon as the daemon was started again; as it was it stands in {backup}\n")
    return 0


def _asked() -> str:
    """The new PIN. Raises Broken; what was typed is not repeated."""
    if not sys.stdin.isatty():
        digits = sys.stdin.readline(_LINE_MAX).rstrip("\n")
    elif (digits := getpass.getpass("new PIN: ")) != getpass.getpass("once more: "):
        raise Broken("the two differ: nothing was changed")
    if not pin.DIGITS.fullmatch(digits):
        raise Broken("a PIN has 4 to 8 digits: nothing was changed")
    return digits


def with_pin(text: str, sealed: str | None) -> str:
    """The configuration with this PIN, or without any. Raises Broken when a program should not edit it."""
    lines = text.splitlines()
    end = next((number for number, line in enumerate(lines) if _HEADER.match(line)), len(lines))
    top = [line for line in lines[:end] if not _KEY.match(line)]
    behind = max((number for number, line in enumerate(top, start=1) if not _LOOSE.fullmatch(line)), default=0)
    added = [] if sealed is None else [f'staff_pin = "{sealed}"']
    new = "\n".join([*top[:behind], *added, *top[behind:], *lines[end:]]) + "\n"
    _check(text, new, sealed)
    return new


def _check(old: str, new: str, sealed: str | None) -> None:
    wanted = {key: value for key, value in tomllib.loads(old).items() if key != "staff_pin"}
    if sealed is not None:
        wanted["staff_pin"] = sealed
    try:
        right = tomllib.loads(new) == wanted
    except tomllib.TOMLDecodeError:
        right = False
    if not right:
        line = "take `staff_pin` out" if sealed is None else f'write it by hand: staff_pin = "{sealed}"'
        raise Broken(f"the configuration is written in a way of its own; {line}")
