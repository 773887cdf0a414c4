"""`kindpakket terminal doctor`: what works here, what does not, and what to do about it."""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from contracts.wire.errors import Broken
from contracts.wire.units import Address
from terminal import commands, config
from terminal.care import board, readings
from terminal.care.root import Root
from terminal.care.summary import Who, summary
from terminal.checks import examine
from terminal.commands import as_json, table
from terminal.finding import Check, Grade
from terminal.store import Reader
from terminal.store.migrations import MIGRATIONS

ON_SCREEN = Path("-")
"""Stands for this window, where a picture's file could be named."""


def main(argv: list[str]) -> int:
    """Exit 0 when nothing failed (warnings included), 1 when something did."""
    arguments = _parser().parse_args(argv)
    checks = asyncio.run(_all(arguments.config))
    if arguments.qr is not None:
        return commands.run(lambda: _hand_over(_summary(arguments.config, checks), arguments.qr))
    print(as_json([asdict(check) for check in checks]) if arguments.json else _page(checks))
    failed = [check for check in checks if check.grade is Grade.FAIL]
    if failed:
        sys.stderr.write(f"kindpakket terminal doctor: {failed[0].name}: {failed[0].advice}\n")
    return 1 if failed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kindpakket terminal doctor",
        description="Look at everything that this terminal needs, change nothing, and say what to do.",
        epilog="example: kindpakket terminal doctor --config /etc/kindpakket/terminal.toml --json",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--config", type=Path, default=config.DEFAULT, help="default: %(default)s")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print the checks as JSON")
    form.add_argument(
        "--qr",
        type=Path,
        nargs="?",
        const=ON_SCREEN,
        metavar="FILE.svg",
        help="show a summary for the support line as a QR, or write its picture; no secret or amount is in it",
    )
    return parser


async def _all(path: Path) -> list[Check]:
    try:
        settings = config.load(path)
    except Broken as broken:
        return [Check("config", Grade.FAIL, "cannot be used", str(broken))]
    return [Check("config", Grade.OK, str(path)), *[check async for check in examine(settings, Root())]]


def _page(checks: list[Check]) -> str:
    rows = [(check.grade.value, check.name, check.finding) for check in checks]
    advice = [f"{check.name}: {check.advice}" for check in checks if check.advice]
    page = table(("", "check", "found"), rows)
    return page + ("\n\n" + "\n".join(advice) if advice else "")


def _summary(path: Path, checks: Sequence[Check]) -> str:
    up = board.uptime(Root().texts((board.UPTIME,)))
    who = Who(_terminal(path), readings.program_version(), len(MIGRATIONS), up)
    return summary(who, [(check.name, check.grade) for check in checks])


def _terminal(path: Path) -> Address | None:
    """Whose journal it is, as no key is needed for that; None when there is none that says it."""
    try:
        with Reader.open(config.load(path).journal) as reader:
            return reader.terminal
    except Broken:
        return None


def _hand_over(text: str, to: Path) -> int:
    from terminal.care import qr  # noqa: PLC0415 - needs the package segno, and nothing else here does

    if to == ON_SCREEN:
        print(qr.in_window(text))
    else:
        qr.save(text, to)
    print(text)
    return 0
