"""`kindpakket demo`: a town on this machine, in one window or as a scripted day."""

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

from contracts.wire.errors import Broken
from provisioning.demo import books
from provisioning.demo.day import Day
from provisioning.demo.setting import Setting

_EXAMPLE = """examples:
  kindpakket demo                                sell yourself; needs a terminal of at least 100 columns
  kindpakket demo --scripted --report day.json   play a shop day, and write its books
"""


def main(argv: list[str]) -> int:
    """Exit 0 when the books agree to the cent, 1 with the place where they do not."""
    arguments = _parser().parse_args(argv)
    folder = arguments.folder or Path(tempfile.mkdtemp(prefix="kindpakket-"))
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Broken(f"{folder} cannot be made ({error.strerror}): name another --folder") from error
    if any(folder.iterdir()):
        raise Broken(f"{folder} is not empty: a town is built on empty ground, name another --folder")
    if arguments.scripted or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return asyncio.run(_play(folder, arguments.language, arguments.report))
    from provisioning.demo.window import Window  # noqa: PLC0415  # the screen is only for who looks at it

    Window(Setting(folder, arguments.language), arguments.language).run()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kindpakket demo",
        description="Chain, gateway, two shops' terminals and a counter to sell at, all on this machine.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--scripted", action="store_true", help="play a shop day and print what happened")
    parser.add_argument("--report", type=Path, metavar="FILE", help="write the scripted day's books as JSON")
    parser.add_argument("--language", choices=("nl", "en"), default="nl", help="of the screens (default: nl)")
    parser.add_argument("--folder", type=Path, help="where it all lives; default: a new folder for temporary files")
    return parser


async def _play(folder: Path, language: str, report: Path | None) -> int:
    begun = time.monotonic()
    setting = Setting(folder, language)
    try:
        await setting.open(_say)
        day = Day(setting, _say)
        await day.play()
        tills = await setting.tills()
        paid = await asyncio.to_thread(setting.paid)
    finally:
        await setting.close()
    counters = [shop.counter for shop in setting.shops]
    refusals = [reason for counter in counters for reason in counter.refusals]
    closed = books.close(tills, paid, refusals, sum(counter.scans for counter in counters), day.lost)
    if report:
        closed.save(report)
    _say("\nWhat was not simply paid from its budget")
    for line in (*books.table(tills), "", f"The books after {time.monotonic() - begun:.0f} s", *books.verdict(closed)):
        _say(line)
    return 0 if closed.balanced else 1


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
