"""Adding up by day what was settled, block after block, each entry once."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest, Least

from contracts.wire.entry import Refund
from provisioning import period
from provisioning.portal.payouts.models import DaySum, Mark, Unread
from provisioning.portal.payouts.settled import Judged, Unseen, settled
from provisioning.town import Town

MARK = "days"
_BLOCKS = 5_000
"""In one go: what a node serves at once, and short enough to do between two tasks."""
_TIME_MAX = 253_370_764_800
"""The year 9999; a clock that says more is rejected by the contract, but its entry stands there."""

_Key = tuple[bytes, int, date, int, bool, str]


def read(town: Town) -> None:
    """Add what has become final since the last time."""
    final = town.chain.block("finalized")
    mark = Mark.objects.filter(name=MARK).first()
    first = mark.block + 1 if mark else town.deployment.block
    last = min(final.number, first + _BLOCKS - 1)
    found = list(settled(town, first, last)) if first <= last else []
    time = final.time if last == final.number or first > last else (mark.time if mark else 0)
    with transaction.atomic():
        _add(each for each in found if isinstance(each, Judged))
        for each in found:
            if isinstance(each, Unseen):
                Unread.objects.create(terminal=each.terminal, shop=each.shop, first=each.first, last=each.last)
        Mark.objects.update_or_create(name=MARK, defaults={"block": max(last, first - 1), "time": time})


def _add(found: Iterable[Judged]) -> None:
    sums: dict[_Key, list[int]] = {}
    for each in found:
        place = sums.setdefault(_key(each), [0, 0, each.sequence, each.sequence])
        place[0] += 1
        place[1] += each.content.amount
        place[2], place[3] = min(place[2], each.sequence), max(place[3], each.sequence)
    for (terminal, shop, day, programme, refund, standing), (count, cents, first, last) in sums.items():
        fresh = {"shop": shop, "count": count, "cents": cents, "first": first, "last": last}
        key = {"terminal": terminal, "day": day, "programme": programme, "refund": refund, "standing": standing}
        there, made = DaySum.objects.get_or_create(**key, defaults=fresh)
        if not made:
            DaySum.objects.filter(pk=there.pk).update(
                count=F("count") + count,
                cents=F("cents") + cents,
                first=Least(F("first"), first),
                last=Greatest(F("last"), last),
            )


def _key(each: Judged) -> _Key:
    content = each.content
    day = period.day(min(content.time, _TIME_MAX))
    return each.terminal, each.shop, day, content.programme, isinstance(content, Refund), each.standing.value
