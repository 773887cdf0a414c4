"""What sponsors and shops decide, as the contract's events tell it, in the gateway's tables."""

from collections.abc import Callable, Mapping

from sqlalchemy import Connection, insert, update

from contracts.gateway.chain.events import Event
from contracts.gateway.store import ledger
from contracts.gateway.store.database import put
from contracts.gateway.store.tables import budgets, compensations, placements, programmes, shops, slices, terminals

CATEGORIES_BYTES = 8

_CENTS_MAX = 2**63 - 1
"""What a column takes. A sponsor's token may count more; it would be worth nothing, and stops no reader."""


def _programme_created(connection: Connection, event: Event) -> None:
    values = {"id": event.number("programme"), "name": str(event.arguments["name"]), **_rules(event)}
    connection.execute(insert(programmes).values(**values))


def _programme_changed(connection: Connection, event: Event) -> None:
    put(connection, programmes, {"id": event.number("programme")}, **_rules(event))


def _rules(event: Event) -> Mapping[str, object]:
    plain = ("begins", "ends", "floor_limit", "day_limit", "offline_window")
    categories = event.number("categories").to_bytes(CATEGORIES_BYTES)
    return {**{name: event.number(name) for name in plain}, "categories": categories}


def _programme_paused(connection: Connection, event: Event) -> None:
    put(connection, programmes, {"id": event.number("programme")}, paused=bool(event.arguments["paused"]))


def _programme_closed(connection: Connection, event: Event) -> None:
    put(connection, programmes, {"id": event.number("programme")}, closed=True)


def _shop_registered(connection: Connection, event: Event) -> None:
    values = {"sponsor": event.number("sponsor"), "payout": event.address("payout")}
    connection.execute(insert(shops).values(id=event.number("shop"), **values))


def _payout_moved(connection: Connection, event: Event) -> None:
    put(connection, shops, {"id": event.number("shop")}, payout=event.address("payout"))


def _shop_placed(connection: Connection, event: Event) -> None:
    key: dict[str, object] = {"programme": event.number("programme"), "shop": event.number("shop")}
    put(connection, placements, key, category=event.number("category"), standing=event.number("standing"))


def _compensated(connection: Connection, event: Event) -> None:
    place = {"programme": event.number("programme"), "digest": bytes(event.arguments["digest"])}
    money = {"shop": event.number("shop"), "amount": _cents(event, "amount")}
    connection.execute(insert(compensations).values(**place, **money))


def _terminal_registered(connection: Connection, event: Event) -> None:
    values = {"terminal": event.address("terminal"), "shop": event.number("shop")}
    connection.execute(insert(terminals).values(**values))


def _slice_raised(connection: Connection, event: Event) -> None:
    put(connection, slices, _slice(event), left=_cents(event, "left"))


def _slice_released(connection: Connection, event: Event) -> None:
    """A slice that never was can be swept too, and stays as unknown as it was."""
    where = (slices.c[name] == value for name, value in _slice(event).items())
    connection.execute(update(slices).where(*where).values(left=0))


def _terminal_revoked(connection: Connection, event: Event) -> None:
    put(connection, slices, _slice(event), left=0, revoked=True)


def _cents(event: Event, name: str) -> int:
    return min(event.number(name), _CENTS_MAX)


def _slice(event: Event) -> dict[str, object]:
    return {"programme": event.number("programme"), "terminal": event.address("terminal")}


def _granted(connection: Connection, event: Event) -> None:
    put(connection, budgets, _budget(event), left=event.number("left"), known=True)


def _pass_blocked(connection: Connection, event: Event) -> None:
    put(connection, budgets, _budget(event), blocked=bool(event.arguments["blocked"]))


def _pass_reissued(connection: Connection, event: Event) -> None:
    programme = event.number("programme")
    ledger.move(connection, (programme, event.address("old_pass")), (programme, event.address("new_pass")))


def _budget_swept(connection: Connection, event: Event) -> None:
    """A budget that never was can be swept too, and stays as unknown as it was."""
    where = (budgets.c[name] == value for name, value in _budget(event).items())
    connection.execute(update(budgets).where(*where).values(left=0))


def _budget(event: Event) -> dict[str, object]:
    return {"programme": event.number("programme"), "pass": event.address("pass_address")}


RULES = frozenset(
    {
        "ProgrammeCreated",
        "ProgrammeChanged",
        "ProgrammePaused",
        "ProgrammeClosed",
        "ShopPlaced",
        "TerminalRegistered",
        "TerminalRevoked",
        "SliceRaised",
    }
)
"""What changes a snapshot otherwise than by a budget."""

HANDLERS: dict[str, Callable[[Connection, Event], None]] = {
    "ProgrammeCreated": _programme_created,
    "ProgrammeChanged": _programme_changed,
    "ProgrammePaused": _programme_paused,
    "ProgrammeClosed": _programme_closed,
    "ShopRegistered": _shop_registered,
    "ShopPlaced": _shop_placed,
    "PayoutMoved": _payout_moved,
    "Compensated": _compensated,
    "TerminalRegistered": _terminal_registered,
    "TerminalRevoked": _terminal_revoked,
    "SliceRaised": _slice_raised,
    "SliceReleased": _slice_released,
    "Granted": _granted,
    "PassBlocked": _pass_blocked,
    "PassReissued": _pass_reissued,
    "BudgetSwept": _budget_swept,
}
