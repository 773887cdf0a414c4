"""The figures of a programme in the reader's words: rows for tables, pictures and files alike."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from provisioning import categories
from provisioning.portal.figures import charts
from provisioning.portal.figures.charts import Bar
from provisioning.portal.figures.models import Shown
from provisioning.portal.figures.summing import Between, Figures
from provisioning.portal.pages.money import euros
from provisioning.portal.programmes.models import Programme
from provisioning.portal.shops.models import Shop

MARKS = {"activated": 1.0, "spent": 0.6}
"""What the first towns reached: nearly every budget in use, and over six tenths of the money spent."""


@dataclass(frozen=True, slots=True)
class Row:
    """One figure: its key in a file, its name, what it is in words and plainly, and its share of its whole."""

    key: str
    name: str
    said: str
    plain: str
    share: float | None = None

    @property
    def percent(self) -> str:
        """Its share, as people write it."""
        return "" if self.share is None else f"{self.share:.0%}"

    @property
    def mark(self) -> str:
        """What it is to reach."""
        return f"{MARKS[self.key]:.0%}" if self.key in MARKS else ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a name, and their picture."""

    name: str
    what: str
    """Of what each row is one."""
    rows: Sequence[Row]
    picture: SafeString


@dataclass(frozen=True, slots=True)
class Sheet:
    """A programme's figures; `totals` is None before they were summed for the first time."""

    programme: Programme
    time: int = 0
    totals: Table | None = None
    parts: Sequence[Table] = ()

    @property
    def rows(self) -> list[Row]:
        """All of them."""
        tables = [*([self.totals] if self.totals else []), *self.parts]
        return [row for table in tables for row in table.rows]


def overview(programme: Programme, shown: Shown | None) -> Sheet:
    """The totals alone."""
    if shown is None:
        return Sheet(programme)
    return Sheet(programme, shown.time, _totals(Figures.model_validate(shown.figures)))


def sheet(programme: Programme, shown: Shown | None) -> Sheet:
    """All of it. Reads the shops' names."""
    if shown is None:
        return Sheet(programme)
    found = Figures.model_validate(shown.figures)
    shops = Shop.objects.filter(number__isnull=False).values_list("number", "name")
    names = {number: name for number, name in shops if number is not None}
    tables = (_shops(found, names), _categories(found), _weeks(found))
    return Sheet(programme, shown.time, _totals(found), [table for table in tables if table.rows])


# ------------------------------------------------------------------------------------------------------------ totals


def _totals(found: Figures) -> Table:
    rows = [
        _count("passes", gettext("Passes with a budget"), found.passes),
        _count("activated", gettext("Passes in use"), found.activated, found.passes),
        _money("granted", gettext("Given as budget"), found.granted),
        _money("spent", gettext("Spent"), found.spent, found.granted),
        _money("drawn", gettext("Paid from the shops' slices"), found.drawn, found.granted),
        _money("slices", gettext("Left in the shops' slices"), found.slices),
    ]
    title = gettext("Passes in use and money spent. The table has the same figures.")
    marked = [(row, row.share) for row in rows if row.key in MARKS and row.share is not None]
    drawn = [Bar(row.name, row.percent, share, MARKS[row.key]) for row, share in marked]
    picture = charts.bars(title, drawn) if drawn else SafeString()
    return Table(gettext("Totals"), gettext("Figure"), rows, picture)


def _count(key: str, name: str, count: Between | None, whole: Between | None = None) -> Row:
    if count is None:
        return Row(key, name, gettext("not shown"), "")
    if not count.exact:
        said = gettext("%(least)s to %(most)s") % {"least": count.least, "most": count.most}
        return Row(key, name, said, f"{count.least}-{count.most}")
    share = count.least / whole.least if whole is not None and whole.exact and whole.least else None
    return Row(key, name, str(count.least), str(count.least), share)


def _money(key: str, name: str, cents: int | None, whole: int | None = None) -> Row:
    if cents is None:
        return Row(key, name, gettext("not shown"), "")
    plain = f"{cents // 100}.{cents % 100:02}"
    return Row(key, name, euros(cents), plain, cents / whole if whole else None)


# ------------------------------------------------------------------------------------------------------------- parts


def _shops(found: Figures, names: Mapping[int, str]) -> Table:
    def said(number: int) -> str:
        return names.get(number) or gettext("Shop %(number)s") % {"number": number}

    rows = [_money("shop", _joined(map(said, part.of)), part.cents, found.spent) for part in found.shops]
    short = [
        _short(part.of, row, gettext("%(count)s shops together")) for part, row in zip(found.shops, rows, strict=True)
    ]
    return _lying(gettext("Spent by shop"), gettext("Shop"), rows, short)


def _categories(found: Figures) -> Table:
    rows = [_money("category", _joined(map(_category, part.of)), part.cents, found.spent) for part in found.categories]
    together = gettext("%(count)s categories together")
    short = [_short(part.of, row, together) for part, row in zip(found.categories, rows, strict=True)]
    return _lying(gettext("Spent by category"), gettext("Category"), rows, short)


def _weeks(found: Figures) -> Table:
    rows = [_money("week", _span(part.first, part.last), part.cents, found.spent) for part in found.weeks]
    most = max((part.cents for part in found.weeks), default=0) or 1
    names = [_day(part.first) for part in found.weeks]
    drawn = [Bar(name, row.said, part.cents / most) for name, row, part in zip(names, rows, found.weeks, strict=True)]
    name = gettext("Spent by week")
    return Table(name, gettext("Weeks"), rows, charts.columns(_titled(name), drawn))


def _lying(name: str, what: str, rows: Sequence[Row], names: Sequence[str]) -> Table:
    drawn = [Bar(short, row.said, row.share or 0) for short, row in zip(names, rows, strict=True)]
    return Table(name, what, rows, charts.bars(_titled(name), drawn))


def _titled(name: str) -> str:
    return gettext("%(name)s. The table has the same figures.") % {"name": name}


def _joined(names: Iterable[str]) -> str:
    return ", ".join(names)


def _short(of: Sequence[int], row: Row, together: str) -> str:
    return row.name if len(of) == 1 else together % {"count": len(of)}


def _category(number: int) -> str:
    if number == 0:
        return gettext("No category")
    names = categories.NAMES.get(number)
    if names is None:
        return gettext("Category %(number)s") % {"number": number}
    return names[0 if (get_language() or "").startswith("nl") else 1].capitalize()


def _span(first: date, last: date) -> str:
    said = {"first": f"{_day(first)} {first.year}", "last": f"{_day(last)} {last.year}"}
    return gettext("%(first)s to %(last)s") % said


def _day(day: date) -> str:
    """Day and month; Dutch writes months small."""
    return date_format(day, "j b" if (get_language() or "").startswith("nl") else "j M")
