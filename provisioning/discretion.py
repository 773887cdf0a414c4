"""What of a programme's figures may be shown: none that points at one family. Pure.

Sums are parted by `breakdown`. A count is shown when neither those in it nor those out of it are one to nine.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from contracts.wire.units import ADDRESS_BYTES, Address, Timestamp
from provisioning.breakdown import CROWD, Buyers, broken_down

if TYPE_CHECKING:
    from provisioning.report_reading import Seen

_UNKNOWN = Address(bytes(ADDRESS_BYTES))
"""Whoever bought what no node shows: one buyer at the most, as far as anybody can tell."""


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
    """The shops of each sum that may be shown; none if even all are few."""
    purchases = {(shop, 0): _buyers(seen, shop) for shop in seen.taken}
    parts = broken_down(purchases, {shop: seen.categories.get(shop, 0) for shop in seen.taken})
    return [Bar(list(part.of), sum(seen.taken[shop] for shop in part.of)) for part in parts.shops]


def _buyers(seen: "Seen", shop: int) -> Buyers:
    known = seen.buyers.get(shop, {})
    missing = seen.taken[shop] - sum(known.values())
    return {**known, _UNKNOWN: missing} if missing > 0 else known
