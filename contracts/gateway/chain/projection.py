"""What the contract's events make of the gateway's tables: every event in order, once, in the reader's transaction.

Built from the chain alone, so it can be emptied and built again at any time.
"""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile

from sqlalchemy import Connection, insert, update

from contracts.gateway.chain import claims, decisions
from contracts.gateway.chain.budget import DAY_SECONDS, Budget, day_of
from contracts.gateway.chain.claims import Claim
from contracts.gateway.chain.events import Event
from contracts.gateway.store import aside, journals, ledger
from contracts.gateway.store.aside import Aside
from contracts.gateway.store.database import Key, put
from contracts.gateway.store.tables import outcomes, sales, slices, terminals
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address, Cents, Timestamp

Place = tuple[Address, int]

MARKS = frozenset({"Drawn", "Rejected", "AskPaid", "Refunded", "TerminalRetired"})
"""What is said of an entry before the `Settled` that consumes it."""

TIMED = frozenset({"Settled", "SetAside"})
"""What counts for the day of its block."""


@dataclass(frozen=True, slots=True)
class Judged:
    """An entry that the contract has consumed: its bytes, if they were found, and what the contract said of it."""

    place: Place
    entry: bytes | None
    claim: Claim | None
    mark: Event | None
    at: Timestamp

    @property
    def name(self) -> str:
        """The event that says what became of it; a payment of which nothing is said was paid from its budget."""
        return "Paid" if self.mark is None else self.mark.name

    def number(self, name: str) -> int:
        """A number that the contract gave; 0 when it gave none."""
        return 0 if self.mark is None or name not in self.mark.arguments else self.mark.number(name)

    def programme(self) -> int | None:
        """The programme in which it was judged, if that is known; behind a journal's end it makes no difference."""
        return None if self.entry is None else claims.programme(self.entry)


