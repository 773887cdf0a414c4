"""The list of a grant, as a spreadsheet saves it: CSV whose first line names the columns.

`pass` (or `pas`) has addresses, `amount` (or `bedrag`) what each gets; other columns are the municipality's own and are
not read. Between columns stands a semicolon, a tab or a comma. Every wrong line is named, and then nothing is granted.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from contracts.wire.errors import Broken
from contracts.wire.units import Address, Cents, to_hex
from provisioning import csv_text, desk

_COLUMNS = {"pass": "pass", "pas": "pass", "amount": "amount", "bedrag": "amount"}
_ENCODING = "latin-1"
"""What a spreadsheet of Western Europe writes; what is read of it is ASCII, as in UTF-8."""


@dataclass(frozen=True, slots=True)
class Line:
    """What one pass gets."""

    address: Address
    amount: Cents


@dataclass(frozen=True, slots=True)
class GrantList:
    """The lines of a list, and the columns that were not read."""

    lines: Sequence[Line]
    unread: Sequence[str]


def read_list(path: Path, amount: Cents | None) -> GrantList:
    """The list in the file. `amount` is for lines that name none. Raises Broken with every line that is wrong."""
    text = csv_text.read(path, _ENCODING)
    separator = csv_text.separator(text)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        columns = _columns(path, next(rows, []))
        reading = _Reading(columns, amount, separator)
        for row in rows:
            reading.take(rows.line_num, row)
    except csv.Error as error:
        raise Broken(f"{path} is no CSV: {error}") from None
    reading.require_right(path)
    return GrantList(reading.lines, [name for name in columns if name not in _COLUMNS])


def require_once(lines: Sequence[Line]) -> None:
    """Raises Broken when a pass stands in the list twice, which would pay it twice."""
    seen: set[Address] = set()
    for line in lines:
        if line.address in seen:
            raise Broken(f"{to_hex(line.address)} stands in the list twice; nothing was granted")
        seen.add(line.address)


class _Reading:
    """The lines so far, and what is wrong with others."""

    def __init__(self, columns: Sequence[str], amount: Cents | None, separator: str) -> None:
        self._columns = columns
        self._amount = amount
        self._separator = separator
        self._places: dict[Address, int] = {}
        self._faults: list[str] = []
        self.lines: list[Line] = []

    def take(self, number: int, row: Sequence[str]) -> None:
        """One line of the file."""
        if not any(cell.strip() for cell in row):
            return
        try:
            line = self._line(row)
            self._note_place(line.address, number)
        except ValueError as error:
            self._faults.append(f"line {number}: {error}")
            return
        self.lines.append(line)

    def require_right(self, path: Path) -> None:
        """Raises Broken when a line was wrong."""
        csv_text.require_right(path, self._faults, "nothing was granted")

    def _line(self, row: Sequence[str]) -> Line:
        if len(row) > len(self._columns):
            raise ValueError("more cells than there are columns")
        cells = {
            _COLUMNS[name]: cell.strip() for name, cell in zip(self._columns, row, strict=False) if name in _COLUMNS
        }
        address = desk.address(cells.get("pass", ""))
        if not any(address):
            raise ValueError("an address of zeros is no pass")
        own = cells.get("amount")
        granted = self._read_amount(own) if own else self._amount
        if granted is None:
            raise ValueError("no amount there, and no --amount")
        return Line(address, granted)

    def _read_amount(self, text: str) -> Cents:
        """Behind a comma that parts columns could stand the cents of this amount, so there it must have its own."""
        if self._separator == "," and text.isdigit():
            raise ValueError(f"{text} may be half an amount, as commas part the columns: write {text}.00")
        return desk.amount(text)

    def _note_place(self, address: Address, number: int) -> None:
        first = self._places.setdefault(address, number)
        if first != number:
            raise ValueError(f"{to_hex(address)} stands in line {first} already")


def _columns(path: Path, header: Sequence[str]) -> list[str]:
    names = [name.strip().lower() for name in header]
    meant = [_COLUMNS[name] for name in names if name in _COLUMNS]
    if "pass" not in meant:
        raise Broken(f"{path}: the first line names no column `pass` (or `pas`)")
    if len(meant) != len(set(meant)):
        raise Broken(f"{path}: two columns mean the same, and it is not clear which counts")
    return names
