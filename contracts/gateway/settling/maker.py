"""Makes the next batch of what waits: leases terminals, finds where the contract stands, and what it can take now."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from contracts.chain import GAS_MAX
from contracts.gateway.chain.node import Cursor, Node
from contracts.gateway.http.auth import Clock
from contracts.gateway.settling import attention, shares, stock
from contracts.gateway.settling.attention import Trouble
from contracts.gateway.settling.batcher import Candidate, Cut, Limits, choose, due, enough
from contracts.gateway.settling.stock import Stock
from contracts.gateway.store.database import Store
from contracts.wire import batch as wire_batch
from contracts.wire import journal
from contracts.wire.batch import SEGMENTS_MAX
from contracts.wire.errors import Refused
from contracts.wire.reasons import Reason
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address

GAS_CEILING = 14_000_000
"""Of an estimate, below what a transaction may take (EIP-7825) with a margin for what changes until it is mined."""

_GAS_MORE = 100_000

_FEW_ENTRIES = 100
"""A node's own rules about one transaction leave room for these: no batch is made smaller because of them."""


@dataclass(frozen=True, slots=True)
class Made:
    """A batch as the contract is called with it, the most gas that it may use, and what it settles."""

    call: bytes
    gas: int
    cuts: Sequence[Cut]


class Maker:
    """Makes batches for one account; `payer` is its address, `owner` this process among those that share the store."""

    def __init__(
        self, store: Store, node: Node, payer: Address, owner: str, domain: Domain, clock: Clock, limits: Limits
    ) -> None:
        self._store = store
        self._node = node
        self._payer = payer
        self._owner = owner
        self._domain = domain
        self._clock = clock
        self._limits = limits
        self._entries = limits.entries

    def lease(self) -> Mapping[Address, int]:
        """Terminals for one batch, when one is due: up to where each one's entries are on their way already."""
        now = self._clock()
        with self._store.reading() as connection:
            waiting = shares.waiting(connection, self._owner, now, SEGMENTS_MAX)
        if not due(waiting, self._limits, now):
            return {}
        with self._store.writing() as connection:
            return shares.lease(connection, self._owner, now, enough(waiting, self._entries))

    def release(self, terminals: Collection[Address]) -> None:
        """Others may have them."""
        if terminals:
            with self._store.writing() as connection:
                shares.release(connection, self._owner, terminals)

    def taken(self) -> None:
        """The node took the last batch: the next may be larger again."""
        self._entries = min(self._limits.entries, self._entries * 2)

    def refused(self, made: Made) -> None:
        """The node did not take this batch, perhaps for what it would cost in all: the next is smaller."""
        half = sum(cut.count for cut in made.cuts) // 2
        self._entries = min(self._limits.entries, max(_FEW_ENTRIES, half))

    def make(self, leased: Mapping[Address, int], alone: Collection[Address]) -> Made | None:
        """The batch for these terminals; one with a terminal of `alone` holds nothing else."""
        stocks = self._stocks(leased)
        candidates = [one.candidate() for one in stocks.values()]
        apart = [one for one in candidates if one.terminal in alone][:1]
        return self._prepare(stocks, apart or candidates, self._entries, "no signed segment fits in a batch")

    def _stocks(self, leased: Mapping[Address, int]) -> dict[Address, Stock]:
        """What these terminals have beyond the contract's newest cursor."""
        cursors = dict(zip(leased, self._node.cursors(list(leased)), strict=True))
        after = {terminal: cursors[terminal].sequence for terminal in leased}
        with self._store.reading() as connection:
            found = stock.read(connection, self._domain, after, self._entries)
        going = {one.terminal: one for one in found if self._goes_on(one, cursors[one.terminal], leased[one.terminal])}
        self._pass_over({one.terminal for one in found} - going.keys())
        return going

    def _pass_over(self, terminals: Collection[Address]) -> None:
        """What waits for a block can be many, and has waited longest: others have their turn first."""
        if terminals:
            with self._store.writing() as connection:
                shares.pass_over(connection, self._owner, terminals, self._clock())

    def _goes_on(self, found: Stock, cursor: Cursor, on_its_way: int) -> bool:
        """Whether this can be sent: not when something waits that comes before, nor when the journals differ.

        Nor when the contract does not know the terminal: its registration was in a block that is undone.
        """
        if not cursor.shop or found.head is None or not found.rows or cursor.sequence < on_its_way:
            return False
        if cursor.sequence and journal.kept(found.head) != cursor.head:
            self._mark(Trouble(found.terminal, Reason.FORK, f"the contract has another entry {cursor.sequence}"))
            return False
        return True

    def _prepare(
        self, stocks: Mapping[Address, Stock], candidates: Sequence[Candidate], entries: int, why: str
    ) -> Made | None:
        """As much as the contract can take now.

        What is refused is tried again with half the terminals, and then with half the entries of the first one. Nothing
        is left of it when that terminal's shortest signed segment cannot be settled: it is marked, and rests.
        """
        cuts = choose(candidates, entries)
        if not cuts:
            for one in candidates[:1]:
                self._mark(Trouble(one.terminal, Reason.SEGMENT_FORM, why))
            return None
        batch = wire_batch.encode(stocks[cut.terminal].segment(cut) for cut in cuts)
        try:
            return Made(self._node.call_of(batch), self._gas(batch), cuts)
        except Refused as refusal:
            if len(cuts) == 1:
                first = [one for one in candidates if one.terminal == cuts[0].terminal]
                return self._prepare(stocks, first, cuts[0].count // 2, refusal.detail)
            half = {cut.terminal for cut in cuts[: len(cuts) // 2]}
            return self._prepare(stocks, [one for one in candidates if one.terminal in half], entries, refusal.detail)

    def _gas(self, batch: bytes) -> int:
        """What it may use: unused gas costs nothing, and what happens until it is mined can make it dearer."""
        gas = self._node.gas_for(self._payer, batch)
        if gas > GAS_CEILING:
            raise Refused(Reason.REQUEST_TOO_LARGE, f"{gas} gas is more than {GAS_CEILING}")
        return min(GAS_MAX - 1, gas * 3 // 2 + _GAS_MORE)

    def _mark(self, trouble: Trouble) -> None:
        with self._store.writing() as connection:
            attention.mark(connection, trouble, self._clock())
