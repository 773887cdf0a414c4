"""What waits for passes at this shop: the gateway's newest list, whole, and what of it this terminal has handed over.

What was handed over stays marked as long as the list names it, since the list hears of that later.
"""

import sqlite3
from collections.abc import Iterable

from contracts.wire.units import PROGRAMME_MAX, Address, address, cents, timestamp
from terminal.core.facts import Order

ORDERS_MAX = 500
NAME_LENGTH_MAX = 40

_HAND_OVER = """UPDATE orders SET handed_over = 1 WHERE (pass, programme, amount)
                IN (SELECT pass, programme, amount FROM payments WHERE sequence = ?)"""

Row = tuple[bytes, int, int, int, str]
"""Pass, programme, amount, until, name: without handed_over, as the gateway tells it."""


def rows(orders: Iterable[tuple[Address, Order]]) -> list[Row]:
    """As the table has them, in its order. Raises ValueError for what is out of bounds, or comes twice."""
    found = sorted(_row(pass_address, order) for pass_address, order in orders)
    if len(found) > ORDERS_MAX or len({row[:2] for row in found}) < len(found):
        raise ValueError(f"at most {ORDERS_MAX} orders wait at a shop, and one for each pass and programme")
    return found


def replace(database: sqlite3.Connection, wanted: list[Row]) -> None:
    """Have the table say this and nothing else, within a transaction of the caller; what is so already stays unwritten.

    An order that is told again after it was handed over stays handed over.
    """
    kept = database.execute("SELECT * FROM orders ORDER BY pass, programme").fetchall()
    if [row[:5] for row in kept] == wanted:
        return
    gone = {row[:5] for row in kept if row[5]}
    database.execute("DELETE FROM orders")
    database.executemany("INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?)", ((*row, row in gone) for row in wanted))


def hand_over(database: sqlite3.Connection, ask: int) -> None:
    """This ask was paid: if it was of what is set aside for an order, it was paid out of that, whoever typed it."""
    database.execute(_HAND_OVER, (ask,))


def _row(pass_address: Address, order: Order) -> Row:
    if not 0 <= order.programme <= PROGRAMME_MAX or not 0 < len(order.name) <= NAME_LENGTH_MAX or not order.amount:
        raise ValueError(f"an order has a programme, an amount, and a name of 1 to {NAME_LENGTH_MAX} characters")
    when = timestamp(order.until)
    return address(pass_address), order.programme, cents(order.amount), when, order.name
