"""The X report: the day so far, per programme, and what earlier days left open. It changes nothing.

A day is the shop's: from midnight to midnight in the Netherlands, by the times that stand in the entries.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from contracts.wire.entry import Retire
from contracts.wire.units import Timestamp
from terminal import standing
from terminal.report.sums import Sums
from terminal.standing import UNSETTLED
from terminal.store.reading import View
from terminal.zone import amsterdam


@dataclass(slots=True)
class DayReport:
    """One day of one terminal; `carried_over` is what is not settled yet and has another day's time."""

    day: date
    programmes: dict[int, Sums] = field(default_factory=dict)
    total: Sums = field(default_factory=Sums)
    carried_over: Sums = field(default_factory=Sums)

    def document(self, terminal: str, names: dict[int, str]) -> dict[str, Any]:
        """For machines."""
        programmes = by_programme(self.programmes, names)
        head = {"report": "x", "terminal": terminal, "day": self.day.isoformat()}
        rest = {"total": self.total.document(), "carried_over": self.carried_over.document()}
        return head | {"programmes": programmes} | rest


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


def by_programme(sums: dict[int, Sums], names: dict[int, str]) -> list[dict[str, Any]]:
    """Each programme's sums for machines, by its number."""
    return [
        {"programme": number, "name": names.get(number, ""), **each.document()} for number, each in sorted(sums.items())
    ]


def _day(moment: Timestamp) -> date:
    return datetime.fromtimestamp(moment, amsterdam()).date()


def _midnight(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=amsterdam()).timestamp())
