"""`kindpakket terminal doctor`: what works here, what does not, and what to do about it."""

import argparse
import asyncio
import sys
from dataclasses import asdict
from pathlib import Path

from contracts.wire.errors import Broken
from terminal import config
from terminal.checks import examine
from terminal.commands import as_json, table
from terminal.finding import Check, Grade


def main(argv: list[str]) -> int:
    """Exit 0 when nothing failed (warnings included), 1 when something did."""
    parser = argparse.ArgumentParser(
        prog="kindpakket terminal doctor",
        description="Look at everything that this terminal needs, change nothing, and say what to do.",
        epilog="example: kindpakket terminal doctor --config /etc/kindpakket/terminal.toml --json",
    )
    parser.add_argument("--config", type=Path, default=config.DEFAULT, help="default: %(default)s")
    parser.add_argument("--json", action="store_true", help="print the checks as JSON")
    arguments = parser.parse_args(argv)
    checks = asyncio.run(_all(arguments.config))
    print(as_json([asdict(check) for check in checks]) if arguments.json else _page(checks))
    failed = [check for check in checks if check.grade is Grade.FAIL]
    if failed:
        sys.stderr.write(f"kindpakket terminal doctor: {failed[0].name}: {failed[0].advice}\n")
    return 1 if failed else 0


async def _all(path: Path) -> list[Check]:
    try:
        settings = config.load(path)
    except Broken as broken:
        return [Check("config", Grade.FAIL, "cannot be used", str(broken))]
    return [Check("config", Grade.OK, str(path)), *[check async for check in examine(settings)]]


def _page(checks: list[Check]) -> str:
    rows = [(check.grade.value, check.name, check.finding) for check in checks]
    advice = [f"{check.name}: {check.advice}" for check in checks if check.advice]
    page = table(("", "check", "found"), rows)
    return page + ("\n\n" + "\n".join(advice) if advice else "")
