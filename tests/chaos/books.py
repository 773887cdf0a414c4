"""What must hold when the storm is over. Pure: evidence in, findings out, so that it can be shown that it finds.

Five witnesses of the same money: what screens showed, the journals, the gateways, the contract's events, its state.
What waits for orders is held to each other in `aside`.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from contracts.wire.entry import EntryKind
from contracts.wire.reasons import Reason
from tests.chaos import aside

ASKS = frozenset({EntryKind.ASK, EntryKind.PHONE_ASK})
PAYMENTS = frozenset({EntryKind.PAYMENT, EntryKind.PHONE_PAYMENT})
_JUDGING = {"Drawn": PAYMENTS, "AskPaid": ASKS, "Refunded": frozenset({EntryKind.REFUND})}
_PAID_ENDS = frozenset({"paid", "handed over", "given back"})


@dataclass(frozen=True, slots=True)
class Booked:
    """One line of a journal: what it says, and 20 bytes of the head after it."""

    sequence: int
    kind: EntryKind
    programme: int
    amount: int
    head: bytes


@dataclass(frozen=True, slots=True)
class Seen:
    """What a screen called approved, or given back."""

    sequence: int
    amount: int
    refund: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """One event of the contract about a terminal: `Settled` speaks of first..last, any other of one sequence."""

    name: str
    sequence: int = 0
    amount: int = 0
    reason: int = 0
    first: int = 0
    last: int = 0
    head: bytes = b""


@dataclass(frozen=True, slots=True)
class Till:
    """Everything that is known of one terminal. Heads are 20 bytes."""

    name: str
    shop: int
    journal: Sequence[Booked]
    seen: Sequence[Seen]
    ends: Mapping[int, str]
    """How asks ended, as the terminal noted."""
    outcomes: Mapping[int, int]
    """What the gateway told the terminal: the reason of each entry."""
    told: Sequence[Told]
    """The contract's events, in order."""
    cursor: tuple[int, bytes]
    """The contract's sequence and head."""
    positions: Mapping[str, tuple[int, bytes]]
    """Each gateway's."""
    locked: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that is left when the storm is over."""

    tills: Sequence[Till]
    credits: Mapping[tuple[int, int], int]
    """By programme and shop: what the contract owes the shop less what that owes for refunds, in cents."""
    lived: Mapping[str, Sequence[Any]]
    """The gateways' projection, table by table."""
    rebuilt: Mapping[str, Sequence[Any]]
    """The same, read anew from the chain alone."""
    faults: Sequence[str] = field(default=())
    """What else went wrong on the way: a process that ended by itself."""
    orders: aside.Orders = field(default_factory=aside.Orders)
    unaccounted: Mapping[int, int] = field(default_factory=dict)
    """By programme: cents that the contract holds, less reserve, budgets, orders, slices and credits."""


def findings(evidence: Evidence) -> list[str]:
    """Everything that is wrong; nothing when the books are in order."""
    found = list(evidence.faults)
    for till in evidence.tills:
        found += (f"{till.name}: {what}" for what in _till(till))
    return [*found, *_credits(evidence), *_held(evidence), *aside.findings(evidence.orders), *_projection(evidence)]


def approved(till: Till) -> dict[tuple[int, int], int]:
    """Net cents that were approved and not given back, by programme and shop: what the shop must have."""
    paid = {told.sequence for told in till.told if told.name == "AskPaid"}
    sums: Counter[tuple[int, int]] = Counter()
    for entry in till.journal:
        if entry.kind in PAYMENTS or entry.sequence in paid:
            sums[entry.programme, till.shop] += entry.amount
        elif entry.kind is EntryKind.REFUND:
            sums[entry.programme, till.shop] -= entry.amount
    return dict(sums)


def difference(evidence: Evidence) -> int:
    """Cents approved less cents credited, over all shops."""
    return sum(sum(approved(till).values()) for till in evidence.tills) - sum(evidence.credits.values())


def _till(till: Till) -> Iterator[str]:
    if till.locked:
        yield "it is locked"
    yield from _settled(till)
    yield from _places(till)
    yield from _judged(till)
    yield from _shown(till)
    yield from _heard(till)


def _settled(till: Till) -> Iterator[str]:
    """Each sequence is settled once, in order, under the journal's own head."""
    heads = {entry.sequence: entry.head for entry in till.journal}
    counts: Counter[int] = Counter()
    next_first = 1
    for told in (each for each in till.told if each.name == "Settled"):
        counts.update(range(told.first, told.last + 1))
        if told.first != next_first:
            yield f"entries {told.first}..{told.last} were settled when {next_first} was next"
        if heads.get(told.last) != told.head:
            yield f"another journal was settled up to {told.last}"
        next_first = told.last + 1
    for entry in till.journal:
        if counts[entry.sequence] != 1:
            yield f"entry {entry.sequence} was settled {counts[entry.sequence]} times"
    if surplus := sorted(set(counts) - set(heads)):
        yield f"entries {surplus} were settled, and the journal has none such"


