"""The day's books: what shopkeepers saw, what journals hold, what the gateway says, what the contract did.

Four witnesses of the same money. They are laid side by side entry by entry, and any contradiction is named.
"""

import json
from collections import Counter as Tally
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from contracts.wire.entry import EntryKind
from contracts.wire.reasons import Reason
from contracts.wire.units import Cents, euros
from provisioning.demo.counter import Noted
from terminal.core.facts import Outcome
from terminal.reconcile import REFUNDS, SALES, Judged, Reconciliation
from terminal.standing import Standing

NOTHING = Cents(0)
_NEVER_APPROVED = {Standing.ASKED, Standing.REFUSED}
_SETTLED = {Standing.PAID, Standing.DRAWN}
_AS_WISHED = {Standing.PAID, Standing.GIVEN_BACK, Standing.RETIRED}


@dataclass(frozen=True, slots=True)
class Till:
    """What is known of one terminal at the end of the day."""

    name: str
    notebook: Mapping[int, Noted]
    outcomes: Mapping[int, Outcome]
    """The gateway's word, as the terminal stored it."""
    contract: Reconciliation
    """The journal, entry by entry, with what the contract did."""


@dataclass(frozen=True, slots=True)
class Lost:
    """A payment that was approved at a till whose journal is no more, and what the sponsor made good for it."""

    till: str
    sequence: int
    amount: Cents


@dataclass(frozen=True, slots=True)
class Report:
    """The books in numbers. Approved and credited are net of what was given back.

    `difference_cents` is approved less credited, and lost less compensated; rejections show in it.
    """

    approved: int
    refused: int
    settled: int
    drawn: int
    rejected: int
    refunds: int
    lost: int
    approved_cents: int
    credited_cents: int
    drawn_cents: int
    refunded_cents: int
    lost_cents: int
    compensated_cents: int
    difference_cents: int
    scans: int
    refusals: dict[str, int]
    contradictions: list[str]

    @property
    def balanced(self) -> bool:
        """Whether every approved cent was credited, once, and all witnesses agree."""
        return self.difference_cents == 0 and self.approved == self.settled and not self.contradictions

    def save(self, path: Path) -> None:
        """Write it as JSON."""
        path.write_text(json.dumps(asdict(self), indent=2) + "\n")


@dataclass(frozen=True, slots=True)
class Paid:
    """The contract's own account: for entries that were settled, net, and beside them."""

    credited: Cents
    compensated: Cents = NOTHING


def close(
    tills: Iterable[Till], paid: Paid, refusals: Iterable[Reason], scans: int, lost: Sequence[Lost] = ()
) -> Report:
    """The books of these tills."""
    tills = list(tills)
    missing = {(each.till, each.sequence) for each in lost}
    entries = [entry for till in tills for entry in till.contract.entries if (till.name, entry.sequence) not in missing]
    sales = [entry for entry in entries if entry.kind in SALES and entry.standing not in _NEVER_APPROVED]
    refunds = [entry for entry in entries if entry.kind in REFUNDS]
    drawn = [entry for entry in sales if entry.standing is Standing.DRAWN]
    refused = Tally(reason.name for reason in refusals)
    approved_cents, lost_cents = sum(entry.approved for entry in entries), sum(each.amount for each in lost)
    return Report(
        approved=len(sales),
        refused=refused.total(),
        settled=sum(1 for entry in sales if entry.standing in _SETTLED),
        drawn=len(drawn),
        rejected=sum(1 for entry in entries if entry.standing is Standing.REJECTED),
        refunds=len(refunds),
        lost=len(lost),
        approved_cents=approved_cents,
        credited_cents=paid.credited,
        drawn_cents=sum(entry.amount for entry in drawn),
        refunded_cents=sum(entry.amount for entry in refunds),
        lost_cents=lost_cents,
        compensated_cents=paid.compensated,
        difference_cents=approved_cents - paid.credited + lost_cents - paid.compensated,
        scans=scans,
        refusals=dict(sorted(refused.items())),
        contradictions=[line for till in tills for line in contradictions(till, missing)],
    )


def contradictions(till: Till, lost: Iterable[tuple[str, int]] = ()) -> Iterator[str]:
    """Where two witnesses of this terminal disagree."""
    gone = {sequence for name, sequence in lost if name == till.name}
    journal = {entry.sequence: entry for entry in till.contract.entries}
    for noted in till.notebook.values():
        entry = journal.get(noted.sequence)
        if entry is None or (entry.amount, entry.kind in REFUNDS) != (noted.amount, noted.refund):
            yield f"{till.name}: the screen showed entry {noted.sequence}, and the journal does not hold it so"
    for entry in journal.values():
        word = till.outcomes.get(entry.sequence)
        if entry.sequence in gone and entry.reason is not None:
            yield f"{till.name}: entry {entry.sequence} was compensated, and settled as well"
        if entry.sequence not in gone and (word is None or word.reason != entry.reason):
            yield f"{till.name}: entry {entry.sequence} is {entry.reason!r} by the contract, {word} by the gateway"


def table(tills: Iterable[Till]) -> list[str]:
    """The entries that were not simply paid, and a sum a till."""
    rows = ["  till       entry      amount   what the contract did", "  " + "-" * 62]
    for till in tills:
        odd = [entry for entry in till.contract.entries if entry.standing not in _AS_WISHED]
        rows += [_row(till.name, entry) for entry in odd][:12]
        rows.append(_sum(till))
    return rows


def _row(name: str, entry: Judged) -> str:
    reason = f": {entry.reason.name.lower().replace('_', ' ')}" if entry.reason is not None else ""
    what = "" if entry.kind is EntryKind.PAYMENT else f" ({entry.kind.name.lower().replace('_', ' ')})"
    return f"  {name:<9}  {entry.sequence:>5}  {euros(entry.amount):>10}   {entry.standing}{reason}{what}"


def _sum(till: Till) -> str:
    entries = till.contract.entries
    kinds = Tally(str(entry.standing) for entry in entries)
    said = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    return f"  {till.name:<9}  total  {euros(Cents(till.contract.approved)):>10}   {said}"


def verdict(report: Report) -> list[str]:
    """The books in words; the last line is the one that counts."""
    drawn, back = f"({report.drawn} drawn from slices)", f"net of {report.refunds} refunds"
    lost = f"lost       {report.lost:>5} payments   EUR {euros(Cents(report.lost_cents)):>10}   compensated"
    return [
        f"approved   {report.approved:>5} payments   EUR {euros(Cents(report.approved_cents)):>10}   {back}",
        f"credited   {report.settled:>5} payments   EUR {euros(Cents(report.credited_cents)):>10}   {drawn}",
        *([lost] if report.lost else []),
        f"rejected   {report.rejected:>5}",
        f"refused    {report.refused:>5} at the counter, of {len(report.refusals)} kinds",
        *(f"contradiction: {line}" for line in report.contradictions),
        f"difference {report.difference_cents}",
    ]
