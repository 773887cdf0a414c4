"""The day's books: what shopkeepers saw, what journals hold, what the gateway says, what the contract did.

Four witnesses of the same money. They are laid side by side entry by entry, and any contradiction is named.
"""

import json
from collections import Counter as Tally
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from contracts.wire.reasons import Reason
from contracts.wire.units import Cents, euros
from provisioning.demo.counter import Noted
from terminal.core.facts import Outcome
from terminal.reconcile import Judged, Reconciliation
from terminal.standing import Standing


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
class Report:
    """The books in numbers; `difference_cents` is approved less credited, and rejections show in it."""

    approved: int
    refused: int
    settled: int
    drawn: int
    rejected: int
    approved_cents: int
    credited_cents: int
    drawn_cents: int
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


def close(tills: Iterable[Till], credited: Cents, refusals: Iterable[Reason], scans: int) -> Report:
    """The books of these tills. `credited` is what the contract owes or paid the shops, by its own account."""
    tills = list(tills)
    entries = [entry for till in tills for entry in till.contract.entries]
    drawn = [entry for entry in entries if entry.standing is Standing.DRAWN]
    rejected = [entry for entry in entries if entry.standing is Standing.REJECTED]
    refused = Tally(reason.name for reason in refusals)
    approved_cents = sum(entry.amount for entry in entries)
    return Report(
        approved=len(entries),
        refused=refused.total(),
        settled=sum(1 for entry in entries if entry.standing in {Standing.PAID, Standing.DRAWN}),
        drawn=len(drawn),
        rejected=len(rejected),
        approved_cents=approved_cents,
        credited_cents=credited,
        drawn_cents=sum(entry.amount for entry in drawn),
        difference_cents=approved_cents - credited,
        scans=scans,
        refusals=dict(sorted(refused.items())),
        contradictions=[line for till in tills for line in contradictions(till)],
    )


def contradictions(till: Till) -> Iterator[str]:
    """Where two witnesses of this terminal disagree."""
    journal = {entry.sequence: entry for entry in till.contract.entries}
    for noted in till.notebook.values():
        entry = journal.get(noted.sequence)
        if entry is None or entry.amount != noted.amount:
            yield f"{till.name}: the screen approved entry {noted.sequence}, and the journal does not hold it"
    for entry in journal.values():
        word = till.outcomes.get(entry.sequence)
        if word is None or word.reason != entry.reason:
            yield f"{till.name}: entry {entry.sequence} is {entry.reason!r} by the contract, {word} by the gateway"


def table(tills: Iterable[Till]) -> list[str]:
    """The entries that were not simply paid, and a sum a till."""
    rows = ["  till       entry      amount   what the contract did", "  " + "-" * 62]
    for till in tills:
        rows += [_row(till.name, entry) for entry in till.contract.entries if entry.standing is not Standing.PAID][:12]
        rows.append(_sum(till))
    return rows


def _row(name: str, entry: Judged) -> str:
    reason = entry.reason.name.lower().replace("_", " ") if entry.reason is not None else ""
    return f"  {name:<9}  {entry.sequence:>5}  {euros(entry.amount):>10}   {entry.standing}: {reason}"


def _sum(till: Till) -> str:
    entries = till.contract.entries
    kinds = Tally(str(entry.standing) for entry in entries)
    said = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    total = Cents(sum(entry.amount for entry in entries))
    return f"  {till.name:<9}  total  {euros(total):>10}   {said}"


def verdict(report: Report) -> list[str]:
    """The books in words; the last line is the one that counts."""
    drawn = f"({report.drawn} drawn from slices)"
    return [
        f"approved   {report.approved:>5} payments   EUR {euros(Cents(report.approved_cents)):>10}",
        f"credited   {report.settled:>5} payments   EUR {euros(Cents(report.credited_cents)):>10}   {drawn}",
        f"rejected   {report.rejected:>5}",
        f"refused    {report.refused:>5} at the counter, of {len(report.refusals)} kinds",
        *(f"contradiction: {line}" for line in report.contradictions),
        f"difference {report.difference_cents}",
    ]
