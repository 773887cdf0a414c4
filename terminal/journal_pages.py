"""Entries and a reconciliation as the journal's commands show them: documents for machines, rows for people."""

from typing import Any

from contracts.wire.entry import Refund, Retire, Sale
from contracts.wire.reasons import MEANINGS, Reason
from contracts.wire.units import Cents, euros, to_hex
from terminal import commands
from terminal.reconcile import REFUNDS, SALES, Judged, Reconciliation
from terminal.standing import APPROVED, Standing, is_ask, kind_of
from terminal.store.books import Booking

HEADS = ("entry", "kind", "time (UTC)", "programme", "EUR", "standing")

_LINES = {
    "approved": (SALES, APPROVED),
    "paid": (SALES, (Standing.PAID,)),
    "drawn": (SALES, (Standing.DRAWN,)),
    "rejected": (SALES, (Standing.REJECTED,)),
    "unsettled": (SALES, (Standing.WAITING,)),
    "asked": (SALES, (Standing.ASKED,)),
    "refused": (SALES, (Standing.REFUSED,)),
    "refunded": (REFUNDS, (Standing.GIVEN_BACK,)),
    "refunds_rejected": (REFUNDS, (Standing.REJECTED,)),
    "refunds_unsettled": (REFUNDS, (Standing.WAITING,)),
}
"""What a reconciliation adds up, line by line: of which kinds, and how they stand."""

_ALWAYS = 5
"""So many of the lines are there for people even when there is nothing in them."""


def booked(booking: Booking, state: Standing, reason: Reason | None) -> dict[str, Any]:
    """One entry for machines. The amount of a refund is negative, a retirement has none."""
    content = booking.content
    money = {} if isinstance(content, Retire) else {"programme": content.programme, "amount": _signed(content)}
    return {
        "sequence": booking.sequence,
        "kind": kind_of(content),
        "time": content.time,
        **money,
        "standing": state,
        "reason": reason.name if reason else None,
        "advice": MEANINGS[reason].en if reason else None,
    }


def parties(booking: Booking) -> dict[str, Any]:
    """Whose budget the entry is about, which sale a refund gives back, and how an ask ended."""
    content = booking.content
    told: dict[str, Any] = {} if booking.pass_address is None else {"pass": to_hex(booking.pass_address)}
    if isinstance(content, Refund):
        told |= {"sale_terminal": to_hex(content.terminal), "sale_sequence": content.sequence}
    if is_ask(content):
        told["end"] = booking.end
    return told


def row(booking: Booking, state: Standing, reason: Reason | None) -> tuple[str, ...]:
    """One entry for people, below HEADS."""
    content = booking.content
    said = f"{state}: {reason.name}" if reason else state
    money = ("", "") if isinstance(content, Retire) else (str(content.programme), _euros(_signed(content)))
    return str(booking.sequence), kind_of(content), commands.utc(content.time), *money, said


def reconciled(found: Reconciliation) -> dict[str, Any]:
    """A reconciliation for machines. Sums in cents are never negative, credit and difference may be."""
    sums = {name: found.having(*states, kinds=kinds) for name, (kinds, states) in _LINES.items()}
    return {
        "block": found.block,
        **{name: len(entries) for name, entries in sums.items()},
        **{f"{name}_cents": _total(entries) for name, entries in sums.items()},
        "net_approved_cents": found.approved,
        "credited_cents": found.credited,
        "difference_cents": found.difference,
        "exceptions": [
            {"sequence": entry.sequence, "amount": entry.amount, "reason": entry.reason.name}
            for entry in found.entries
            if entry.reason
        ],
    }


def account(found: Reconciliation) -> str:
    """A reconciliation for people."""
    rows = []
    for number, (name, (kinds, states)) in enumerate(_LINES.items()):
        entries = found.having(*states, kinds=kinds)
        if entries or number < _ALWAYS:
            rows.append((name.replace("_", " "), str(len(entries)), euros(Cents(_total(entries)))))
    exceptions = [
        f"entry {entry.sequence}, {euros(entry.amount)}, {entry.standing}: {MEANINGS[entry.reason].en}"
        for entry in found.entries
        if entry.reason
    ]
    total = f"difference at block {found.block}: {found.difference} cents"
    return "\n".join([commands.table(("", "entries", "EUR"), rows), *exceptions, total])


def _total(entries: tuple[Judged, ...]) -> int:
    return sum(entry.amount for entry in entries)


def _signed(content: Sale | Refund) -> int:
    return -content.amount if isinstance(content, Refund) else content.amount


def _euros(amount: int) -> str:
    return ("-" if amount < 0 else "") + euros(Cents(abs(amount)))
