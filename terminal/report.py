"""`kindpakket terminal report x`: the day so far, per programme, and what earlier days left open.

A day is the shop's: from midnight to midnight in the Netherlands, by the times that stand in the entries.
"""

import argparse
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from contracts.wire.units import Cents, Timestamp, euros, to_hex
from terminal import commands, standing
from terminal.config import DEFAULT, load
from terminal.standing import UNSETTLED, Standing
from terminal.store import Reader
from terminal.store.reading import View
from terminal.zone import amsterdam

_EXAMPLE = """example:
  kindpakket terminal report x
"""


@dataclass(slots=True)
class Sums:
    """How many payments of each standing, and their cents."""

    counts: Counter[Standing] = field(default_factory=Counter)
    cents: Counter[Standing] = field(default_factory=Counter)

    def add(self, state: Standing, amount: Cents) -> None:
        """One more payment."""
        self.counts[state] += 1
        self.cents[state] += amount

    def document(self) -> dict[str, Any]:
        """For machines: the total, and each standing."""
        by_standing = {state.value: {"count": self.counts[state], "cents": self.cents[state]} for state in Standing}
        return {"count": self.counts.total(), "cents": self.cents.total(), **by_standing}

    def row(self, name: str) -> tuple[str, ...]:
        """For people: the name, how many, euros in all and by standing."""
        states = (euros(Cents(self.cents[state])) for state in Standing)
        return name, str(self.counts.total()), euros(Cents(self.cents.total())), *states


@dataclass(slots=True)
class DayReport:
    """One day of one terminal; `carried_over` is what is not settled yet and has another day's time."""

    day: date
    programmes: dict[int, Sums] = field(default_factory=dict)
    total: Sums = field(default_factory=Sums)
    carried_over: Sums = field(default_factory=Sums)


def main(argv: list[str]) -> int:
    """Print the report: 0 done, 1 refused or failed, 2 wrong use."""
    parser = argparse.ArgumentParser(
        prog="kindpakket terminal report",
        description="What this terminal approved today, and what became of it. It changes nothing.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("kind", choices=["x"], help="x: the day so far")
    parser.add_argument("--config", type=Path, default=DEFAULT, metavar="FILE", help=f"default: {DEFAULT}")
    parser.add_argument("--json", action="store_true", help="one JSON document instead of a table")
    arguments = parser.parse_args(argv)
    return commands.run(lambda: _print(arguments))


def day_report(view: View, clock: Timestamp) -> DayReport:
    """The report of the day that it is now; a clock that lags behind what the chain has shown is not believed."""
    report = DayReport(_day(Timestamp(max(clock, view.bound()))))
    begins, ends = _midnight(report.day), _midnight(report.day + timedelta(days=1))
    for booking, state, _ in standing.each(view):
        if begins <= booking.time < ends:
            report.programmes.setdefault(booking.programme, Sums()).add(state, booking.amount)
            report.total.add(state, booking.amount)
        elif state in UNSETTLED:
            report.carried_over.add(state, booking.amount)
    return report


def _print(arguments: argparse.Namespace) -> int:
    with Reader.open(load(arguments.config).journal) as reader:
        report = day_report(reader, Timestamp(int(time.time())))
        names = {programme.id: programme.name for programme in reader.programmes()}
        terminal = to_hex(reader.terminal)
    print(commands.as_json(_document(report, terminal, names)) if arguments.json else _text(report, terminal, names))
    return 0


def _document(report: DayReport, terminal: str, names: dict[int, str]) -> dict[str, Any]:
    programmes = [
        {"programme": number, "name": names.get(number, ""), **sums.document()}
        for number, sums in sorted(report.programmes.items())
    ]
    total, carried_over = report.total.document(), report.carried_over.document()
    head = {"report": "x", "terminal": terminal, "day": report.day.isoformat()}
    return head | {"programmes": programmes, "total": total, "carried_over": carried_over}


def _text(report: DayReport, terminal: str, names: dict[int, str]) -> str:
    rows = [sums.row(names.get(number, str(number))) for number, sums in sorted(report.programmes.items())]
    rows += [report.total.row("total"), report.carried_over.row("unsettled from other days")]
    heads = ("programme", "payments", "EUR", *Standing)
    return f"X report of {report.day.isoformat()}, terminal {terminal}\n\n{commands.table(heads, rows)}"


def _day(moment: Timestamp) -> date:
    return datetime.fromtimestamp(moment, amsterdam()).date()


def _midnight(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=amsterdam()).timestamp())
