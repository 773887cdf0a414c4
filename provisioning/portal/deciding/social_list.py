"""The list of the social service, as a spreadsheet saves it: a line for each child. Pure.

The first line names the columns, in Dutch or English (`COLUMNS`); others are not read. Between columns stands a
semicolon, a tab or a comma. A faulty line is named by its number and what is wrong, and hinders no other.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from provisioning import csv_text
from provisioning.portal.rules import judging

BYTES_MAX = 5 * 1024 * 1024
ROWS_MAX = 20_000

COLUMNS: Mapping[str, Sequence[str]] = {
    "number": ("nummer", "number"),
    "name": ("naam", "name"),
    "address": ("adres", "address"),
    "postcode": ("postcode",),
    "town": ("plaats", "woonplaats", "town"),
    "email": ("email", "e-mail"),
    "phone": ("telefoon", "phone"),
    "language": ("taal", "language"),
    "child": ("kind", "child"),
    "born": ("geboren", "geboortedatum", "born"),
}
NEEDED = ("number", "name", "address", "postcode", "child", "born")

_BY_NAME = {name: column for column, names in COLUMNS.items() for name in names}
_LENGTHS = {"number": 20, "name": 70, "address": 120, "town": 60, "email": 120, "phone": 20, "child": 70}
_LANGUAGES = {"": "nl", "nl": "nl", "nederlands": "nl", "dutch": "nl", "en": "en", "engels": "en", "english": "en"}
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_DUTCH = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})", re.ASCII)
_CHILD_YEARS_MAX = 30
"""A day of birth before that is a parent's, or a slip."""


class UnreadableError(ValueError):
    """The file as a whole is no such list. `code` says why (`words.FILE_FAULTS`), `about` which column."""

    def __init__(self, code: str, about: str = "") -> None:
        super().__init__(code)
        self.code, self.about = code, about


@dataclass(frozen=True, slots=True, repr=False)
class Row:
    """A child with its household. `born` is YYYY-MM-DD, `language` nl or en."""

    line: int
    number: str
    name: str
    address: str
    postcode: str
    child: str
    born: str
    town: str = ""
    email: str = ""
    phone: str = ""
    language: str = "nl"


@dataclass(frozen=True, slots=True)
class Fault:
    """A line that cannot be used, and why (`words.ROW_FAULTS`)."""

    line: int
    code: str


def read(content: bytes, today: date) -> Iterator[Row | Fault]:
    """Each line of the file that is not empty, in order. Raises UnreadableError before the first."""
    if len(content) > BYTES_MAX:
        raise UnreadableError("too_large")
    text = _text(content)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=csv_text.separator(text), strict=True)
    try:
        columns = _columns(next(lines, []))
        rows = [(lines.line_num, row) for row in lines if any(cell.strip() for cell in row)]
    except csv.Error:
        raise UnreadableError("no_csv") from None
    if not rows:
        raise UnreadableError("empty")
    if len(rows) > ROWS_MAX:
        raise UnreadableError("too_many")
    return (_row(line, columns, cells, today) for line, cells in rows)


def _text(content: bytes) -> str:
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return _decoded(content, "utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _decoded(content, "cp1252")  # what a spreadsheet of Western Europe writes


def _decoded(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise UnreadableError("no_text") from None


def _columns(header: Sequence[str]) -> list[str]:
    """What each column means; "" for one that is not read."""
    found = [_BY_NAME.get(name.strip().casefold(), "") for name in header]
    for column in NEEDED:
        if column not in found:
            raise UnreadableError("no_column", column)
    for column in COLUMNS:
        if found.count(column) > 1:
            raise UnreadableError("column_twice", column)
    return found


def _row(line: int, columns: Sequence[str], cells: Sequence[str], today: date) -> Row | Fault:
    if len(cells) > len(columns):
        return Fault(line, "cells")
    said = {column: " ".join(cell.split()) for column, cell in zip(columns, cells, strict=False) if column}
    try:
        return Row(line, **{**said, **_checked(said, today)})
    except _FaultyError as fault:
        return Fault(line, str(fault))


class _FaultyError(ValueError):
    """Its text is the fault's code."""


def _checked(said: Mapping[str, str], today: date) -> dict[str, str]:
    """The cells that are written in one way here. Raises _FaultyError."""
    for column in NEEDED:
        if not said.get(column):
            raise _FaultyError(f"no_{column}")
    for column, longest in _LENGTHS.items():
        _require_text(said.get(column, ""), longest)
    language = _LANGUAGES.get(said.get("language", "").casefold())
    if language is None:
        raise _FaultyError("language")
    return {"postcode": _postcode(said["postcode"]), "born": _born(said["born"], today), "language": language}


def _require_text(text: str, longest: int) -> None:
    if len(text) > longest:
        raise _FaultyError("too_long")
    if not text.isprintable():
        raise _FaultyError("signs")


def _postcode(text: str) -> str:
    try:
        return judging.postcode(text)
    except ValueError:
        raise _FaultyError("postcode") from None


def _born(text: str, today: date) -> str:
    iso, dutch = _ISO.fullmatch(text), _DUTCH.fullmatch(text)
    parts = iso.groups() if iso else dutch.groups()[::-1] if dutch else ()
    try:
        born = date(*(int(part) for part in parts))
    except (TypeError, ValueError):
        raise _FaultyError("born") from None
    if not today.year - _CHILD_YEARS_MAX <= born.year or born > today:
        raise _FaultyError("born_when")
    return born.isoformat()
