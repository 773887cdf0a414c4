"""The list of shops' bank accounts: CSV whose first line names `shop`, `holder` and `iban`.

Other columns, such as a mail address, are the municipality's own and are not read. Every wrong line is named, by its
number and its shop's, never by what stands in it; then nothing is done.
"""

import csv
import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from contracts.wire.errors import Broken
from provisioning import csv_text, desk
from provisioning.payout import sepa

_COLUMNS = {
    **dict.fromkeys(("shop", "winkel"), "shop"),
    **dict.fromkeys(("holder", "name", "naam", "houder", "rekeninghouder"), "holder"),
    "iban": "iban",
}
_ENCODING = "cp1252"
"""What a spreadsheet of Western Europe writes when it does not write UTF-8."""

_NOTHING = "nothing was marked as paid"


@dataclass(frozen=True, slots=True)
class Account:
    """Who has an account, and its number; neither is shown by `repr`."""

    holder: str = field(repr=False)
    iban: str = field(repr=False)

    @classmethod
    def read(cls, holder: str, iban: str) -> "Account":
        """As a person wrote it. Raises ValueError, which tells nothing of either."""
        return cls(sepa.name(holder), sepa.iban(iban))

    def fingerprint(self, salt: bytes) -> str:
        """By which the same account is known again, and nobody finds it: one guess costs tens of milliseconds."""
        text = f"{self.holder}\0{self.iban}".encode("ascii")
        return hashlib.scrypt(text, salt=salt, n=2**14, r=8, p=1, dklen=16).hex()


def read_accounts(path: Path) -> Mapping[int, Account]:
    """The accounts in the file by the shop's number. Raises Broken with every line that is wrong."""
    text = csv_text.read(path, _ENCODING)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=csv_text.separator(text), strict=True)
    try:
        reading = _Reading(_columns(path, next(rows, [])))
        for row in rows:
            reading.take(rows.line_num, row)
    except csv.Error:
        raise Broken(f"{path} is no CSV near line {rows.line_num}; {_NOTHING}") from None
    csv_text.require_right(path, reading.faults, _NOTHING)
    return reading.found


class _Reading:
    """The lines so far, and what is wrong with others."""

    def __init__(self, columns: Sequence[str]) -> None:
        self._columns = columns
        self._places: dict[int, int] = {}
        self.faults: list[str] = []
        self.found: dict[int, Account] = {}

    def take(self, number: int, row: Sequence[str]) -> None:
        """One line of the file."""
        if not any(cell.strip() for cell in row):
            return
        try:
            cells = self._cells(row)
            shop = desk.identity(cells["shop"])
        except ValueError:
            self.faults.append(f"line {number}: no shop's number, or more cells than there are columns")
            return
        try:
            self._note_place(shop, number)
            self.found[shop] = Account.read(cells["holder"], cells["iban"])
        except ValueError as error:
            self.faults.append(f"line {number}: shop {shop}: {error}")

    def _cells(self, row: Sequence[str]) -> dict[str, str]:
        if len(row) > len(self._columns):
            raise ValueError
        filled = [*row, *[""] * (len(self._columns) - len(row))]
        return {
            _COLUMNS[name]: cell.strip() for name, cell in zip(self._columns, filled, strict=True) if name in _COLUMNS
        }

    def _note_place(self, shop: int, number: int) -> None:
        first = self._places.setdefault(shop, number)
        if first != number:
            raise ValueError(f"it stands in line {first} already")


def _columns(path: Path, header: Sequence[str]) -> list[str]:
    names = [name.strip().lower() for name in header]
    meant = [_COLUMNS[name] for name in names if name in _COLUMNS]
    if sorted(meant) != sorted(set(_COLUMNS.values())):
        raise Broken(f"{path}: the first line names the columns shop, holder and iban (or winkel, houder), each once")
    return names
