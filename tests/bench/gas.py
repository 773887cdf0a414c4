"""Gas of a payment, by itself and in batches, beside a plain ERC-20 transfer on the same chain."""

from collections.abc import Iterator

from contracts.wire.hashing import keccak256
from tests.contract.world import Till, World, address

SHAPES = {"1": (1, 1), "10": (1, 10), "100": (1, 100), "10x10": (10, 10)}
"""Terminals, each of another shop, and the payments of each in one batch."""

BUDGET, PRICE = 4_000, 1_234


def measure() -> dict[str, float]:
    """Gas a payment for each shape of a batch, of an ERC-20 transfer to an existing holder, and of granting a budget.

    Every slot that is written held something before, as on any day but the first; each payment is of another pass.
    """
    figures = {f"payment_{name}": settle(*shape) for name, shape in SHAPES.items()}
    return figures | {"erc20_transfer": transfer(), "grant_200": grant(200)}


def settle(terminals: int, each: int) -> float:
    """Gas a payment of one batch: that many terminals with that many payments each."""
    world = World(slice_cents=0)
    tills = [world.till, *(new_till(world, number) for number in range(2, terminals + 1))]
    holders = grant_all(world, (each + 1) * terminals)
    for till in tills:
        till.pay(next(holders), PRICE)
    world.settle(*(till.segment() for till in tills))
    for till in tills:
        for _ in range(each):
            till.pay(next(holders), PRICE)
    receipt = world.settle(*(till.segment(2) for till in tills))
    if [event.kind for event in receipt.events] != ["Settled"] * terminals:
        raise RuntimeError(f"not plainly paid: {receipt.events}")
    return receipt.gas / (terminals * each)


def transfer() -> float:
    """Gas of a transfer of the development euro between two holders."""
    world = World()
    for holder in ("family-01", "family-02"):
        world.euro("mint", address(holder), BUDGET)
    return world.euro("transfer", address("family-02"), PRICE, sender=address("family-01")).gas


def grant(passes: int) -> float:
    """Gas a pass of one grant to passes that are new."""
    world = World()
    holders = [address(f"family-{number:03}") for number in range(passes)]
    return world("grant", 1, keccak256(b"grant"), holders, [BUDGET] * passes).gas / passes


def new_till(world: World, number: int) -> Till:
    """A terminal of a shop of its own."""
    return world.new_till(f"till-{number:02}", world.new_shop(f"shop-{number:02}"))


def grant_all(world: World, count: int) -> Iterator[str]:
    """Budgets for that many passes; their names one by one."""
    names = [f"family-{number:03}" for number in range(count)]
    world("grant", 1, keccak256(b"grant"), [address(name) for name in names], [BUDGET] * count)
    return iter(names)
