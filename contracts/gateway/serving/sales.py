"""What may be given back to a pass at a shop: its sales there, and what was given back of each already."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from contracts.gateway.http.bodies import SaleBody, SalesBody
from contracts.gateway.store import journals, ledger
from contracts.gateway.store.database import Store
from contracts.gateway.store.tables import NOT_FINAL, entries, sales, terminals
from contracts.wire.errors import TryAgain
from contracts.wire.typed_data import Domain
from contracts.wire.units import Address, to_hex

SALES_MAX = 20

Place = tuple[bytes, int]
"""A terminal and a sequence."""


def sales_of(store: Store, domain: Domain, terminal: Address, pass_address: Address) -> SalesBody:
    """The newest paid sales to this pass, and to those that it replaced, at this terminal's shop.

    Refunds count when they are final, and as soon as they are taken in: what is given back twice comes out of the
    shop's own pocket. Raises TryAgain while the terminal's registration is not final.
    """
    with store.reading() as connection:
        shop = connection.execute(select(terminals.c.shop).where(terminals.c.terminal == terminal)).scalar_one_or_none()
        if shop is None:
            raise TryAgain("the terminal's registration is not final yet")
        found = _newest(connection, shop, _by(connection, pass_address))
        waiting = _waiting(connection, shop, [(row["terminal"], row["sequence"]) for row in found])
        contained = journals.position(connection, domain, terminal).sequence
    return SalesBody(sequence=contained, sales=[_body(row, waiting) for row in found])


def _by(connection: Connection, pass_address: Address) -> ColumnElement[bool]:
    older = ledger.replaced_by(connection, pass_address)
    moved = [and_(sales.c.programme == programme, sales.c["pass"] == replaced) for programme, replaced in older]
    return or_(sales.c["pass"] == pass_address, *moved)


def _newest(connection: Connection, shop: int, by_pass: ColumnElement[bool]) -> Sequence[Any]:
    at_shop = sales.join(terminals, sales.c.terminal == terminals.c.terminal)
    query = select(sales).select_from(at_shop).where(by_pass, terminals.c.shop == shop)
    order = (sales.c.time.desc(), sales.c.terminal, sales.c.sequence.desc())
    return connection.execute(query.order_by(*order).limit(SALES_MAX)).mappings().all()


def _waiting(connection: Connection, shop: int, places: Sequence[Place]) -> dict[Place, int]:
    """Cents of refunds of these sales that are taken in from the shop's terminals and not final."""
    if not places:
        return {}
    place = (entries.c.sale_terminal, entries.c.sale_sequence)
    query = select(*place, func.sum(entries.c.amount)).select_from(terminals.join(entries, NOT_FINAL))
    wanted = or_(*(and_(place[0] == terminal, place[1] == sequence) for terminal, sequence in places))
    rows = connection.execute(query.where(terminals.c.shop == shop, wanted).group_by(*place))
    return {(terminal, sequence): int(amount) for terminal, sequence, amount in rows}


def _body(row: Any, waiting: dict[Place, int]) -> SaleBody:
    refunded = row["refunded"] + waiting.get((row["terminal"], row["sequence"]), 0)
    return SaleBody(
        terminal=to_hex(row["terminal"]),
        sequence=row["sequence"],
        programme=row["programme"],
        pass_address=to_hex(row["pass"]),
        amount=row["amount"],
        refunded=min(refunded, row["amount"]),
        time=row["time"],
    )
