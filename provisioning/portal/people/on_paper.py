"""What is known of a household, on paper: each thing with its name, indented as it is nested."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from fpdf import FPDF

from provisioning.addressed import shown
from provisioning.paper import document, line
from provisioning.portal import settings
from provisioning.portal.pages.money import euros
from provisioning.portal.people.key_words import CODES, MONEY, NAMES, VALUES

_SHORT = 3
"""Things that stand on one line."""
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT")
_EDGE, _INDENT, _WIDTH, _BOTTOM, _SIZE = 20.0, 6.0, 165.0, 20.0, 10


def pdf(known: dict[str, Any]) -> bytes:
    """As many A4 as it takes, readable by whoever has the file."""
    made = document(None)
    made.set_auto_page_break(True, _BOTTOM)
    made.add_page()
    made.set_y(_EDGE)
    _write(made, 0, settings.PORTAL.municipality, bold=True)
    _write(made, 0, _("What we know of you"), bold=True)
    made.ln(3)
    for depth, text in _lines(known):
        _write(made, depth, text)
    return bytes(made.output())


def _said(name: str, value: Any) -> str:
    """A value, in words where it is a code, and to the minute where it is a moment."""
    if isinstance(value, list):
        return ", ".join(_said(name, each) for each in value)
    if name in MONEY:
        return euros(value)
    text = str(value)
    if _MOMENT.match(text):
        return timezone.localtime(datetime.fromisoformat(text)).strftime("%Y-%m-%d %H:%M")
    return str(CODES.get(name, VALUES).get(text, text))


def _lines(known: dict[str, Any], depth: int = 0) -> Iterator[tuple[int, str]]:
    for name, value in known.items():
        said = NAMES[name]
        if isinstance(value, dict):
            yield depth, f"{said}:"
            yield from _lines(value, depth + 1)
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for place, each in enumerate(value, start=1):
                yield from _member(f"{said} {place}:", each, depth)
        elif value not in (None, "", []):
            yield depth, f"{said}: {_said(name, value)}"


def _member(said: str, each: dict[str, Any], depth: int) -> Iterator[tuple[int, str]]:
    """One of several: on one line where nothing in it is nested."""
    lines = list(_lines(each, depth + 1))
    if len(lines) <= _SHORT and all(inside == depth + 1 for inside, _text in lines):
        yield depth, f"{said} {'; '.join(text for _inside, text in lines)}"
    else:
        yield depth, said
        yield from lines


def _write(pdf: FPDF, depth: int, text: str, *, bold: bool = False) -> None:
    left = _EDGE + depth * _INDENT
    line(pdf, left, "".join(shown(sign) for sign in text), _SIZE, bold=bold, width=_WIDTH - depth * _INDENT)
