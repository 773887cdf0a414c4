"""What of a programme's figures may be shown: none that points at one family. Pure.

A family may have several children, and so several passes. A sum is shown when it is over at least ten passes of which
none makes more than half of it; a count, when neither those in it nor those out of it are one to nine. Shops below that
are added together, and so that nobody can subtract, there are two or more of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from contracts.wire.units import Address, Timestamp

if TYPE_CHECKING:
    from provisioning.report_reading import Seen

CROWD = 10
"""Passes. Families with ten children or more are few, and figures of fewer families than two would be of one."""

_Buyers = Mapping[Address, int]


@dataclass(frozen=True, slots=True)
class Count:
    """So many of the passes: exactly `at_least`, or somewhere in between."""

    at_least: int
    at_most: int

    @property
    def exact(self) -> bool:
        """Whether it is one number."""
        return self.at_least == self.at_most


@dataclass(frozen=True, slots=True)
class Bar:
    """What these shops took together, in cents."""

    shops: Sequence[int]
    cents: int


@dataclass(frozen=True, slots=True)
class Shown:
    """The figures of a programme that anybody may see; None for one that is held back."""

    number: int
    name: str
    block: int
    time: Timestamp
    """Of the block."""
    passes: Count
    granted: int | None
    activated: Count | None
    spent: int | None
    shops: Sequence[Bar]


def shown(seen: "Seen") -> Shown:
    """What may be shown of what was seen."""
    enough = seen.passes >= CROWD
    bars = _bars(seen) if enough else []
    return Shown(
        number=seen.programme.programme,
        name=seen.programme.name,
        block=seen.block.number,
        time=seen.block.time,
        passes=count(seen.passes, seen.passes),
        granted=seen.granted if enough else None,
        activated=count(seen.activated, seen.passes) if enough else None,
        spent=sum(bar.cents for bar in bars) if bars else None,
        shops=bars,
    )


def count(part: int, whole: int) -> Count:
    """The part, or the bounds between which it lies when it or the rest is a few."""
    if 0 < part < CROWD:
        return Count(1, min(CROWD - 1, whole))
    if 0 < whole - part < CROWD:
        return Count(whole - CROWD + 1, whole - 1)
    return Count(part, part)


def _bars(seen: "Seen") -> list[Bar]:
    """The shops from the largest down, those that cannot stand alone together at the end; none if even all are few."""
    order = sorted(seen.taken, key=lambda shop: (-seen.taken[shop], shop))
    alone = [shop for shop in order if _may_stand([shop], seen)]
    together = [shop for shop in order if shop not in alone]
    while together and alone and not (len(together) > 1 and _may_stand(together, seen)):
        together.insert(0, alone.pop())
    if together and not _may_stand(together, seen):
        return []
    bars = [Bar([shop], seen.taken[shop]) for shop in alone]
    return [*bars, Bar(sorted(together), sum(seen.taken[shop] for shop in together))] if together else bars


def _may_stand(shops: Sequence[int], seen: "Seen") -> bool:
    """Whether their sum points at nobody: nothing was bought there, or a crowd without one big buyer bought it."""
    buyers = _together([seen.buyers.get(shop, {}) for shop in shops])
    cents = sum(seen.taken[shop] for shop in shops)
    if not buyers:
        return cents == 0
    return len(buyers) >= CROWD and 2 * max(buyers.values()) <= cents


def _together(all_buyers: Sequence[_Buyers]) -> dict[Address, int]:
    found: dict[Address, int] = {}
    for buyers in all_buyers:
        for address, cents in buyers.items():
            found[address] = found.get(address, 0) + cents
    return found
