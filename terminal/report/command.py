"""`kindpakket terminal report`: the X report of the day so far, and the numbered Z reports of closed days."""

import argparse
import sys
import time
from pathlib import Path
from typing import Any

from contracts.wire.errors import Broken
from contracts.wire.units import Timestamp, to_hex
from terminal import commands, paper
from terminal.config import DEFAULT, Config, load
from terminal.report import closing, pages, spreadsheet
from terminal.report.day import day_report
from terminal.store import Reader, closings
from terminal.store.closings import Closing

_EXAMPLE = """examples:
  kindpakket terminal report x
  kindpakket terminal report z                        the newest Z report
  kindpakket terminal report z --close --print        close the day
  kindpakket terminal report z --number 12 --csv > z12.csv
  kindpakket terminal report list
"""


def main(argv: list[str]) -> int:
    """Print the report: 0 done, 1 refused or failed, 2 wrong use."""
    parser = _parser()
    arguments = parser.parse_args(argv)
    if misuse := _misuse(arguments):
        parser.error(misuse)
    return commands.run(lambda: _run(arguments))


def _misuse(arguments: argparse.Namespace) -> str:
    """What of the options does not go together; nothing when all is well."""
    if arguments.kind != "z" and (arguments.close or arguments.number is not None or arguments.print):
        return "--close, --number and --print go with z"
    if arguments.close and arguments.number is not None:
        return "--close makes the next report: name an older one by --number alone"
    return "--csv goes with x, and with one z" if arguments.kind == "list" and arguments.csv else ""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kindpakket terminal report",
        description=(
            "What this terminal approved, and what became of it. x: today so far; it changes nothing. z: a closed day, "
            "numbered and unchangeable; what was open then is carried over to the next. list: all closed days."
        ),
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("kind", choices=["x", "z", "list"], help="which report")
    parser.add_argument("--config", type=Path, default=DEFAULT, metavar="FILE", help=f"default: {DEFAULT}")
    parser.add_argument("--close", action="store_true", help="z: close the day now, also beside a running daemon")
    parser.add_argument("--number", type=int, metavar="N", help="z: the report with this number; default: the newest")
    parser.add_argument("--print", action="store_true", help="z: on the printers of the configuration, too")
    shape = parser.add_mutually_exclusive_group()
    shape.add_argument("--json", action="store_true", help="one JSON document instead of tables")
    shape.add_argument(
        "--csv", action="store_true", help="for the bookkeeper: CSV, dates as 2026-11-24, amounts as 12.50"
    )
    return parser


def _run(arguments: argparse.Namespace) -> int:
    settings = load(arguments.config)
    {"x": _x, "z": _z, "list": _list}[arguments.kind](arguments, settings)
    return 0


def _x(arguments: argparse.Namespace, settings: Config) -> None:
    with Reader.open(settings.journal) as reader:
        names = {programme.id: programme.name for programme in reader.programmes()}
        document = day_report(reader, _now()).document(to_hex(reader.terminal), names)
    _tell(arguments, document, pages.x_text(document))


def _z(arguments: argparse.Namespace, settings: Config) -> None:
    if arguments.close:
        closing.close(settings.journal, _now(), settings.shop)
    with Reader.open(settings.journal) as reader:
        day = _found(reader, arguments.number)
    document, kept = day.contents(), to_hex(day.hash)
    if arguments.print:
        paper.print_now(settings, pages.paper(document, kept, settings.language))
    _tell(arguments, document | {"hash": kept}, pages.z_text(document, kept))


def _found(reader: Reader, number: int | None) -> Closing:
    day = reader.last_closing() if number is None else reader.closing(number)
    if day is None:
        newest = reader.last_closing()
        have = f"there are 1 to {newest.number}" if newest else "no day was closed yet: --close closes one"
        raise Broken(f"there is no such Z report: {have}")
    return day


def _list(arguments: argparse.Namespace, settings: Config) -> None:
    with Reader.open(settings.journal) as reader:
        closings.require_chained(reader)
        days = [(day.contents(), to_hex(day.hash)) for day in reader.closings()]
    documents = [document | {"hash": kept} for document, kept in days]
    print(commands.as_json(documents) if arguments.json else pages.list_text(days))


def _tell(arguments: argparse.Namespace, document: dict[str, Any], text: str) -> None:
    if arguments.csv:
        sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]  # RFC 4180 has its own line ends
        sys.stdout.write(spreadsheet.table(document))
        return
    print(commands.as_json(document) if arguments.json else text)


def _now() -> Timestamp:
    return Timestamp(int(time.time()))
