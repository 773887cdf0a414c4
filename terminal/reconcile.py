"""Each entry of a journal against what the contract did with it, from the contract's own state and events.

Settled says which entries are judged, and by its head that they are these; Drawn that one of them was paid from the
slice, Rejected that one was not paid. A settled payment without either was paid from the budget. Of a paid ask, a
refund and a retirement the contract says so each time: AskPaid, Refunded, TerminalRetired.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from types import UnionType

from contracts.wire import journal
from contracts.wire.entry import (
    Ask,
    Content,
    EntryKind,
    Payment,
    PhoneAsk,
    PhonePayment,
    Refund,
    Retire,
    Signed,
)
from contracts.wire.errors import Broken
from contracts.wire.reasons import Reason
from contracts.wire.units import Cents
from terminal import logs
from terminal.contract_state import REQUEST_SECONDS, final_block, kept_head, position, reason_of, require_contract
from terminal.endpoint import Endpoint
from terminal.export import Export, signed
from terminal.http import Http
from terminal.standing import KINDS, UNSETTLED, Standing, is_ask, judged_as

SALES = frozenset({EntryKind.PAYMENT, EntryKind.ASK, EntryKind.PHONE_PAYMENT, EntryKind.PHONE_ASK})
REFUNDS = frozenset({EntryKind.REFUND})
_ASKS = frozenset({EntryKind.ASK, EntryKind.PHONE_ASK})
_SHOWN = frozenset({Standing.PAID, Standing.REJECTED})


@dataclass(frozen=True, slots=True)
class Judged:
    """One entry, and what the contract did with it."""

    sequence: int
    programme: int
    """0 for a retirement."""
    amount: Cents
    standing: Standing
    reason: Reason | None
    """The contract's; None while it waits."""
    credited: int
    """Cents to the shop; negative for a refund, whether its money has moved or is owed."""
    kind: EntryKind = EntryKind.PAYMENT

    @property
    def approved(self) -> int:
        """Cents that the counter's screen called approved: an ask counts once it is paid, a refund takes off."""
        if self.kind in _ASKS and self.standing not in _SHOWN:
            return 0
        return -self.amount if self.kind in REFUNDS else self.amount


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """A journal held against the contract at one final block."""

    block: int
    entries: tuple[Judged, ...]

    def having(self, *standings: Standing, kinds: frozenset[EntryKind] = SALES) -> tuple[Judged, ...]:
        """The entries of one of these standings and kinds, in order."""
        return tuple(entry for entry in self.entries if entry.standing in standings and entry.kind in kinds)

    @property
    def approved(self) -> int:
        """Net: what was approved less what was given back, in cents, settled or not."""
        return sum(entry.approved for entry in self.entries)

    @property
    def credited(self) -> int:
        """Net: what the shop got for all entries less what it gave back, in cents."""
        return sum(entry.credited for entry in self.entries)

    @property
    def difference(self) -> int:
        """Net approved and judged, less net credited, in cents: not 0 as soon as an approved entry was rejected."""
        judged = (entry for entry in self.entries if entry.standing not in UNSETTLED)
        return sum(entry.approved for entry in judged) - self.credited


async def reconcile(
    export: Export, url: str, from_block: int = 0, granted: Collection[int] = frozenset()
) -> Reconciliation:
    """Hold the journal against the contract that it names, at the chain's newest final block.

    `from_block` is any block before the terminal's first entry was settled; `granted` are the asks that the terminal
    itself took for paid, where that is known. Raises Broken when the chain is another one, when the journal is not the
    one that the contract settled, or when events and journal contradict each other, and TryAgain when the endpoint
    does not answer.
    """
    domain, account = export.domain, _Account(export, granted)
    async with Http(total_seconds=REQUEST_SECONDS) as http:
        endpoint = Endpoint(http, url)
        await require_contract(endpoint, domain)
        block = await final_block(endpoint)
        settled, head = await position(endpoint, domain, export.terminal, block)
        _require_same(export, settled, head)
        async for log in logs.about(endpoint, domain.contract, export.terminal, from_block, block):
            account.take(log)
    if account.settled != settled:
        raise Broken(
            f"the contract settled {settled} entries, its events since block {from_block} tell of {account.settled}: "
            "begin at an earlier block, or ask an endpoint that keeps all events"
        )
    return Reconciliation(block, tuple(account.judgements()))


