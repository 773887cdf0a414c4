"""Pictures of figures, as SVG within a page. Pure; every figure in them stands in a table beside them too.

Sizes are those of a narrow screen, so that the text stays readable there. Colours come from the style sheet, as the
page's policy allows no style within it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

_WIDE = 340
_ROW, _TEXT, _BAR = 44, 14, 16
_HEAD, _TALL, _FOOT = 20, 140, 22
_NAME_MAX = 30
_LABELS_MAX = 6


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its name, what stands at its end, its length from 0 to 1, and where a mark stands, if there is one."""

    name: str
    said: str
    length: float
    mark: float | None = None


def bars(title: str, rows: Sequence[Bar]) -> SafeString:
    """Lying bars below each other, each below its name."""
    drawn = format_html_join("", "{}", ((_lying(row, at * _ROW),) for at, row in enumerate(rows)))
    return _picture(title, _ROW * len(rows), drawn)


def columns(title: str, rows: Sequence[Bar]) -> SafeString:
    """Standing bars beside each other below what the highest says; of many, only some have their name below."""
    wide = _WIDE / max(len(rows), 1)
    every = max(1, -(-len(rows) // _LABELS_MAX))
    drawn = format_html_join("", "{}", ((_standing(row, at, wide, at % every == 0),) for at, row in enumerate(rows)))
    highest = max(rows, key=lambda row: row.length, default=Bar("", "", 0))
    scale = format_html('<text x="0" y="{}">{}</text>', _TEXT, highest.said)
    line = format_html('<line class="scale" x1="0" x2="{}" y1="{}" y2="{}"/>', _WIDE, _HEAD, _HEAD)
    return _picture(title, _HEAD + _TALL + _FOOT, format_html("{}{}{}", scale, line, drawn))


def _picture(title: str, tall: int, drawn: SafeString) -> SafeString:
    head = '<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>'
    return format_html(head, _WIDE, tall, title, drawn)


def _lying(row: Bar, top: int) -> SafeString:
    under = top + _TEXT + 6
    name = row.name if len(row.name) <= _NAME_MAX else f"{row.name[: _NAME_MAX - 1]}…"
    text = format_html('<text x="0" y="{}">{}</text><text x="{}" y="{}" class="end">{}</text>',
                       top + _TEXT, name, _WIDE, top + _TEXT, row.said)  # fmt: skip
    bar = format_html("{}{}", _rectangle("room", 0, under, _WIDE, _BAR),
                      _rectangle("bar", 0, under, _WIDE * _within(row.length), _BAR))  # fmt: skip
    return format_html("{}{}{}", text, bar, "" if row.mark is None else _mark(row.mark, under))


def _mark(at: float, top: int) -> SafeString:
    x = f"{min(_WIDE * _within(at), _WIDE - 2):.1f}"
    return format_html('<line class="mark" x1="{}" x2="{}" y1="{}" y2="{}"/>', x, x, top - 3, top + _BAR + 3)


def _standing(row: Bar, at: int, wide: float, named: bool) -> SafeString:  # noqa: FBT001 -- whether there is room
    high, foot = _TALL * _within(row.length), _HEAD + _TALL
    bar = _rectangle("bar", at * wide + wide * 0.1, foot - high, wide * 0.8, high)
    name = format_html('<text x="{}" y="{}">{}</text>', f"{at * wide:.1f}", foot + _TEXT + 2, row.name)
    return format_html("{}{}", bar, name if named else "")


def _rectangle(name: str, x: float, y: float, wide: float, tall: float) -> SafeString:
    numbers = (f"{number:.1f}" for number in (x, y, wide, tall))
    return format_html('<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>', name, *numbers)


def _within(share: float) -> float:
    return min(max(share, 0.0), 1.0)