def _places(till: Till) -> Iterator[str]:
    """Journal, gateways and contract stand at the same entry with the same head."""
    last = (till.journal[-1].sequence, till.journal[-1].head) if till.journal else None
    for who, (sequence, head) in {"the contract": till.cursor, **till.positions}.items():
        if last and (sequence, head) != last:
            yield f"{who} stands at {sequence}, {head.hex()[:8]}, the journal at {last[0]}, {last[1].hex()[:8]}"


def _judged(till: Till) -> Iterator[str]:
    """What was approved is not rejected; asks and refunds are answered once; events say what the journal says."""
    by_sequence: dict[int, list[Told]] = {}
    for told in till.told:
        if told.name not in {"Settled", "SegmentRefused"}:
            by_sequence.setdefault(told.sequence, []).append(told)
    for entry in till.journal:
        judged = by_sequence.pop(entry.sequence, [])
        if len(judged) > 1:
            yield f"entry {entry.sequence} was judged {len(judged)} times"
        if not judged and entry.kind not in PAYMENTS and entry.kind is not EntryKind.RETIRE:
            yield f"{entry.kind.name} {entry.sequence} was not answered"
        yield from (wrong for told in judged if (wrong := _contradicts(entry, told)))
    if by_sequence:
        yield f"the contract judged {sorted(by_sequence)}, which the journal does not have"


def _contradicts(entry: Booked, told: Told) -> str:
    if told.name == "Rejected":
        name = Reason(told.reason).name
        return "" if entry.kind in ASKS else f"{entry.kind.name} {entry.sequence} was rejected: {name}"
    if told.name == "TerminalRetired":
        return "" if entry.kind is EntryKind.RETIRE else f"entry {entry.sequence} is no retirement"
    if entry.kind not in _JUDGING[told.name] or told.amount != entry.amount:
        return f"{told.name} of {told.amount} cents for {entry.kind.name} {entry.sequence} of {entry.amount}"
    return ""


def _shown(till: Till) -> Iterator[str]:
    """What a screen showed stands in the journal, and is paid."""
    entries = {entry.sequence: entry for entry in till.journal}
    paid = {told.sequence for told in till.told if told.name == "AskPaid"}
    for seen in till.seen:
        entry = entries.get(seen.sequence)
        if entry is None:
            yield f"the screen approved entry {seen.sequence}, which is lost"
        elif (entry.amount, entry.kind is EntryKind.REFUND) != (seen.amount, seen.refund):
            yield f"the screen showed {seen.amount} cents for entry {seen.sequence}, which says {entry.amount}"
        elif entry.kind in ASKS and entry.sequence not in paid:
            yield f"the screen approved ask {entry.sequence}, which is not paid"


def _heard(till: Till) -> Iterator[str]:
    """The terminal knows of each entry what the contract made of it, and of each ask how it ended."""
    reasons = {told.sequence: told.reason for told in till.told if told.name in {"Drawn", "Rejected"}}
    paid = {told.sequence for told in till.told if told.name == "AskPaid"}
    for entry in till.journal:
        heard, judged = till.outcomes.get(entry.sequence), reasons.get(entry.sequence, 0)
        if heard != judged:
            yield f"entry {entry.sequence} ended with {judged}, and the terminal heard {heard}"
        if entry.kind in ASKS:
            end = till.ends.get(entry.sequence)
            if end is None or (end in _PAID_ENDS) != (entry.sequence in paid):
                yield f"ask {entry.sequence} ended as {end!r}, and it is {'' if entry.sequence in paid else 'not '}paid"


def _credits(evidence: Evidence) -> Iterator[str]:
    wanted: Counter[tuple[int, int]] = Counter()
    for till in evidence.tills:
        wanted.update(approved(till))
    for key in sorted({*wanted, *evidence.credits}):
        if wanted[key] != evidence.credits.get(key, 0):
            programme, shop = key
            credit = evidence.credits.get(key, 0)
            yield f"shop {shop} should have {wanted[key]} cents of programme {programme}, and has {credit}"


def _held(evidence: Evidence) -> Iterator[str]:
    for programme, cents in evidence.unaccounted.items():
        if cents:
            yield f"programme {programme} holds {cents} cents more than its parts come to"


def _projection(evidence: Evidence) -> Iterator[str]:
    for name in sorted({*evidence.lived, *evidence.rebuilt}):
        lived, rebuilt = list(evidence.lived.get(name, ())), list(evidence.rebuilt.get(name, ()))
        if lived != rebuilt:
            odd = next((pair for pair in zip(lived, rebuilt, strict=False) if pair[0] != pair[1]), None)
            rows = f"{len(lived)} rows lived, {len(rebuilt)} rebuilt"
            yield f"the table {name} rebuilt from the chain is another one ({rows}; first apart: {odd})"
