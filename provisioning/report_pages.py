"""The figures that may be shown, as a table, as CSV and as a picture, in Dutch and English. Pure."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape

from provisioning import desk, period
from provisioning.breakdown import CROWD
from provisioning.discretion import Bar, Count, Shown


@dataclass(frozen=True, slots=True)
class Words:
    """One language of the report."""

    passes: str
    activated: str
    granted: str
    spent: str
    shop: str
    others: str
    held_back: str
    between: str
    day: str
    note: str


LANGUAGES = {
    "nl": Words(
        passes="passen",
        activated="in gebruik",
        granted="toegekend",
        spent="besteed",
        shop="winkel",
        others="andere winkels",
        held_back="niet getoond",
        between="tot en met",
        day="stand op",
        note=f"Een getal over minder dan {CROWD} passen staat er niet, of is samengevoegd.",
    ),
    "en": Words(
        passes="passes",
        activated="in use",
        granted="granted",
        spent="spent",
        shop="shop",
        others="other shops",
        held_back="not shown",
        between="to",
        day="as of",
        note=f"A figure over fewer than {CROWD} passes is left out, or added to others.",
    ),
}


@dataclass(frozen=True, slots=True)
class _Row:
    """One figure: its name, what it is, and its part of what it belongs to, if that is known."""

    key: str
    name: str
    value: str
    plain: str
    share: float | None = None
    shops: Sequence[int] = ()


def table(found: Shown, words: Words) -> str:
    """For people at a shell."""
    rows = list(_rows(found, words))
    wide, tall = (
        max(len(text) for text in column) for column in zip(*((row.name, row.value) for row in rows), strict=True)
    )
    lines = [f"{row.name:{wide}}  {row.value:>{tall}}  {_percent(row.share)}".rstrip() for row in rows]
    return "\n".join([_title(found, words), "", *lines, "", words.note])


def spreadsheet(found: Shown, words: Words) -> str:
    """RFC 4180, amounts as 12.50; a count that is between two numbers as 71-79, an empty cell for what is held back.

    `shops` has the numbers of those whose sum it is.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("figure", "name", "value", "shops"))
    writer.writerows((row.key, row.name, row.plain, " ".join(map(str, row.shops))) for row in _rows(found, words))
    return text.getvalue()


_LEFT, _BAR, _HIGH, _WIDE = 190, 380, 34, 800


def picture(found: Shown, words: Words) -> str:
    """An SVG: a bar for each figure that is a part of something, as long as its part."""
    rows = list(_rows(found, words))
    height = 70 + _HIGH * len(rows) + 40
    body = [_text(20, 36, _title(found, words), 20)]
    for place, row in enumerate(rows):
        body += _drawn(row, 70 + _HIGH * place)
    body.append(_text(20, height - 16, words.note, 12))
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDE} {height}" font-family="sans-serif" role="img">'
    )
    return "\n".join([head, f"<title>{escape(found.name)}</title>", *body, "</svg>", ""])


def _title(found: Shown, words: Words) -> str:
    return f"{found.name}, {words.day} {period.shown(found.time)[:10]}"


def _drawn(row: _Row, top: int) -> Iterator[str]:
    yield _text(20, top + 16, row.name, 15)
    if row.share is not None:
        yield _rectangle(top, 1.0, "#dddddd")
        yield _rectangle(top, min(row.share, 1.0), "#1f5f8b")
    yield _text(_LEFT + _BAR + 14, top + 16, f"{row.value}  {_percent(row.share)}".rstrip(), 15)


def _rectangle(top: int, share: float, colour: str) -> str:
    return f'<rect x="{_LEFT}" y="{top}" width="{_BAR * share:.1f}" height="22" fill="{colour}"/>'


def _text(x: int, y: int, text: str, size: int) -> str:
    return f'<text x="{x}" y="{y}" font-size="{size}">{escape(text)}</text>'


def _rows(found: Shown, words: Words) -> Iterator[_Row]:
    yield _counted("passes", words.passes, found.passes, words)
    yield _counted("activated", words.activated, found.activated, words, found.passes)
    yield _money("granted", words.granted, found.granted, words)
    yield _money("spent", words.spent, found.spent, words, found.granted)
    for bar in found.shops:
        yield replace(_money("shop", _shops(bar, words), bar.cents, words, found.spent), shops=bar.shops)


def _counted(key: str, name: str, count: Count | None, words: Words, whole: Count | None = None) -> _Row:
    if count is None:
        return _Row(key, name, words.held_back, "")
    if not count.exact:
        between = f"{count.at_least} {words.between} {count.at_most}"
        return _Row(key, name, between, f"{count.at_least}-{count.at_most}")
    share = _share(count.at_least, whole.at_least) if whole else None
    return _Row(key, name, str(count.at_least), str(count.at_least), share)


def _money(key: str, name: str, cents: int | None, words: Words, whole: int | None = None) -> _Row:
    if cents is None:
        return _Row(key, name, words.held_back, "")
    return _Row(key, name, desk.euros(cents), f"{cents // 100}.{cents % 100:02}", _share(cents, whole))


def _shops(bar: Bar, words: Words) -> str:
    if len(bar.shops) == 1:
        return f"{words.shop} {bar.shops[0]}"
    return f"{words.others} ({len(bar.shops)})"


def _share(part: int, whole: int | None) -> float | None:
    return part / whole if whole else None


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.0%}"
