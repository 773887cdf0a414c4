"""Reports as CSV for a bookkeeper: RFC 4180, UTF-8, one table with one row for each sum and each entry that is listed.

Amounts are euros with a decimal point and no thousands separator, times are ISO 8601 in the shop's zone: what
bookkeeping packages read, whatever language they are set to.
"""

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from contracts.wire.units import Timestamp
from terminal.standing import APPROVED
from terminal.zone import amsterdam

COLUMNS = (
    *("report", "number", "date", "terminal", "row", "programme", "name"),
    *("entry", "kind", "time", "standing", "reason", "count", "amount"),
)
_PAYMENTS = tuple(state.value for state in APPROVED)
_LISTED = ("open", "became", "exceptions")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def table(document: dict[str, Any]) -> str:
    """The report's document as CSV, its heads first. Raises Broken where the machine lacks the shop's time zone."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\r\n")
    writer.writeheader()
    head = {
        "report": document["report"],
        "number": document.get("number", ""),
        "date": document["day"] if "day" in document else iso(document["closed_at"])[:10],
        "terminal": document["terminal"],
    }
    for row in _rows(document):
        writer.writerow(head | {name: _inert(value) for name, value in row.items()})
    return text.getvalue()


def iso(time: int) -> str:
    """`2026-11-24T14:05:00+01:00`. Raises Broken where the machine lacks the shop's time zone."""
    return datetime.fromtimestamp(Timestamp(time), amsterdam()).isoformat()


def decimal(cents: int) -> str:
    """`-1234.50`."""
    return f"{'-' * (cents < 0)}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def _rows(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for sums in document["programmes"]:
        yield from _sums("programme", sums, {"programme": sums["programme"], "name": sums["name"]})
    yield from _sums("total", document["total"], {})
    if "carried_over" in document:
        yield from _sums("carried over", document["carried_over"], {})
    if "turnover_cents" in document:
        yield {"row": "corrections", "amount": decimal(document["corrections_cents"])}
        yield {"row": "turnover", "amount": decimal(document["turnover_cents"])}
    for name in _LISTED:
        yield from (_entry(name, line) for line in document.get(name, ()))


def _sums(row: str, sums: dict[str, Any], which: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for state in _PAYMENTS:
        yield which | {"row": row, "standing": state, **_money(sums[state], 1)}
    given, not_given = sums["refunds"], sums["refunds_rejected"]
    back = {name: given[name] - not_given[name] for name in given}
    yield which | {"row": row, "standing": "given back", **_money(back, -1)}
    yield which | {"row": row, "standing": "net", "amount": decimal(sums["net_cents"])}


def _money(sum_: dict[str, int], sign: int) -> dict[str, Any]:
    return {"count": sum_["count"], "amount": decimal(sign * sum_["cents"])}


def _entry(row: str, line: dict[str, Any]) -> dict[str, Any]:
    told = {name: line[name] for name in ("kind", "programme", "standing")}
    reason = line["reason"] or ""
    amounts = {"count": 1, "amount": decimal(line["cents"])}
    return {"row": row, "entry": line["sequence"], "time": iso(line["time"]), "reason": reason, **told, **amounts}


def _inert(value: Any) -> Any:
    """No text is a formula to the spreadsheet that opens it: a programme's name comes from elsewhere."""
    is_formula = isinstance(value, str) and value.startswith(_FORMULA)
    is_number = is_formula and value[1:].replace(".", "", 1).isdigit()
    return f"'{value}" if is_formula and not is_number else value