@dataclass(slots=True)
class Projection:
    """Applies events to the tables of one transaction; `finish` after the last.

    `entries` gives the entries of a Settled event, first to last, or None when nobody could find them: outcomes are
    complete even then, but what they did to budgets is unknown, and the reader must ask the contract; and sales and
    refunds among them are not known as such. `times` has the time of every block with an event that is `TIMED`.

    `said` is what was said since the last Settled, in order: marks of entries, and money that came back to budgets.
    `written` are the budgets that entries have changed.
    """

    connection: Connection
    domain: Domain
    entries: Callable[[Event], Sequence[bytes] | None]
    times: Mapping[int, Timestamp]
    said: deque[Event] = field(default_factory=deque)
    written: set[Key] = field(default_factory=set)
    _outcomes: list[Mapping[str, object]] = field(default_factory=list)
    _sales: list[Mapping[str, object]] = field(default_factory=list)
    _budgets: ledger.Held = field(init=False)

    def __post_init__(self) -> None:
        self._budgets = ledger.Held(self.connection)

    def apply(self, event: Event) -> None:
        """One event. Those that change nothing here (money of sponsors, payouts, refused segments) pass by."""
        if self.said and self.said[0].transaction != event.transaction:
            self._hear(len(self.said))
        if event.name in MARKS or event.name == "Repaid":
            self.said.append(event)
        elif event.name == "Settled":
            self._settled(event)
        elif event.name in _ORDERS:
            self._hear(len(self.said))
            _ORDERS[event.name](self, event)
        elif event.name in decisions.HANDLERS:
            self.finish()
            decisions.HANDLERS[event.name](self.connection, event)

    def finish(self) -> None:
        """Take note of money that came back by no settlement, and write what was held back to be written at once."""
        self._hear(len(self.said))
        self._budgets.flush()
        self._write_sales()
        if self._outcomes:
            self.connection.execute(insert(outcomes), self._outcomes)
            self._outcomes = []

    def _write_sales(self) -> None:
        if self._sales:
            self.connection.execute(insert(sales), self._sales)
            self._sales = []

    def _settled(self, event: Event) -> None:
        """The entries one by one, and between them what came back to budgets: all that a day's sum depends on.

        Refunds that wait for a shop's credit are served when the contract goes on to another programme, and at the end.
        """
        terminal, first, last = event.address("terminal"), event.number("first"), event.number("last")
        found, programme = self.entries(event), None
        taken = {} if found is None else self._claims(terminal, first, found)
        self._budgets.load({(one.programme, one.pass_address) for one in taken.values()})
        for sequence in range(first, last + 1):
            entry, claim = None if found is None else found[sequence - first], taken.get(sequence)
            mark = self._mark((terminal, sequence))
            judged = Judged((terminal, sequence), entry, claim, mark, self.times[event.block])
            if judged.programme() not in {None, programme}:
                self._hear(self._served(programme))
                programme = judged.programme()
            if judged.mark is not None:
                self._hear(self.said.index(judged.mark) + 1)
            self._consumed(event, judged)
        self._hear(len(self.said))
        put(self.connection, terminals, {"terminal": terminal}, sequence=last)

    def _claims(self, terminal: Address, first: int, found: Sequence[bytes]) -> dict[int, Claim]:
        """What each entry takes, by its sequence. Who signed it is not found out again where it is known here."""
        known = journals.signers(self.connection, terminal, first, first + len(found) - 1)
        claimed: dict[int, Claim] = {}
        for sequence, entry in enumerate(found, first):
            here, signer = known.get(sequence, (None, None))
            claim = claims.claim(self.domain, terminal, sequence, entry, signer if here == entry else None)
            if claim is not None:
                claimed[sequence] = claim
        return claimed

    def _mark(self, place: Place) -> Event | None:
        """What was said of this entry. Entries are judged in order, so it is the next mark, or there is none."""
        mark = next((event for event in self.said if event.name in MARKS), None)
        return mark if mark is not None and mark.place == place else None

    def _hear(self, count: int) -> None:
        """Take note of so many of the events that were said."""
        for _ in range(count):
            event = self.said.popleft()
            if event.name == "Repaid":
                self._repaid(event)

    def _set_aside(self, event: Event) -> None:
        """What a pass keeps for a shop is no longer left, and counts for this day."""
        key, amount = (event.number("programme"), event.address("pass_address")), Cents(event.number("amount"))
        day = self.times[event.block] // DAY_SECONDS
        self._change(key, lambda budget: budget.taken(amount, day))
        aside.put(self.connection, Aside(key, event.number("shop"), amount, Timestamp(event.number("until"))))

    def _set_free(self, event: Event) -> None:
        """It goes back to the budget that stands for this one by now."""
        key, amount = (event.number("programme"), event.address("pass_address")), event.number("to_budget")
        aside.free(self.connection, key, event.number("shop"))
        self._change(ledger.current(self.connection, key), lambda budget: budget.repaid(amount))

    def _served(self, programme: int | None) -> int:
        """How many of the next events serve refunds of this programme."""
        serves = (event.name == "Repaid" and event.number("programme") == programme for event in self.said)
        return sum(takewhile(bool, serves))

    def _repaid(self, event: Event) -> None:
        key = event.number("programme"), event.address("pass_address")
        amount = event.number("to_budget")
        self._change(key, lambda budget: budget.repaid(amount))

    def _consumed(self, event: Event, judged: Judged) -> None:
        from_budget = 0
        if judged.name in {"Paid", "AskPaid", "Drawn"}:
            from_budget = self._sold(judged)
        elif judged.name == "Refunded":
            self._refunded(judged)
        elif judged.name == "TerminalRetired":
            put(self.connection, terminals, {"terminal": judged.place[0]}, retired=True)
        row = {"terminal": judged.place[0], "sequence": judged.place[1], "reason": judged.number("reason")}
        money = {"from_slice": judged.number("from_slice"), "from_budget": from_budget}
        place = {"transaction": event.transaction, "block": event.block}
        self._outcomes.append({**row, **money, **place})

    def _sold(self, judged: Judged) -> int:
        """A sale that was paid, from its budget or its terminal's slice; the cents that its budget gave for it."""
        claim = judged.claim
        from_budget = judged.number("amount") if claim is None else int(claim.amount)
        if judged.mark is not None and judged.name == "Drawn":
            from_budget = judged.number("from_budget")
            self._take_slice(judged.mark, judged.place[0])
        if judged.mark is not None and judged.number("set_aside"):
            self._hand_over(judged.mark, claim)
        elif claim is not None:
            self._take_budget(claim, from_budget, judged.at)
        if claim is not None:
            self._sale(judged.place, claim)
        return from_budget

    def _hand_over(self, mark: Event, claim: Claim | None) -> None:
        """An order is fetched: its price was taken from the budget, and counted, when it was set aside."""
        key = mark.number("programme"), mark.address("pass_address")
        self._change(key, lambda budget: budget.used(None if claim is None else claim.counter))
        aside.hand_over(self.connection, key, mark.address("terminal"))

    def _sale(self, place: Place, claim: Claim) -> None:
        row = {"terminal": place[0], "sequence": place[1], "programme": claim.programme, "pass": claim.pass_address}
        self._sales.append({**row, "amount": claim.amount, "time": claim.time})

    def _take_budget(self, claim: Claim, amount: int, at: Timestamp) -> None:
        day = day_of(claim, at)
        key = claim.programme, claim.pass_address
        self._change(key, lambda budget: budget.taken(amount, day).used(claim.counter))

    def _change(self, key: Key, change: Callable[[Budget], Budget]) -> None:
        before = self._budgets.read(key)
        after = change(before)
        if after != before:
            self._budgets.write(key, after)
            self.written.add(key)

    def _take_slice(self, mark: Event, terminal: Address) -> None:
        where = (slices.c.programme == mark.number("programme"), slices.c.terminal == terminal)
        left = slices.c.left - mark.number("from_slice")
        self.connection.execute(update(slices).where(*where).values(left=left))

    def _refunded(self, judged: Judged) -> None:
        """A sale is given back, wholly or in part. The money comes with `Repaid`, as the shop's credit allows."""
        refund = None if judged.entry is None else claims.refund(judged.entry)
        if refund is not None:
            self._write_sales()
            where = (sales.c.terminal == refund.terminal, sales.c.sequence == refund.sequence)
            refunded = sales.c.refunded + refund.amount
            self.connection.execute(update(sales).where(*where).values(refunded=refunded))


_ORDERS: Mapping[str, Callable[[Projection, Event], None]] = {
    "SetAside": Projection._set_aside,  # noqa: SLF001 -- the table of this class's own methods
    "SetFree": Projection._set_free,  # noqa: SLF001
}
