"""What a programme's families spent, by category, shop and week, in sums that point at no family. Pure.

A family may have several children, and so several passes. A sum is shown when at least ten passes made it, none of them
more than half. And so that nobody finds out the rest by adding and subtracting:

- categories that cannot stand alone are joined, and so are shops, within what their category was joined to: a shop's
  sum is always a part of one sum of categories;
- weeks are joined with their neighbours until no weeks less the shops that sold in them alone leave the purchases of a
  few (`_leaves_a_few`). Every other sum or difference of what is shown is made of such rests, and a union of crowds is
  a crowd.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import combinations
from typing import TypeVar

from contracts.wire.units import Address

CROWD = 10
"""Passes. Families with ten children or more are few, and figures of fewer families than two would be of one."""

Buyers = Mapping[Address, int]
"""What each pass spent, in cents, less what was given back; more than nothing."""
Purchases = Mapping[tuple[int, int], Buyers]
"""By shop and week; weeks are numbers that follow each other."""

_PART_TIME_MAX = 10
"""Shops whose sales stand in some weeks alone are tried in every combination; with more of them weeks are joined."""

_K = TypeVar("_K", bound=int)


@dataclass(frozen=True, slots=True)
class Sum:
    """What these shops, categories or weeks (the first and the last) took together, in cents."""

    of: tuple[int, ...]
    cents: int


@dataclass(frozen=True, slots=True)
class Breakdown:
    """Each is all that was spent, parted; all three are empty where even the whole points at a few."""

    categories: Sequence[Sum] = ()
    shops: Sequence[Sum] = ()
    weeks: Sequence[Sum] = ()


def broken_down(purchases: Purchases, categories: Mapping[int, int]) -> Breakdown:
    """The sums that may be shown. `categories` has every shop that takes part, also those where nothing was bought."""
    by_shop: dict[int, dict[Address, int]] = {shop: {} for shop in sorted(categories)}
    for (shop, _), buyers in purchases.items():
        _add(by_shop[shop], buyers)
    if not may_stand(_together(by_shop.values())):
        return Breakdown()
    groups = _joined({each: _of_category(each, by_shop, categories) for each in sorted(set(categories.values()))})
    bars = [bar for group in groups for bar in _joined({s: by_shop[s] for s in by_shop if categories[s] in group})]
    weeks = _weeks(purchases, bars)
    return Breakdown(
        _sums(groups, lambda category: _cents(_of_category(category, by_shop, categories))),
        _sums(bars, lambda shop: _cents(by_shop[shop])),
        [Sum((first, last), _cents(_between(purchases, first, last))) for first, last in weeks],
    )


def may_stand(buyers: Buyers) -> bool:
    """Whether their sum points at nobody: nobody bought anything, or a crowd without one big buyer did."""
    return not buyers or (len(buyers) >= CROWD and 2 * max(buyers.values()) <= _cents(buyers))


def _joined(parts: Mapping[_K, Buyers]) -> list[tuple[_K, ...]]:
    """Those that can stand alone, the largest first, and at the end the others with as many of these as they need."""
    order = sorted(parts, key=lambda part: (-_cents(parts[part]), part))
    alone = [part for part in order if may_stand(parts[part])]
    rest = [part for part in order if part not in alone]
    while rest and alone and not may_stand(_together(parts[part] for part in rest)):
        rest.insert(0, alone.pop())
    return [*((part,) for part in alone), *([tuple(sorted(rest))] if rest else [])]


def _sums(groups: Iterable[tuple[int, ...]], cents: Callable[[int], int]) -> list[Sum]:
    return [Sum(group, sum(map(cents, group))) for group in groups]


# ------------------------------------------------------------------------------------------------------------- weeks


def _weeks(purchases: Purchases, bars: Sequence[Collection[int]]) -> list[tuple[int, int]]:
    """The first and the last of each span of weeks that is shown: from the first purchase to the last."""
    numbers = [week for (_, week), buyers in purchases.items() if buyers]
    if not numbers:
        return []
    spans = _standing(purchases, range(min(numbers), max(numbers) + 1))
    while len(spans) > 1 and _leaves_a_few(purchases, bars, spans):
        spans = [(pair[0][0], pair[-1][1]) for pair in (spans[at : at + 2] for at in range(0, len(spans), 2))]
    return spans


def _standing(purchases: Purchases, weeks: Iterable[int]) -> list[tuple[int, int]]:
    """As short as they can be."""
    spans: list[tuple[int, int]] = []
    first: int | None = None
    for week in weeks:
        first = week if first is None else first
        if may_stand(_between(purchases, first, week)):
            spans.append((first, week))
            first = None
    if first is not None:
        before = spans.pop()[0] if spans else first
        spans.append((before, max(weeks)))
        if not may_stand(_between(purchases, *spans[-1])):
            return [(min(weeks), max(weeks))]
    return spans


def _leaves_a_few(purchases: Purchases, bars: Sequence[Collection[int]], spans: Sequence[tuple[int, int]]) -> bool:
    """Whether some spans less the bars that sold in them alone are the purchases of a few.

    It is enough to look at the spans in which some bars sold: any others add a crowd to what is left.
    """
    cells = _cells(purchases, bars, spans)
    sold = {bar: frozenset(span for here, span in cells if here == bar) for bar in range(len(bars))}
    everywhere = frozenset(span for _, span in cells)
    some = {spans_of for spans_of in sold.values() if spans_of and spans_of != everywhere}
    if len(some) > _PART_TIME_MAX:
        return True
    unions = {
        reduce(frozenset.union, chosen) for count in range(1, len(some) + 1) for chosen in combinations(some, count)
    }
    return any(
        not may_stand(_together(cells[b, s] for b, s in cells if s in union and not sold[b] <= union))
        for union in unions
    )


def _cells(
    purchases: Purchases, bars: Sequence[Collection[int]], spans: Sequence[tuple[int, int]]
) -> dict[tuple[int, int], Buyers]:
    """By bar and span, those where something was bought."""
    bar_of = {shop: number for number, bar in enumerate(bars) for shop in bar}
    found: dict[tuple[int, int], dict[Address, int]] = {}
    for (shop, week), buyers in purchases.items():
        span = next(number for number, (first, last) in enumerate(spans) if first <= week <= last)
        _add(found.setdefault((bar_of[shop], span), {}), buyers)
    return {key: buyers for key, buyers in found.items() if buyers}


# ----------------------------------------------------------------------------------------------------------- buyers


def _of_category(category: int, by_shop: Mapping[int, Buyers], categories: Mapping[int, int]) -> Buyers:
    return _together(buyers for shop, buyers in by_shop.items() if categories[shop] == category)


def _between(purchases: Purchases, first: int, last: int) -> Buyers:
    return _together(buyers for (_, week), buyers in purchases.items() if first <= week <= last)


def _together(all_buyers: Iterable[Buyers]) -> Buyers:
    found: dict[Address, int] = {}
    for buyers in all_buyers:
        _add(found, buyers)
    return found


def _add(to: dict[Address, int], buyers: Buyers) -> None:
    for address, cents in buyers.items():
        to[address] = to.get(address, 0) + cents


def _cents(buyers: Buyers) -> int:
    return sum(buyers.values())
