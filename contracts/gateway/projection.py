"""What the contract's events make of the gateway's tables: every event in order, once, in the reader's transaction.

Built from the chain alone, so it can be emptied and built again at any time.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, insert, update

from contracts.gateway import journals
from contracts.gateway.events import Event
from contracts.gateway.store import put
from contracts.gateway.tables import admissions, budgets, outcomes, programmes, shops, slices, terminals
from contracts.wire.reasons import Reason
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address

Place = tuple[Address, int]


@dataclass(slots=True)
class Projection:
    """Applies events to the tables of one transaction.

    `entries` gives the entries of a Settled event, first to last, or None when nobody could find them: outcomes are
    complete even then, but what was taken from budgets is unknown, and the reader must ask the contract.
    """

    connection: Connection
    domain: Domain
    entries: Callable[[Event], Sequence[bytes] | None]
    judged: dict[Place, Event] = field(default_factory=dict)

    def apply(self, event: Event) -> None:
        """One event. Those that change nothing here (money of sponsors and payouts, refused segments) pass by."""
        handler = _HANDLERS.get(event.name)
        if handler is not None:
            handler(self, event)

    def settled(self, event: Event) -> None:
        """Entries are consumed: each paid from its budget, unless an event before this one says otherwise."""
        terminal, first, last = event.address("terminal"), event.number("first"), event.number("last")
        found = self.entries(event)
        for sequence in range(first, last + 1):
            entry = None if found is None else found[sequence - first]
            self._outcome(event, terminal, sequence, entry)
        put(self.connection, terminals, {"terminal": terminal}, sequence=last)

    def _outcome(self, event: Event, terminal: Address, sequence: int, entry: bytes | None) -> None:
        mark = self.judged.pop((terminal, sequence), None)
        reason, from_slice, from_budget = Reason.PAID.value, 0, 0
        if mark is not None:
            reason = mark.number("reason")
        if mark is not None and mark.name == "Drawn":
            from_slice, from_budget = mark.number("from_slice"), mark.number("from_budget")
            self._take_slice(mark, terminal, from_slice)
            self._take_budget(mark.number("programme"), mark.address("pass_address"), from_budget)
        elif mark is None and entry is not None:
            from_budget = self._paid(terminal, sequence, entry)
        place = {"terminal": terminal, "sequence": sequence, "transaction": event.transaction, "block": event.block}
        money = {"reason": reason, "from_slice": from_slice, "from_budget": from_budget}
        self.connection.execute(insert(outcomes).values(**place, **money))

    def _paid(self, terminal: Address, sequence: int, entry: bytes) -> int:
        claim = journals.claim(self.domain, terminal, sequence, entry)
        if claim is None:
            return 0
        self._take_budget(claim.programme, claim.pass_address, claim.amount)
        return claim.amount

    def _take_budget(self, programme: int, pass_address: Address, amount: int) -> None:
        where = (budgets.c.programme == programme, budgets.c["pass"] == pass_address)
        self.connection.execute(update(budgets).where(*where).values(left=budgets.c.left - amount))

    def _take_slice(self, mark: Event, terminal: Address, amount: int) -> None:
        where = (slices.c.programme == mark.number("programme"), slices.c.terminal == terminal)
        self.connection.execute(update(slices).where(*where).values(left=slices.c.left - amount))


def _judged(projection: Projection, event: Event) -> None:
    projection.judged[event.place] = event


def _programme_created(projection: Projection, event: Event) -> None:
    values = {"id": event.number("programme"), "name": str(event.arguments["name"]), **_rules(event)}
    projection.connection.execute(insert(programmes).values(**values))


def _programme_changed(projection: Projection, event: Event) -> None:
    put(projection.connection, programmes, {"id": event.number("programme")}, **_rules(event))


def _rules(event: Event) -> Mapping[str, int]:
    return {name: event.number(name) for name in ("begins", "ends", "floor_limit", "offline_window")}


def _programme_paused(projection: Projection, event: Event) -> None:
    put(projection.connection, programmes, {"id": event.number("programme")}, paused=bool(event.arguments["paused"]))


def _shop_registered(projection: Projection, event: Event) -> None:
    values = {"sponsor": event.number("sponsor"), "payout": event.address("payout")}
    projection.connection.execute(insert(shops).values(id=event.number("shop"), **values))


def _shop_admitted(projection: Projection, event: Event) -> None:
    key: dict[str, object] = {"programme": event.number("programme"), "shop": event.number("shop")}
    put(projection.connection, admissions, key, admitted=bool(event.arguments["admitted"]))


def _terminal_registered(projection: Projection, event: Event) -> None:
    values = {"terminal": event.address("terminal"), "shop": event.number("shop")}
    projection.connection.execute(insert(terminals).values(**values))


def _granted(projection: Projection, event: Event) -> None:
    put(projection.connection, budgets, _budget_key(event), left=event.number("left"))


def _pass_blocked(projection: Projection, event: Event) -> None:
    put(projection.connection, budgets, _budget_key(event), blocked=bool(event.arguments["blocked"]))


def _slice_raised(projection: Projection, event: Event) -> None:
    put(projection.connection, slices, _slice_key(event), left=event.number("left"))


def _terminal_revoked(projection: Projection, event: Event) -> None:
    put(projection.connection, slices, _slice_key(event), left=0, revoked=True)


def _budget_key(event: Event) -> dict[str, object]:
    return {"programme": event.number("programme"), "pass": event.address("pass_address")}


def _slice_key(event: Event) -> dict[str, object]:
    return {"programme": event.number("programme"), "terminal": event.address("terminal")}


_HANDLERS: dict[str, Callable[[Projection, Event], None]] = {
    "ProgrammeCreated": _programme_created,
    "ProgrammeChanged": _programme_changed,
    "ProgrammePaused": _programme_paused,
    "ShopRegistered": _shop_registered,
    "ShopAdmitted": _shop_admitted,
    "TerminalRegistered": _terminal_registered,
    "Granted": _granted,
    "PassBlocked": _pass_blocked,
    "SliceRaised": _slice_raised,
    "TerminalRevoked": _terminal_revoked,
    "Drawn": _judged,
    "Rejected": _judged,
    "Settled": Projection.settled,
}
