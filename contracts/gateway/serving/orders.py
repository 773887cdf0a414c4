"""Orders that wait at shops, as the desk says them: what a till may offer when it sees the pass.

They approve nothing: what a till confirms is an ask like any other, and only the contract's yes counts. An order is
told only as long as its money is set aside and no other till has asked for it, or two tills might hand it over, and
the second ask be paid from what is left.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, delete, insert, or_, select

from contracts.gateway.store import aside
from contracts.gateway.store.database import Store, lock
from contracts.gateway.store.tables import orders, shops, terminals
from contracts.wire.errors import Refused, TryAgain
from contracts.wire.reasons import Reason
from contracts.wire.units import Address, Cents, Timestamp

ORDERS_MAX = 500
"""That wait at one shop at a time."""

NAME_MAX = 40
"""Characters: what fits on a till."""

_LOCK = "orders"
_COLUMNS = (orders.c["pass"], orders.c.programme, orders.c.amount, orders.c.until, orders.c.name)


@dataclass(frozen=True, slots=True)
class Order:
    """What a pass ordered at a shop, in words, and until when it may fetch it."""

    pass_address: Address
    programme: int
    amount: Cents
    until: Timestamp
    name: str


def replace(connection: Connection, shop: int, listed: Sequence[Order], now: Timestamp) -> None:
    """From now on these are the shop's orders, and no others. What has expired of any shop is forgotten.

    Raises Refused(NOTHING_NEW) when no final block knows the shop.
    """
    lock(connection, _LOCK)
    if connection.execute(select(shops.c.id).where(shops.c.id == shop)).first() is None:
        raise Refused(Reason.NOTHING_NEW, f"shop {shop} is not on the contract, or not in a final block yet")
    connection.execute(delete(orders).where(or_(orders.c.shop == shop, orders.c.until < now)))
    rows = [_row(shop, order) for order in listed]
    if rows:
        connection.execute(insert(orders), rows)


def orders_for(store: Store, terminal: Address, now: Timestamp) -> list[Order]:
    """What waits at the terminal's own shop, can be paid from what is set aside, and has not expired; by pass.

    Of its own asks a terminal knows better what became: those keep nothing back.

    Raises TryAgain while the terminal's registration is not final.
    """
    with store.reading() as connection:
        shop = connection.execute(select(terminals.c.shop).where(terminals.c.terminal == terminal)).scalar_one_or_none()
        if shop is None:
            raise TryAgain("the terminal's registration is not final yet")
        query = select(*_COLUMNS).where(orders.c.shop == shop, orders.c.until >= now, aside.stands_for(orders))
        rows = connection.execute(query.order_by(orders.c["pass"], orders.c.programme))
        listed = [Order(*row) for row in rows]
        asked = aside.asked_elsewhere(connection, shop, terminal) if listed else set()
    return [order for order in listed if (order.programme, order.pass_address, order.amount) not in asked]


def _row(shop: int, order: Order) -> dict[str, object]:
    told = asdict(order)
    return {"shop": shop, "pass": told.pop("pass_address"), **told}
