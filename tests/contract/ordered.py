"""Orders as tests make them: sent by nobody in particular, and looked at."""

from tests.contract.called import Receipt
from tests.contract.journals import NOW, address
from tests.contract.world import DAY, World

UNTIL = NOW + DAY


def ordered(world: World, amount: int = 8_900, holder: str = "family-01", **terms: int) -> Receipt:
    """Set aside, sent by nobody in particular."""
    return world("set_aside", *world.order(holder, amount, **terms), sender="anybody")


def refused(world: World, amount: int = 8_900, holder: str = "family-01", **terms: int) -> str:
    """Why nothing is set aside."""
    return world.refusal("set_aside", *world.order(holder, amount, **terms), sender="anybody")


def freed(world: World, sender: str = "anybody", holder: str = "family-01", shop: int = 1) -> tuple[int, int]:
    """What went to the budget, and to the reserve."""
    receipt = world("free_order", 1, shop, address(holder), sender=sender)
    (event,) = receipt.named("SetFree")
    assert (event.programme, event.shop, event.pass_address) == (1, shop, "0x" + address(holder).hex())
    assert [each.kind for each in receipt.events] == ["SetFree"]
    return event.to_budget, event.to_reserve


def budget(world: World, holder: str = "family-01") -> tuple[int, int, int, int]:
    """left, spent, today and its day."""
    found = world.contract.view("budget", 1, address(holder))
    return found.left, found.spent, found.today, found.day
