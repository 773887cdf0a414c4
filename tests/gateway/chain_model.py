"""A chain as far as settling goes, in memory: a pool, blocks that can be undone, prices, and a contract with a cursor.

It does the worst that a real one may do, and counts what the contract consumed, in order, for each terminal.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from eth_account import Account
from eth_account.typed_transactions.typed_transaction import TypedTransaction
from hexbytes import HexBytes

from contracts.gateway.chain.events import Event
from contracts.gateway.chain.node import Block, Cursor, Newest, Receipt
from contracts.gateway.chain.refusals import Refusal
from contracts.wire import batch as wire_batch
from contracts.wire import journal
from contracts.wire.errors import TryAgain
from contracts.wire.hashing import keccak256
from contracts.wire.reasons import Reason
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address, Hash, Timestamp, to_hex

FIRST_BLOCK = 100


@dataclass(frozen=True)
class Sent:
    """A transaction as the pool holds it; `batch` is empty for one of somebody else's."""

    hash: Hash
    nonce: int
    most: int
    tip: int
    batch: bytes


@dataclass
class Mined:
    """One block: the transactions in it and what the contract then made of them."""

    sent: list[Sent] = field(default_factory=list)
    receipts: dict[Hash, Receipt] = field(default_factory=dict)


class Chain:
    """Node and contract in one: answers nothing while `down`, keeps no transaction that it takes while `forgetful`."""

    def __init__(self, domain: Domain) -> None:
        self._domain = domain
        self.blocks: list[Mined] = []
        self.pool: dict[int, Sent] = {}
        self.base, self.down, self.forgetful, self.salt = 10, False, False, 0
        self.time = 1_000

    # what settling asks ------------------------------------------------------------------------------------------

    @contextmanager
    def steady(self) -> Iterator[None]:
        if self.down:
            raise TryAgain("down")
        yield

    def newest(self) -> Newest:
        return Newest(Block(self.head, self._hash(self.head), Timestamp(self.time)), self.base, 1)

    def nonce(self, _: Address) -> int:
        return sum(len(block.sent) for block in self.blocks)

    def balance(self, _: Address) -> int:
        return 10**30

    def call_of(self, batch: bytes) -> bytes:
        return batch

    def gas_for(self, _: Address, batch: bytes) -> int:
        return 10 * len(batch)

    def cursors(self, terminals: Sequence[Address]) -> list[Cursor]:
        heads = self.heads()
        empty = (0, bytes(20))
        return [Cursor(1, *heads.get(terminal, empty)) for terminal in terminals]

    def send(self, raw: bytes) -> tuple[Refusal, str] | None:
        sent = _read(raw)
        refusal = self._refusal(sent)
        if refusal is None and not self.forgetful:
            self.pool[sent.nonce] = sent
        return None if refusal is None else (refusal, refusal.value)

    def receipt(self, transaction: Hash) -> Receipt | None:
        return next((block.receipts[transaction] for block in self.blocks if transaction in block.receipts), None)

    # what happens to it ------------------------------------------------------------------------------------------

    @property
    def head(self) -> int:
        return FIRST_BLOCK + len(self.blocks)

    def mine(self) -> None:
        """A block of what the pool holds, in order of nonces, as far as it pays."""
        self.blocks.append(Mined())
        nonce = self.nonce(Address(bytes(20)))
        while nonce in self.pool and self.pool[nonce].most >= self.base:
            sent = self.pool.pop(nonce)
            receipt = self._run(sent)
            self.blocks[-1].sent.append(sent)
            self.blocks[-1].receipts[sent.hash] = receipt
            nonce += 1

    def undo(self, depth: int, *, keep: bool) -> None:
        """The newest blocks never were. The node may put their transactions back into its pool."""
        stay = len(self.blocks) - depth
        gone = [sent for block in self.blocks[stay:] for sent in block.sent]
        del self.blocks[stay:]
        self.salt += 1
        if keep:
            self.pool |= {sent.nonce: sent for sent in gone if sent.nonce not in self.pool}

    def spend(self) -> None:
        """Something else uses the account's next nonce."""
        nonce = self.nonce(Address(bytes(20)))
        self.pool[nonce] = Sent(Hash(keccak256(f"{nonce} {self.salt}".encode())), nonce, 10**18, 1, b"")

    def consumed(self, up_to: int | None = None) -> dict[Address, list[tuple[int, int]]]:
        """What the contract took of each journal, segment by segment, up to a block."""
        found: dict[Address, list[tuple[int, int]]] = {}
        for number, block in enumerate(self.blocks, FIRST_BLOCK + 1):
            for receipt in block.receipts.values():
                for event in receipt.events if up_to is None or number <= up_to else ():
                    if event.name == "Settled":
                        place = event.number("first"), event.number("last")
                        found.setdefault(event.address("terminal"), []).append(place)
        return found

    def heads(self) -> Mapping[Address, tuple[int, bytes]]:
        found: dict[Address, tuple[int, bytes]] = {}
        for block in self.blocks:
            for receipt in block.receipts.values():
                for event in receipt.events:
                    if event.name == "Settled":
                        found[event.address("terminal")] = event.number("last"), event.arguments["head"]
        return found

    def _refusal(self, sent: Sent) -> Refusal | None:
        waits = self.pool.get(sent.nonce)
        if waits is not None and waits.hash == sent.hash:
            return Refusal.KNOWN
        if sent.nonce < self.nonce(Address(bytes(20))):
            return Refusal.NONCE_USED
        if sent.most < self.base:
            return Refusal.TOO_CHEAP
        if waits is not None and (sent.most * 10 < waits.most * 11 or sent.tip * 10 < waits.tip * 11):
            return Refusal.UNDERPRICED
        return None

    def _run(self, sent: Sent) -> Receipt:
        events = [self._judge(segment) for segment in wire_batch.decode(sent.batch)] if sent.batch else []
        return Receipt(True, self.head, self._hash(self.head), 21_000, self.base, events)

    def _judge(self, segment: wire_batch.Segment) -> Event:
        """As the contract does: what it has consumed is passed over, a gap or another journal is refused."""
        sequence, kept = self.heads().get(segment.terminal, (0, b""))
        terminal = {"terminal": to_hex(segment.terminal)}
        heads = {segment.first - 1: segment.previous_head}
        for number, entry in enumerate(segment.entries, segment.first):
            heads[number] = journal.advance(heads[number - 1], entry)
        if segment.first > sequence + 1:
            return self._event("SegmentRefused", {**terminal, "reason": Reason.GAP.value})
        if segment.last <= sequence:
            return self._event("SegmentRefused", {**terminal, "reason": Reason.NOTHING_NEW.value})
        if sequence and journal.kept(heads[sequence]) != kept:
            return self._event("SegmentRefused", {**terminal, "reason": Reason.FORK.value})
        place = {"first": sequence + 1, "last": segment.last, "head": journal.kept(heads[segment.last])}
        return self._event("Settled", {**terminal, **place})

    def _event(self, name: str, arguments: dict[str, Any]) -> Event:
        return Event(name, arguments, self.head, Hash(bytes(32)))

    def _hash(self, number: int) -> Hash:
        return keccak256(f"block {number} {self.salt}".encode())


def _read(raw: bytes) -> Sent:
    fields = TypedTransaction.from_bytes(HexBytes(raw)).as_dict()
    assert Account.recover_transaction(raw)
    price = int(fields["maxFeePerGas"]), int(fields["maxPriorityFeePerGas"])
    data = bytes(HexBytes(fields["data"]))
    return Sent(keccak256(raw), int(fields["nonce"]), *price, data)
