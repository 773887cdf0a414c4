"""`kindpakket chain settle`: bring an exported journal to the contract, without any gateway.

Authority is in the signatures, so anybody may do it who pays for the gas. The contract is asked where it stands, and
is sent what comes after; it counts no entry twice, so the same again, or beside a gateway, does no harm.
"""

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any

from contracts.chain import Sent, checksum
from contracts.wire import batch, journal
from contracts.wire import entry as wire_entry
from contracts.wire.batch import BATCH_BYTES_MAX, HEADER_BYTES, PADDING, Segment
from contracts.wire.entry import EntryKind, Retire
from contracts.wire.errors import Broken
from contracts.wire.reasons import Reason, money_of
from contracts.wire.units import Cents, euros, to_hex
from provisioning import desk, finality, judgement
from provisioning.desk import Answer
from provisioning.judgement import Judgement
from provisioning.town import Town, open_town
from terminal import export
from terminal.core.line import Line
from terminal.export import Export

ENTRIES_MAX = 700
"""In one transaction; fewer where that would take more gas than one may."""

_ROOM = BATCH_BYTES_MAX - len(PADDING) - HEADER_BYTES
_EXAMPLE = """  KINDPAKKET_KEY=0x... kindpakket chain settle shop-03.json --record deployment.json

FILE is what `kindpakket terminal journal export` wrote. The key pays for the gas and needs no right of any kind. When
it is interrupted, run it again: it goes on where the contract stands. Nothing new is no failure."""


@dataclass(frozen=True, slots=True)
class Fate:
    """One entry, and what the contract did with it."""

    sequence: int
    kind: str
    amount: Cents
    reason: Reason | None
    """None while it is not settled."""


@dataclass(frozen=True, slots=True)
class Settlement:
    """An export on the contract: how many entries were settled now, and what became of all."""

    now: int
    transactions: tuple[Sent, ...]
    fates: tuple[Fate, ...]


def settle(town: Town, exported: Export, confirmations: int | None = None) -> Settlement:
    """Settle what the contract has not, and wait until that stays.

    Raises Broken when the export is of another contract, was changed, or is of another journal than the one that the
    contract has settled; TryAgain when the node does not answer.
    """
    if exported.domain != town.deployment.domain:
        raise Broken(
            f"the journal is of the contract {to_hex(exported.domain.contract)}, and the record of another one"
        )
    before = judgement.of(town, exported.terminal)
    before.require_of(exported.lines, town)
    sent = tuple(_send_all(town, exported))
    if sent:
        finality.wait(town.chain, lambda: town.chain.wait(sent[-1].transaction), confirmations)
    after = judgement.of(town, exported.terminal)
    now = min(after.settled, len(exported.lines)) - min(before.settled, len(exported.lines))
    return Settlement(now, sent, tuple(fates(exported, after)))


def fates(exported: Export, found: Judgement) -> Iterator[Fate]:
    """What became of each entry of the export."""
    for line in exported.lines:
        signed = wire_entry.unpack(line.entry)
        content = None if signed is None else signed.content
        kind = "unknown" if content is None else EntryKind(line.entry[1]).name.lower().replace("_", " ")
        amount = Cents(0) if content is None or isinstance(content, Retire) else content.amount
        yield Fate(line.sequence, kind, amount, found.reason(line.sequence))


def _send_all(town: Town, exported: Export) -> Iterator[Sent]:
    """Send what is missing, part by part, from wherever the contract stands each time."""
    many = ENTRIES_MAX
    while rest := _missing(town, exported):
        part = _fitting(rest, many)
        call = town.contract.functions.settle(batch.encode([_segment(exported, part)]))
        try:
            sent = town.send(call)
        except Broken:  # most likely more gas than one transaction may take
            if len(part) == 1:
                raise
            many = len(part) // 2
            continue
        _require_taken(town, sent)
        desk.progress(f"{part[-1].sequence} of {len(exported.lines)} entries settled")
        yield sent


