"""The Z report: what came since the day before was closed, and what became of what that one left open.

It counts whole entries by their sequence, not by a clock, so that each entry stands in one Z report and no more. What
is not settled is listed apart and carried over: each later report lists it again until it is settled, and then how.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from contracts.wire import journal
from contracts.wire.entry import Refund, Retire, Sale
from contracts.wire.units import Timestamp, to_hex
from terminal import standing
from terminal.report.day import by_programme
from terminal.report.sums import Sums, worth
from terminal.standing import UNSETTLED, Standing, kind_of
from terminal.store import closings
from terminal.store.closings import Closing
from terminal.store.reading import Reader, View
from terminal.store.turns import Turns

_EXCEPTIONS = frozenset({Standing.DRAWN, Standing.REJECTED})


@dataclass(slots=True)
class _Day:
    programmes: dict[int, Sums] = field(default_factory=dict)
    total: Sums = field(default_factory=Sums)
    open: list[dict[str, Any]] = field(default_factory=list)
    became: list[dict[str, Any]] = field(default_factory=list)
    exceptions: list[dict[str, Any]] = field(default_factory=list)

    def count(self, content: Sale | Refund, state: Standing) -> None:
        self.programmes.setdefault(content.programme, Sums()).add(content, state)
        self.total.add(content, state)


def close(path: Path, clock: Timestamp, shop: str, turns: Turns | None = None) -> Closing:
    """Close the day of the journal in the file: the next Z report, kept for good. Sales go on beside it.

    For any process or thread, as it has connections of its own; the daemon's takes turns with approvals. Raises Broken,
    and Refused when it is not kept; then no day is closed.
    """
    with Reader.open(path) as reader:
        day = closing(reader, clock, shop)
    closings.append(path, turns or Turns(), day)
    return day


def closing(view: View, clock: Timestamp, shop: str) -> Closing:
    """The next Z report, up to the journal's last entry. Nothing is kept by it: `close` does that."""
    last, head = view.position()
    before = view.last_closing()
    genesis = journal.genesis(view.domain, view.terminal)
    previous = before.hash if before else genesis
    number, counted = (before.number + 1, before.last) if before else (1, 0)
    carried = {each["sequence"]: each for each in before.contents()["open"]} if before else {}
    day = _read(view, counted, last, carried)
    corrections = sum(each["net_cents"] - carried[each["sequence"]]["net_cents"] for each in day.became)
    names = {programme.id: programme.name for programme in view.programmes()}
    document = {
        "report": "z",
        "number": number,
        "chain_id": view.domain.chain_id,
        "contract": to_hex(view.domain.contract),
        "terminal": to_hex(view.terminal),
        "shop": shop,
        "closed_at": max(clock, view.bound()),
        "first": counted + 1,
        "last": last,
        "head": to_hex(head),
        "previous": to_hex(previous),
        "programmes": by_programme(day.programmes, names),
        "total": day.total.document(),
        "corrections_cents": corrections,
        "turnover_cents": day.total.net + corrections,
        "open": day.open,
        "became": day.became,
        "exceptions": day.exceptions,
    }
    text = json.dumps(document, separators=(",", ":"), ensure_ascii=False)
    return Closing(number, last, head, previous, text)


def _read(view: View, counted: int, last: int, carried: dict[int, dict[str, Any]]) -> _Day:
    """The entries after `counted`, and those that were carried over."""
    day = _Day()
    for booking, state, reason in standing.each(view, min(carried, default=counted + 1)):
        content, sequence = booking.content, booking.sequence
        if isinstance(content, Retire) or sequence > last or (sequence <= counted and sequence not in carried):
            continue
        line = _line(booking.sequence, content, state) | {"reason": reason.name if reason else None}
        if sequence > counted:
            day.count(content, state)
        elif state not in UNSETTLED:
            day.became.append(line)
        if state in UNSETTLED:
            day.open.append(line)
        elif state in _EXCEPTIONS and sequence > counted:
            day.exceptions.append(line)
    return day


def _line(sequence: int, content: Sale | Refund, state: Standing) -> dict[str, Any]:
    """One entry as it stands. `net_cents` is what it brings the shop, as far as is known."""
    sign = -1 if isinstance(content, Refund) else 1
    what = {"sequence": sequence, "kind": kind_of(content), "time": content.time, "programme": content.programme}
    return what | {"cents": sign * content.amount, "standing": state.value, "net_cents": worth(content, state)}
