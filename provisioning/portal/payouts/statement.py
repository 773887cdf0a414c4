"""What a shop sold on each day, as its terminals' Z reports have it, and what it was paid.

A line is one terminal's day in one programme. Its figures are those of a Z report that closes that day, once all of the
day is settled: what is open in the shop's report is not here yet, and what was rejected since is here already.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from provisioning import period
from provisioning.portal.payouts import days, names
from provisioning.portal.payouts.models import DaySum, Mark, Payment, Unread
from terminal.standing import Standing

_PAID = frozenset({Standing.PAID.value, Standing.DRAWN.value})


@dataclass(slots=True)
class Sums:
    """Cents, and how many sales. `sold` was approved at the counter; of that, `rejected` was not paid."""

    count: int = 0
    sold: int = 0
    rejected: int = 0
    refunded: int = 0

    @property
    def net(self) -> int:
        """What all of it brings the shop."""
        return self.sold - self.rejected - self.refunded

    def add(self, row: DaySum) -> None:
        """Asks that were not paid, and refunds that were not taken, are no money."""
        if row.refund:
            self.refunded += row.cents if row.standing == Standing.GIVEN_BACK.value else 0
        elif row.standing in _PAID or row.standing == Standing.REJECTED.value:
            self.count += row.count
            self.sold += row.cents
            self.rejected += row.cents if row.standing == Standing.REJECTED.value else 0


@dataclass(frozen=True, slots=True)
class Line:
    """One terminal's day in one programme. `first` and `last` are numbers in its journal."""

    day: date
    terminal: str
    programme: str
    first: int
    last: int
    sums: Sums


@dataclass(frozen=True, slots=True)
class Statement:
    """A shop's days. `until` is how far the contract was read, in seconds since 1970; 0: not at all."""

    shop: int
    name: str
    first: date
    last: date
    lines: Sequence[Line]
    total: Sums
    payments: Sequence[Payment]
    unread: int
    until: int


def statement(shop: int, first: date, last: date) -> Statement:
    """The days first..last of the shop, and the payments by bank that were marked on them."""
    found = list(DaySum.objects.filter(shop=shop, day__range=(first, last)))
    total = Sums()
    for row in found:
        total.add(row)
    mark = Mark.objects.filter(name=days.MARK).first()
    hidden = sum(each.last - each.first + 1 for each in Unread.objects.filter(shop=shop))
    name = names.shops([shop]).get(shop, "")
    return Statement(
        shop, name, first, last, _lines(found), total, _payments(shop, first, last), hidden, mark.time if mark else 0
    )


def _payments(shop: int, first: date, last: date) -> list[Payment]:
    found = Payment.objects.filter(shop=shop, since__gt=0).select_related("file").order_by("since")
    return [each for each in found if first <= period.day(each.since) <= last]


def _lines(found: Iterable[DaySum]) -> list[Line]:
    groups: Mapping[tuple[date, bytes, int], list[DaySum]] = defaultdict(list)
    for row in found:
        groups[row.day, bytes(row.terminal), row.programme].append(row)
    terminals = names.terminals(terminal for _, terminal, _ in groups)
    programmes = names.programmes(number for _, _, number in groups)
    return [
        _line(day, terminals[terminal], programmes.get(number) or str(number), rows)
        for (day, terminal, number), rows in sorted(groups.items())
    ]


def _line(day: date, terminal: str, programme: str, rows: Sequence[DaySum]) -> Line:
    sums = Sums()
    for row in rows:
        sums.add(row)
    return Line(day, terminal, programme, min(row.first for row in rows), max(row.last for row in rows), sums)
