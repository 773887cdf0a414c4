"""`kindpakket provision report`: what a programme did, in figures that point at no family."""

import argparse
from dataclasses import asdict
from pathlib import Path

from provisioning import desk, discretion, report_pages, report_reading
from provisioning.desk import Answer
from provisioning.town import open_town
from terminal.private import new_file

_EXAMPLE = """  kindpakket provision report --record deployment.json --programme 1 --csv report.csv --svg report.svg

Figures over fewer than ten passes are left out, or added to others; `chain status` has the exact books."""


def main(argv: list[str]) -> int:
    """Show the report, and write it where it is wanted."""
    about = "How many passes are in use, and what was spent where: a table, CSV and a picture."
    parser = desk.parser("provision report", about, _EXAMPLE, signs=False)
    desk.add_town(parser, signs=False)
    desk.add_programme(parser)
    parser.add_argument("--csv", type=Path, metavar="FILE", help="a new file for a spreadsheet")
    parser.add_argument("--svg", type=Path, metavar="FILE", help="a new file with a picture")
    parser.add_argument("--language", choices=report_pages.LANGUAGES, default="nl", help="default: nl")
    parser.set_defaults(run=_report)
    return desk.run(parser, argv)


def _report(arguments: argparse.Namespace) -> Answer:
    words = report_pages.LANGUAGES[arguments.language]
    found = discretion.shown(report_reading.look(open_town(arguments, signs=False), arguments.programme))
    _write(arguments.csv, report_pages.spreadsheet(found, words))
    _write(arguments.svg, report_pages.picture(found, words))
    return Answer(report_pages.table(found, words), asdict(found))


def _write(path: Path | None, text: str) -> None:
    if path is not None:
        with new_file(path) as file:
            file.write(text.encode())