def _require_same(export: Export, sequence: int, head_word: int) -> None:
    if sequence > len(export.lines):
        raise Broken(f"the contract settled {sequence} entries and this journal has {len(export.lines)}: an older copy")
    if sequence and journal.kept(export.lines[sequence - 1].head) != kept_head(head_word):
        raise Broken(f"the contract settled another journal than this one up to entry {sequence}: it forked")


@dataclass(slots=True)
class _Account:
    """What the contract's events say of one journal, checked against it as they come."""

    export: Export
    granted: Collection[int]
    settled: int = 0
    reasons: dict[int, Reason] = field(default_factory=dict)
    """Of the entries of which an event speaks."""

    def take(self, log: logs.Log) -> None:
        """One more event, in the chain's order."""
        match log.kind:
            case logs.SETTLED:
                self._settle(log)
            case logs.REJECTED:
                self._note(*log.words)
            case logs.RETIRED:
                self._require_said(log, Retire)
            case logs.REFUNDED:
                self._require_said(log, Refund, log.words[1])
            case logs.ASK_PAID:
                self._require_said(log, Ask | PhoneAsk, log.words[1])
            case logs.DRAWN:
                self._require_said(log, Payment | PhonePayment, log.words[1], log.words[-1])

    def judgements(self) -> Iterator[Judged]:
        """What became of each entry."""
        for line in self.export.lines:
            content = signed(line).content
            programme, amount = (0, Cents(0)) if isinstance(content, Retire) else (content.programme, content.amount)
            reason = self._reason(line.sequence, content)
            standing = self._standing(line.sequence, content, reason)
            credited = _SIGNS.get(standing, 0) * amount
            yield Judged(line.sequence, programme, amount, standing, reason, credited, KINDS[type(content)])

    def _reason(self, sequence: int, content: Content) -> Reason | None:
        if sequence > self.settled:
            return None
        if sequence not in self.reasons and not isinstance(content, Payment | PhonePayment):
            raise Broken(f"the contract settled entry {sequence}, and no event of it says how")
        return self.reasons.get(sequence, Reason.PAID)

    def _standing(self, sequence: int, content: Content, reason: Reason | None) -> Standing:
        if reason is None:
            return Standing.ASKED if is_ask(content) else Standing.WAITING
        standing = judged_as(content, reason)
        return Standing.REJECTED if standing is Standing.REFUSED and sequence in self.granted else standing

    def _settle(self, log: logs.Log) -> None:
        first, last, head = log.words
        if not first == self.settled + 1 <= last:
            raise Broken(f"the contract's events settle entry {first} after entry {self.settled}: some are missing")
        _require_same(self.export, last, head)
        self.settled = last

    def _require_said(
        self, log: logs.Log, kinds: type[Content] | UnionType, amount: int = 0, reason: int = Reason.PAID
    ) -> None:
        """Note the event's reason for its entry, which must be of these kinds and say what the event says."""
        sequence = log.words[0]
        self._note(sequence, reason)
        said = signed(self.export.lines[sequence - 1])
        if not isinstance(said.content, kinds) or not self._agrees(log, said, amount):
            raise Broken(f"the contract judged {amount} cents for entry {sequence}, which says something else")

    def _agrees(self, log: logs.Log, said: Signed, amount: int) -> bool:
        if isinstance(said.content, Retire):
            return True
        programme, told_pass = log.topics[1:]
        if (said.content.programme, said.content.amount) != (programme, amount):
            return False
        if isinstance(said.content, Refund):
            return True  # the contract names the pass that took the place of the entry's
        signer = said.signer(self.export.domain, self.export.terminal, log.words[0]) or b""
        return int.from_bytes(signer) == told_pass

    def _note(self, sequence: int, reason: int) -> None:
        if not self.settled < sequence <= len(self.export.lines) or sequence in self.reasons:
            raise Broken(f"the contract's events judge entry {sequence} out of turn")
        self.reasons[sequence] = reason_of(reason)


_SIGNS = {Standing.PAID: 1, Standing.DRAWN: 1, Standing.GIVEN_BACK: -1}
"""Which way the money went."""
