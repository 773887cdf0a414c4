"""Each entry of a journal against what the contract did with it, from the contract's own state and events.

Settled says which entries are judged, and by its head that they are these; Drawn that one of them was paid from the
slice, Rejected that one was not paid. A settled entry without either was paid from the budget.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from contracts.wire import journal
from contracts.wire.errors import Broken, TryAgain
from contracts.wire.hashing import keccak256
from contracts.wire.reasons import Reason
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address, Cents, to_hex
from terminal import logs
from terminal.endpoint import Endpoint, octets, quantity
from terminal.export import Export, signed
from terminal.http import Http
from terminal.standing import Standing, judged_as

REQUEST_SECONDS = 60.0
"""For one question: an endpoint may search ten thousand blocks for the answer."""

_TERMINAL = keccak256(b"terminal(address)")[:4]


@dataclass(frozen=True, slots=True)
class Judged:
    """One entry, and what the contract did with it."""

    sequence: int
    programme: int
    amount: Cents
    standing: Standing
    reason: Reason | None
    """The contract's; None while it waits."""
    credited: Cents


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """A journal held against the contract at one final block."""

    block: int
    entries: tuple[Judged, ...]

    def having(self, *standings: Standing) -> tuple[Judged, ...]:
        """The entries of one of these standings, in order."""
        return tuple(entry for entry in self.entries if entry.standing in standings)

    @property
    def credited(self) -> int:
        """What the shop got for all entries, in cents."""
        return sum(entry.credited for entry in self.entries)

    @property
    def difference(self) -> int:
        """Approved and judged, less credited to the shop, in cents: not 0 as soon as one entry was rejected."""
        waiting = sum(entry.amount for entry in self.having(Standing.WAITING))
        return sum(entry.amount for entry in self.entries) - waiting - self.credited


async def reconcile(export: Export, url: str, from_block: int = 0) -> Reconciliation:
    """Hold the journal against the contract that it names, at the chain's newest final block.

    `from_block` is any block before the terminal's first entry was settled. Raises Broken when the chain is another
    one, when the journal is not the one that the contract settled, or when events and journal contradict each
    other, and TryAgain when the endpoint does not answer.
    """
    domain, account = export.domain, _Account(export)
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


async def require_contract(endpoint: Endpoint, domain: Domain) -> None:
    """Raises Broken unless the endpoint serves the chain that holds this contract, TryAgain when it does not answer."""
    chain_id = quantity(await endpoint.ask("eth_chainId"))
    if chain_id != domain.chain_id:
        raise Broken(f"the endpoint serves chain {chain_id}, and this belongs to chain {domain.chain_id}")
    if not octets(await endpoint.ask("eth_getCode", to_hex(domain.contract), "latest")):
        raise Broken(f"the endpoint's chain does not hold the contract {to_hex(domain.contract)}")


async def final_block(endpoint: Endpoint) -> int:
    """The newest block that stays. Raises TryAgain."""
    block = await endpoint.ask("eth_getBlockByNumber", "finalized", False)
    return quantity(block.get("number") if isinstance(block, dict) else None)


async def position(endpoint: Endpoint, domain: Domain, terminal: Address, block: int) -> tuple[int, int]:
    """Up to which entry the contract has settled this terminal's journal, and the word with the head that it keeps.

    Raises Broken when it does not know the terminal, and TryAgain when the endpoint does not answer.
    """
    data = to_hex(_TERMINAL + terminal.rjust(logs.WORD, b"\0"))
    call = {"to": to_hex(domain.contract), "data": data}
    answer = octets(await endpoint.ask("eth_call", call, hex(block)))
    if len(answer) != 3 * logs.WORD:
        raise TryAgain("the contract answers about the terminal in another form: is it ours?")
    shop, sequence, head = logs.words(answer)
    if shop == 0:
        raise Broken(f"the contract does not know the terminal {to_hex(terminal)}: have it registered")
    return sequence, head


def _require_same(export: Export, sequence: int, head_word: int) -> None:
    if sequence > len(export.lines):
        raise Broken(f"the contract settled {sequence} entries and this journal has {len(export.lines)}: an older copy")
    if sequence and journal.kept(export.lines[sequence - 1].head) != kept_head(head_word):
        raise Broken(f"the contract settled another journal than this one up to entry {sequence}: it forked")


def kept_head(word: int) -> bytes:
    """The 20 bytes of a head that stand in a bytes20 word of the contract."""
    return word.to_bytes(logs.WORD)[: journal.KEPT_HEAD_BYTES]


@dataclass(slots=True)
class _Account:
    """What the contract's events say of one journal, checked against it as they come."""

    export: Export
    settled: int = 0
    reasons: dict[int, Reason] = field(default_factory=dict)

    def take(self, log: logs.Log) -> None:
        """One more event, in the chain's order."""
        {logs.SETTLED: self._settle, logs.DRAWN: self._draw, logs.REJECTED: self._reject}[log.kind](log)

    def judgements(self) -> Iterator[Judged]:
        """What became of each entry."""
        for line in self.export.lines:
            payment = signed(line).payment
            reason = self.reasons.get(line.sequence, Reason.PAID) if line.sequence <= self.settled else None
            standing = Standing.WAITING if reason is None else judged_as(reason)
            credited = payment.amount if standing in {Standing.PAID, Standing.DRAWN} else Cents(0)
            yield Judged(line.sequence, payment.programme, payment.amount, standing, reason, credited)

    def _settle(self, log: logs.Log) -> None:
        first, last, head = log.words
        if not first == self.settled + 1 <= last:
            raise Broken(f"the contract's events settle entry {first} after entry {self.settled}: some are missing")
        _require_same(self.export, last, head)
        self.settled = last

    def _draw(self, log: logs.Log) -> None:
        sequence, amount, *_, reason = log.words
        programme, drawn_pass = log.topics[1:]
        self._note(sequence, reason)
        line = self.export.lines[sequence - 1]
        approved = signed(line)
        signer = approved.signer(self.export.domain, self.export.terminal, sequence) or b""
        said = (approved.payment.programme, int.from_bytes(signer), approved.payment.amount)
        if said != (programme, drawn_pass, amount):
            raise Broken(f"the contract drew {amount} cents for entry {sequence}, which says something else")

    def _reject(self, log: logs.Log) -> None:
        self._note(*log.words)

    def _note(self, sequence: int, reason: int) -> None:
        if not self.settled < sequence <= len(self.export.lines) or sequence in self.reasons:
            raise Broken(f"the contract's events judge entry {sequence} out of turn")
        self.reasons[sequence] = reason_of(reason)


def reason_of(number: int) -> Reason:
    """The reason with this number of the contract. Raises Broken for one that is not known here."""
    try:
        return Reason(number)
    except ValueError:
        raise Broken(f"the contract gives the reason {number}, which this program does not know: update it") from None
