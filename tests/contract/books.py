"""What tests of one payment look at: how it was judged, and what moved."""

from contracts.wire.reasons import Reason
from tests.contract.called import Receipt
from tests.contract.journals import address
from tests.contract.world import World

SLICE, GRANTED, FUNDS = 25_000, 10_000, 1_000_000
RESERVE = FUNDS - SLICE - GRANTED
"""What the world of the tests begins with."""


def verdict(receipt: Receipt) -> list[tuple[int, Reason]]:
    """Sequence and reason of what was not paid from the budget; and a check that nothing was refused."""
    assert not receipt.named("SegmentRefused")
    return [(event.sequence, Reason(event.reason)) for event in receipt.named("Drawn", "Rejected")]


def books(world: World, *holders: str, programme: int = 1) -> tuple[int, int, int, int, int, int]:
    """left, spent, drawn, the shop's credit, the till's slice, the reserve; and a check that held is their sum.

    With what is set aside for this shop and the next. left is of all these passes, spent and drawn are of the first;
    family-01 if none is named.
    """
    names = holders or ("family-01",)
    budgets = [world.contract.view("budget", programme, address(name)) for name in names]
    left = sum(budget.left for budget in budgets)
    credit = world.contract.view("credit", programme, 1)
    slice_left = world.contract.view("slice_of", programme, world.till.address).left
    reserve = world.contract.view("reserve", programme)
    aside = sum(set_aside(world, name, shop, programme)[0] for name in names for shop in (1, 2))
    assert world.contract.view("held", programme) == left + aside + credit + slice_left + reserve
    return left, budgets[0].spent, budgets[0].drawn, credit, slice_left, reserve


def set_aside(world: World, holder: str, shop: int = 1, programme: int = 1) -> tuple[int, int]:
    """What a pass has set aside for a shop, and until when."""
    found = world.contract.view("order", programme, shop, address(holder))
    return found.amount, found.until


def last_ask(world: World) -> tuple[int, int]:
    """What became of till-01's last ask, as its view and its checkpoint say."""
    found = world.contract.view("last_ask", world.till.address)
    point = world.contract.view("checkpoint", world.till.address, [1])
    assert (point.ask_sequence, point.ask_reason) == (found.sequence, found.reason)
    return found.sequence, found.reason


def moves(receipt: Receipt) -> list[tuple[int, int]]:
    """What went to the reserve and to budgets."""
    return [(event.to_reserve, event.to_budget) for event in receipt.named("Repaid")]
