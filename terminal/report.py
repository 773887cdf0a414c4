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

from contracts.wire.entry import Refund, Retire, Sale
from contracts.wire.units import Cents, Timestamp, euros, to_hex
from terminal import commands, standing
from terminal.config import DEFAULT, load
from terminal.standing import APPROVED, UNSETTLED, Standing
from terminal.store import Reader
from terminal.store.reading import View
from terminal.zone import amsterdam

_EXAMPLE = """example:
  kindpakket terminal report x
"""


SHOWN = (*APPROVED, Standing.ASKED, Standing.REFUSED)
"""How what a pass was to pay by can stand."""


@dataclass(slots=True)
class Sums:
    """How many payments of each standing, and their cents; and what was given back.

    An ask is a payment once it is paid: before, and when it never is, nothing was approved.
    """

    counts: Counter[Standing] = field(default_factory=Counter)
    cents: Counter[Standing] = field(default_factory=Counter)
    refunds: int = 0
    refunded: int = 0

    def add(self, content: Sale | Refund, state: Standing) -> None:
        """One more entry."""
        if isinstance(content, Refund):
            self.refunds += 1
            self.refunded += content.amount
        else:
            self.counts[state] += 1
            self.cents[state] += content.amount

    @property
    def count(self) -> int:
        """Payments that were approved."""
        return sum(self.counts[state] for state in APPROVED)

    @property
    def approved(self) -> int:
        """Their cents."""
        return sum(self.cents[state] for state in APPROVED)

    def document(self) -> dict[str, Any]:
        """For machines: what was approved, each standing, what was given back, and the rest."""
        by_standing = {state.value: {"count": self.counts[state], "cents": self.cents[state]} for state in SHOWN}
        refunds = {"refunds": {"count": self.refunds, "cents": self.refunded}}
        net = {"net_cents": self.approved - self.refunded}
        return {"count": self.count, "cents": self.approved, **by_standing, **refunds, **net}

    def row(self, name: str) -> tuple[str, ...]:
        """For people: the name, how many, euros in all and by standing, what was given back, and the rest."""
        states = (euros(Cents(self.cents[state])) for state in APPROVED)
        net = self.approved - self.refunded
        money = (euros(Cents(self.refunded)), "-" * (net < 0) + euros(Cents(abs(net))))
        return name, str(self.count), euros(Cents(self.approved)), *states, *money


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
        content = booking.content
        if isinstance(content, Retire):
            continue
        if begins <= content.time < ends:
            report.programmes.setdefault(content.programme, Sums()).add(content, state)
            report.total.add(content, state)
        elif state in UNSETTLED:
            report.carried_over.add(content, state)
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
    heads = ("programme", "payments", "EUR", *APPROVED, "given back", "net")
    return f"X report of {report.day.isoformat()}, terminal {terminal}\n\n{commands.table(heads, rows)}"


def _day(moment: Timestamp) -> date:
    return datetime.fromtimestamp(moment, amsterdam()).date()


def _midnight(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=amsterdam()).timestamp())