def _missing(town: Town, exported: Export) -> Sequence[Line]:
    """The entries that the contract has not settled yet. Raises Broken when they do not follow those that it has."""
    found = town.look("terminal", checksum(exported.terminal))
    settled = int(found["sequence"])
    if settled >= len(exported.lines):
        return ()
    head = exported.lines[settled - 1].head if settled else journal.genesis(exported.domain, exported.terminal)
    if journal.kept(head) != bytes(found["head"]):
        raise Broken(f"the contract settled another entry {settled} meanwhile: this journal forked")
    return exported.lines[settled:]


def _fitting(lines: Sequence[Line], many: int) -> Sequence[Line]:
    """As many of the first lines as fit in one batch."""
    sizes = accumulate(len(line.entry) for line in lines[:many])
    return lines[: sum(1 for size in sizes if size <= _ROOM)]


def _segment(exported: Export, part: Sequence[Line]) -> Segment:
    """The part as the contract takes it. Raises Broken when the terminal did not sign it."""
    first, last = part[0].sequence, part[-1]
    previous = exported.lines[first - 2].head if first > 1 else journal.genesis(exported.domain, exported.terminal)
    segment = Segment(exported.terminal, first, previous, [line.entry for line in part], last.signature)
    if not segment.is_signed(exported.domain):
        raise Broken(
            f"the terminal's signature at entry {last.sequence} does not fit: the file was changed, export anew"
        )
    return segment


def _require_taken(town: Town, sent: Sent) -> None:
    """Raises Broken when the contract refused the segment; one that somebody else settled meanwhile is fine."""
    for event in town.events(sent, "SegmentRefused"):
        reason = Reason(event["reason"])
        if reason != Reason.NOTHING_NEW:
            raise Broken(f"the contract refuses the entries: {reason.name.lower().replace('_', ' ')}")


# The command


def main(argv: list[str]) -> int:
    """Settle, and say what became of each entry."""
    parser = desk.parser("chain settle", "Settle an exported journal, without any gateway.", _EXAMPLE)
    parser.add_argument("file", type=Path, metavar="FILE", help="the exported journal")
    desk.add_town(parser)
    finality.add_confirmations(parser)
    parser.set_defaults(run=_settle)
    return desk.run(parser, argv)


def _settle(arguments: argparse.Namespace) -> Answer:
    exported = export.read(arguments.file)
    done = settle(open_town(arguments), exported, arguments.confirmations)
    return Answer("\n".join(_said(done)), _data(exported, done))


def _said(done: Settlement) -> Iterator[str]:
    yield (
        f"{done.now} entries were settled now" if done.now else "nothing new: the contract had settled all of it before"
    )
    width = max((len(euros(fate.amount)) for fate in done.fates), default=0)
    for fate in done.fates:
        yield f"{fate.sequence:>6}  {fate.kind:13}  {euros(fate.amount):>{width}}  {_outcome(fate)}"
    counted = Counter(_outcome(fate).partition(":")[0] for fate in done.fates)
    yield ", ".join(f"{count} {what}" for what, count in counted.items()) or "the journal has no entries"


def _outcome(fate: Fate) -> str:
    if fate.reason is None:
        return "not settled"
    if fate.reason is Reason.PAID:
        return "done" if fate.kind in {"refund", "retire"} else money_of(fate.reason).value
    return f"{money_of(fate.reason).value}: {fate.reason.name.lower().replace('_', ' ')}"


def _data(exported: Export, done: Settlement) -> dict[str, Any]:
    entries = [
        {
            "sequence": fate.sequence,
            "kind": fate.kind,
            "amount": fate.amount,
            "reason": None if fate.reason is None else fate.reason.name,
        }
        for fate in done.fates
    ]
    return {
        "terminal": to_hex(exported.terminal),
        "settled_now": done.now,
        "transactions": [to_hex(sent.transaction) for sent in done.transactions],
        "gas": sum(sent.gas for sent in done.transactions),
        "entries": entries,
    }
