"""What one pass has in all programmes, and what is done to it in all of them at once: while the parent waits."""

from collections.abc import Sequence
from dataclasses import dataclass

from contracts.chain import checksum
from contracts.wire.errors import Broken
from contracts.wire.units import Address, from_hex, to_hex
from provisioning import roles
from provisioning.town import Town


@dataclass(frozen=True, slots=True)
class Holding:
    """A pass in a programme. `mine`: the signing key acts for its sponsor in grants."""

    programme: int
    name: str
    left: int
    blocked: bool
    mine: bool
    successor: Address | None
    """The pass that has its budget since it was replaced."""


@dataclass(frozen=True, slots=True)
class Reissued:
    """Where a budget went to the new pass now, and where it was before; where others still have one on the old."""

    moved: tuple[Holding, ...]
    before: tuple[Holding, ...]
    elsewhere: tuple[Holding, ...]

    @property
    def cents(self) -> int:
        """What moved now."""
        return sum(each.left for each in self.moved)


def of(town: Town, address: Address) -> list[Holding]:
    """Every open programme in which the pass has or had a budget. Raises Broken when there is none."""
    found = held(town, address)
    if not found:
        raise Broken(f"the pass {to_hex(address)} has no budget in any programme: is the address right?")
    return found


def held(town: Town, address: Address) -> list[Holding]:
    """As `of`, and nothing for a pass that never had a budget."""
    mine = roles.acting_for(town, roles.GRANTS)
    numbers = range(1, int(town.view("programme_count")) + 1)
    return [each for number in numbers if (each := _holding(town, number, address, mine))]


def _holding(town: Town, programme: int, address: Address, mine: Sequence[int]) -> Holding | None:
    budget = town.look("budget", programme, checksum(address))
    if not budget["known"]:
        return None
    terms = town.look("programme", programme)
    if terms["closed"]:
        return None
    after = Address(from_hex(str(town.view("successor", programme, checksum(address)))))
    return Holding(
        programme=programme,
        name=terms["name"],
        left=int(budget["left"]),
        blocked=bool(budget["blocked"]),
        mine=terms["sponsor"] in mine,
        successor=after if any(after) else None,
    )


def require_mine(found: Sequence[Holding], address: Address) -> list[Holding]:
    """Those in which the signing key may act. Raises Broken when it may in none."""
    mine = [each for each in found if each.mine]
    if not mine:
        raise Broken(f"the pass {to_hex(address)} has budgets in programmes of other sponsors only: they act on them")
    return mine


def set_blocked(town: Town, address: Address, *, blocked: bool, programme: int | None = None) -> list[int]:
    """Block the pass in one programme, or in all in which the key may, or let it pay again; the programmes' numbers.

    What was approved before is paid all the same. Raises Broken where the pass was replaced: that one is blocked for
    good.
    """
    if programme is not None:
        town.act("set_pass_blocked", programme, checksum(address), blocked)
        return [programme]
    wanted = [each for each in require_mine(of(town, address), address) if each.successor is None]
    if not wanted:
        raise Broken(f"the pass {to_hex(address)} was replaced, and is blocked for good")
    for each in wanted:
        if each.blocked != blocked:
            town.act("set_pass_blocked", each.programme, checksum(address), blocked)
    return [each.programme for each in wanted]


def to_move(town: Town, old: Address, new: Address | None) -> list[Holding]:
    """What a reissue has to look at. Raises Broken, before anything is done, when the old pass cannot be replaced.

    `new` is None for a pass that is not made yet.
    """
    found = of(town, old)
    replaced = {each.successor for each in require_mine(found, old) if each.successor} - {new}
    if replaced:
        now = " and ".join(sorted(to_hex(each) for each in replaced))
        raise Broken(f"the pass {to_hex(old)} was replaced before, by {now}: reissue that one, or go on by --to {now}")
    return found


def reissue(town: Town, found: Sequence[Holding], old: Address, new: Address) -> Reissued:
    """Move the old pass's budgets to the new one wherever the key may. The same again goes on where it ended."""
    mine = [each for each in found if each.mine]
    moved = tuple(each for each in mine if each.successor is None)
    for each in moved:
        town.act("reissue", each.programme, checksum(old), checksum(new))
    return Reissued(
        moved,
        tuple(each for each in mine if each.successor == new),
        tuple(each for each in found if not each.mine and each.successor is None),
    )
