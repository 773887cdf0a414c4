"""What waits at shops: the desk says it, with the role enrol, and each terminal reads what is its own shop's."""

from typing import Annotated, Self

from fastapi import APIRouter, Depends, Path
from pydantic import AfterValidator, Field

from contracts.gateway.http.bodies import AddressHex, Body, RefusalBody
from contracts.gateway.http.gateway import Here
from contracts.gateway.http.roles import REFUSALS, role
from contracts.gateway.http.terminals import SIGNED, Asking
from contracts.gateway.serving import orders
from contracts.gateway.serving.orders import NAME_MAX, ORDERS_MAX, Order
from contracts.wire.units import (
    CENTS_MAX,
    PROGRAMME_MAX,
    SEQUENCE_MAX,
    TIMESTAMP_MAX,
    Address,
    Cents,
    Timestamp,
    from_hex,
    to_hex,
)

router = APIRouter(prefix="/v1")
ShopPath = Annotated[int, Path(ge=1, le=SEQUENCE_MAX, description="the shop's number on the contract")]


def _printable(name: str) -> str:
    if not name.isprintable() or not name.strip():
        raise ValueError("a name is printable, and not blank")
    return name


class OrderBody(Body):
    """What a pass ordered at a shop, in words; an ask of just this amount is paid from what was set aside for it."""

    pass_address: AddressHex
    programme: Annotated[int, Field(strict=True, ge=1, le=PROGRAMME_MAX)]
    amount: Annotated[int, Field(strict=True, ge=1, le=CENTS_MAX, description="euro cents")]
    until: Annotated[int, Field(strict=True, ge=0, le=TIMESTAMP_MAX, description="the last second, since 1970 UTC")]
    name: Annotated[str, Field(min_length=1, max_length=NAME_MAX), AfterValidator(_printable)]

    def order(self) -> Order:
        """The order that these fields name."""
        owner = Address(from_hex(self.pass_address))
        return Order(owner, self.programme, Cents(self.amount), Timestamp(self.until), self.name)

    @classmethod
    def of(cls, order: Order) -> Self:
        """As it goes over HTTP."""
        return cls(
            pass_address=to_hex(order.pass_address),
            programme=order.programme,
            amount=order.amount,
            until=order.until,
            name=order.name,
        )


def _once(listed: list[OrderBody]) -> list[OrderBody]:
    if len({(order.programme, order.pass_address) for order in listed}) < len(listed):
        raise ValueError("a pass has one order in each programme at a shop")
    return listed


class OrdersBody(Body):
    """All orders that wait at one shop; each pass has one in each programme."""

    orders: Annotated[list[OrderBody], Field(max_length=ORDERS_MAX), AfterValidator(_once)]


class ListedBody(Body):
    """How many orders now wait at the shop."""

    orders: int


@router.put(
    "/admin/shops/{shop}/orders",
    responses={**REFUSALS, 404: {"model": RefusalBody}},
    dependencies=[Depends(role("enrol"))],
)
def replace(here: Here, shop: ShopPath, body: OrdersBody) -> ListedBody:
    """Say which orders wait at this shop, all of them: those of before are forgotten."""
    listed = [order.order() for order in body.orders]
    with here.store.writing() as connection:
        orders.replace(connection, shop, listed, here.clock())
    return ListedBody(orders=len(listed))


@router.get("/terminals/{terminal}/orders", responses=SIGNED)
def read(here: Here, terminal: Asking) -> OrdersBody:
    """What may be fetched at this terminal's shop now. It pays nothing: the contract judges the ask as it stands."""
    found = orders.orders_for(here.store, terminal, here.clock())
    return OrdersBody(orders=[OrderBody.of(order) for order in found])
