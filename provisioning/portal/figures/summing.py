"""What was read of a programme, as figures of which none points at one family: the worker sums, pages read the sums."""

from collections.abc import Mapping
from datetime import date
from typing import Self

from django.db.models import F, Sum, Value
from django.db.models.functions import Greatest
from pydantic import BaseModel, ConfigDict

from contracts.wire.units import Address
from provisioning import breakdown, discretion
from provisioning.breakdown import CROWD, Breakdown, Buyers, Purchases
from provisioning.discretion import Count
from provisioning.portal.figures.models import Budget, Placed, Progress, Sale, Shown, Slice

_DAYS = 7


class _Fields(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Between(_Fields):
    """A count of passes: exactly `least`, or up to `most` where it would point at a few."""

    least: int
    most: int

    @classmethod
    def of(cls, count: Count) -> Self:
        """The same, to be kept."""
        return cls(least=count.at_least, most=count.at_most)

    @property
    def exact(self) -> bool:
        """Whether it is one number."""
        return self.least == self.most


class Part(_Fields):
    """What these shops or categories took together."""

    of: tuple[int, ...]
    cents: int


class Weeks(_Fields):
    """What was spent from the Monday `first` to the Sunday `last`."""

    first: date
    last: date
    cents: int


class Figures(_Fields):
    """A programme's figures, in cents; None for one that is held back.

    `slices` is what is left of them: a change of it is somebody's draw, so it is held back with `drawn`.
    """

    passes: Between
    granted: int | None
    activated: Between | None
    spent: int | None
    drawn: int | None
    slices: int | None
    terminals: int
    categories: tuple[Part, ...] = ()
    shops: tuple[Part, ...] = ()
    weeks: tuple[Weeks, ...] = ()


def sum_up() -> None:
    """Bring the figures of every programme of which something was read up to date."""
    here = Progress.objects.first()
    if here is None:
        return
    for programme in here.stale:
        about = {"time": here.time, "figures": figures(programme).model_dump(mode="json")}
        Shown.objects.update_or_create(programme=programme, defaults=about)
    Progress.objects.filter(pk=here.pk).update(stale=[])
    Shown.objects.exclude(time=here.time).update(time=here.time)


def figures(programme: int) -> Figures:
    """The programme's, from all that was read."""
    purchases = _purchases(programme)
    granted = _granted(programme)
    if len(granted) < CROWD:
        return _summed(programme, granted, purchases, None)
    return _summed(programme, granted, purchases, breakdown.broken_down(purchases, _categories(programme, purchases)))


def _summed(programme: int, granted: Mapping[Address, int], purchases: Purchases, parts: Breakdown | None) -> Figures:
    active = {buyer for buyers in purchases.values() for buyer in buyers} & granted.keys()
    slices = Slice.objects.filter(programme=programme, left__gt=0)
    shown, drawn = parts or Breakdown(), None if parts is None else _drawn(programme)
    return Figures(
        passes=Between.of(discretion.count(len(granted), len(granted))),
        granted=None if parts is None else sum(granted.values()),
        activated=None if parts is None else Between.of(discretion.count(len(active), len(granted))),
        spent=sum(part.cents for part in shown.shops) if shown.shops else None,
        drawn=drawn,
        slices=None if drawn is None else slices.aggregate(all=Sum("left", default=0))["all"],
        terminals=slices.count(),
        categories=tuple(Part(of=part.of, cents=part.cents) for part in shown.categories),
        shops=tuple(Part(of=part.of, cents=part.cents) for part in shown.shops),
        weeks=tuple(_weeks(part.of, part.cents) for part in shown.weeks),
    )


def _weeks(of: tuple[int, ...], cents: int) -> Weeks:
    first, last = of
    return Weeks(first=date.fromordinal(first * _DAYS + 1), last=date.fromordinal(last * _DAYS + _DAYS), cents=cents)


def _purchases(programme: int) -> Purchases:
    """By shop and week. What was given back counts for the week in which it was bought."""
    left = Greatest(F("cents") - F("refunded"), Value(0))
    sales = Sale.objects.filter(programme=programme).order_by()
    rows = sales.values_list("shop", "week", "buyer").annotate(net=Sum(left)).filter(net__gt=0)
    found: dict[tuple[int, int], dict[Address, int]] = {}
    for shop, week, buyer, net in rows.iterator():
        found.setdefault((shop, (week.toordinal() - 1) // _DAYS), {})[Address(bytes(buyer))] = net
    return found


def _granted(programme: int) -> dict[Address, int]:
    budgets = Budget.objects.filter(programme=programme, successor=None).values_list("address", "granted")
    return {Address(bytes(address)): cents for address, cents in budgets.iterator()}


def _categories(programme: int, purchases: Purchases) -> dict[int, int]:
    """Of every shop that takes part, took part, or sold something."""
    placed = dict(Placed.objects.filter(programme=programme).values_list("shop", "category"))
    return {**{shop: 0 for shop, _ in purchases}, **placed}


def _drawn(programme: int) -> int | None:
    """What was paid from slices, if that points at nobody."""
    sales = Sale.objects.filter(programme=programme, drawn__gt=0).order_by()
    rows = sales.values_list("buyer").annotate(cents=Sum("drawn"))
    buyers: Buyers = {Address(bytes(buyer)): cents for buyer, cents in rows.iterator()}
    return sum(buyers.values()) if breakdown.may_stand(buyers) else None
