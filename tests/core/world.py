"""The world around the core, as a model: the store, the contract and the gateway. It knows nothing of tables or moves.

The contract settles what it likes, draws whatever it likes from the slice, and pays or refuses asks as it likes until
their deadline. Other terminals of the shop sell and give back, too.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from contracts.wire.reasons import Money, Reason, money_of
from contracts.wire.units import Address, Cents, Timestamp
from terminal.core.effects import AskEnd, Commit
from terminal.core.facts import Checkpoint, GivenBack, JournalFacts, OpenEntry, Outcome, PastSale, Slice
from tests.core.shop import NOON, OURS

Place = tuple[Address, int]


@dataclass
class World:
    """One terminal's journal, and what became of it."""

    slices: dict[int, int]
    journal: list[OpenEntry | GivenBack] = field(default_factory=list)
    ends: dict[int, Reason] = field(default_factory=dict)
    """Of asks: what the contract said, once it did."""
    notes: dict[int, AskEnd] = field(default_factory=dict)
    rejected: set[int] = field(default_factory=set)
    """What the gateway calls rejected, right or wrong."""
    block: int = 1
    time: int = int(NOON)
    settled: int = 0
    last_ask: tuple[int, int] = (0, 0)
    seen: int = 0
    """Up to here the snapshot has the own entries taken off."""
    theirs: dict[Place, PastSale] = field(default_factory=dict)
    """What other terminals of the shop sold."""
    given_by_others: dict[Place, int] = field(default_factory=lambda: defaultdict(int))

    def store(self, commit: Commit) -> None:
        self.journal.append(commit.entry())

    def settle(self, upto: int, choices: int, time: int) -> None:
        """A final block: every entry up to there is settled, each as its bit in `choices` says."""
        for number, entry in enumerate(self.journal[self.settled : upto]):
            likes = bool(choices >> number % 16 & 1)
            if isinstance(entry, OpenEntry) and entry.is_ask:
                payable = likes and self.time <= entry.deadline
                self.ends[entry.sequence] = Reason.PAID if payable else Reason.ASK_BUDGET_SHORT
                self.last_ask = entry.sequence, int(self.ends[entry.sequence])
            elif isinstance(entry, OpenEntry) and likes:
                self.slices[entry.programme] -= entry.amount
        assert min(self.slices.values()) >= 0, "an approved payment would have been rejected"
        self.settled, self.time, self.block = upto, time, self.block + 1

    def checkpoint(self) -> Checkpoint:
        parts = tuple(Slice(programme, Cents(amount)) for programme, amount in self.slices.items())
        return Checkpoint(self.block, Timestamp(self.time), 1, self.settled, parts, *self.last_ask)

    # What the store says

    @property
    def sales(self) -> list[OpenEntry]:
        """Payments and asks."""
        return [entry for entry in self.journal if isinstance(entry, OpenEntry)]

    @property
    def refunds(self) -> list[GivenBack]:
        return [entry for entry in self.journal if isinstance(entry, GivenBack)]

    def payments_open(self, programme: int) -> int:
        """Cents of payments after the checkpoint: what the slice must cover."""
        later = (sale for sale in self.sales if sale.sequence > self.settled and not sale.is_ask)
        return sum(sale.amount for sale in later if sale.programme == programme)

    def taken(self, who: Address, programme: int) -> list[OpenEntry]:
        """What is off the snapshot's budget: own payments after it, and asks that are not known to be refused."""
        own = (sale for sale in self.sales if (sale.pass_address, sale.programme) == (who, programme))
        return [e for e in own if e.sequence > self.seen and self.notes.get(e.sequence) is not AskEnd.REFUSED]

    def given_back(self, place: Place, upto: int | None = None) -> int:
        """Cents of that sale that this journal gave back."""
        own = self.refunds if upto is None else [refund for refund in self.refunds if refund.sequence <= upto]
        return sum(refund.amount for refund in own if (refund.sale_terminal, refund.sale_sequence) == place)

    def amount_of(self, place: Place) -> int:
        if place[0] == OURS:
            return next(sale.amount for sale in self.sales if sale.sequence == place[1])
        return self.theirs[place].amount

    def is_sale(self, sale: OpenEntry) -> bool:
        """Whether the store takes it for one that may be given back."""
        if sale.is_ask:
            return self.notes.get(sale.sequence) in {AskEnd.PAID, AskEnd.HANDED_OVER}
        return sale.sequence not in self.rejected

    def own_sales(self, who: Address, settled: int) -> tuple[PastSale, ...]:
        """The journal's answer to FindSales."""
        found = [self._past(sale, settled) for sale in self.sales if sale.pass_address == who and self.is_sale(sale)]
        return tuple(reversed(found))

    def gateways_sales(self, who: Address) -> tuple[PastSale, ...]:
        """The gateway's: final sales of the whole shop, with all final refunds."""
        ours = [self._past(s, self.settled) for s in self.sales if s.pass_address == who and s.sequence <= self.settled]
        paid = [sale for sale in ours if self.ends.get(sale.sequence, Reason.PAID) is Reason.PAID]
        others = [sale for sale in self.theirs.values() if sale.pass_address == who]
        return tuple(self._told(sale) for sale in (*paid, *others))

    def facts(self, fresh_from: int) -> JournalFacts:
        """What the core starts from."""
        known = min(self.settled, self.seen)
        noted = [sale for sale in self.sales if self.notes.get(sale.sequence) is not AskEnd.REFUSED]
        asks = [sale for sale in self.sales if sale.is_ask]
        standing = [sale for sale in self.sales if self.is_sale(sale)]
        outcomes = tuple(Outcome(sequence, Reason.SLICE_SHORT) for sequence in sorted(self.rejected))
        return JournalFacts(
            sequence=len(self.journal),
            forwarded=0,
            entries=tuple(sale for sale in noted if sale.sequence > known or sale.bound >= fresh_from),
            terminal=OURS,
            recent=tuple(reversed(self.journal[-5:])),
            outcomes=outcomes,
            open_asks=tuple(ask for ask in asks if ask.sequence not in self.notes),
            paid_asks=tuple(self.unanswered),
            refunds=tuple(refund for refund in self.refunds if refund.sequence > self.settled),
            last_sale=self._past(standing[-1], self.settled) if standing else None,
        )

    @property
    def unanswered(self) -> list[OpenEntry]:
        """Asks that were paid, and of which nobody said what became of the goods, nor gave anything back."""
        paid = (sale for sale in self.sales if self.notes.get(sale.sequence) is AskEnd.PAID)
        return [sale for sale in paid if not self.given_back((OURS, sale.sequence))]

    def _past(self, sale: OpenEntry, settled: int) -> PastSale:
        refunded = Cents(self.given_back((OURS, sale.sequence), settled))
        return PastSale(OURS, sale.sequence, sale.programme, sale.pass_address, sale.amount, refunded, sale.time)

    def _told(self, sale: PastSale) -> PastSale:
        place = sale.terminal, sale.sequence
        refunded = Cents(self.given_back(place, self.settled) + self.given_by_others[place])
        return PastSale(*place, sale.programme, sale.pass_address, sale.amount, refunded, sale.time)


def is_rejection(reason: Reason) -> bool:
    return money_of(reason) is Money.NOT_PAID
