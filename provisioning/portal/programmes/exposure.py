"""What a programme can cost beyond its budgets, at most. Pure: numbers in, numbers out, and the sentences for them.

The arithmetic is the contract's (docs/contract.md, decision 3). A terminal approves by itself only what its slice
covers, so what is drawn for budgets that were spent twice, or rules that changed meanwhile, is never more than all
slices together. A terminal that was tampered with takes its slice at most. A copied pass spends its own budget,
and in a day its day limit.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contracts.wire.units import CENTS_MAX
from provisioning.portal.pages.money import euros
from terminal.core.approve import WAITING_MAX


@dataclass(frozen=True, slots=True)
class Rules:
    """Of a programme, or of a draft of one: cents, and seconds."""

    floor_limit: int
    day_limit: int
    offline_window: int


@dataclass(frozen=True, slots=True)
class Exposure:
    """Each number is a most, in cents, but for `terminals` and `hours`."""

    terminals: int
    slices: int
    """What all terminals together can draw: all that can be lost to races. It is money that lies apart."""
    largest: int
    """What one terminal that was stolen or tampered with can take from the reserve."""
    one_offline: int
    """What one terminal approves without a network, before it must have been online again."""
    all_offline: int
    hours: int
    copied_a_day: int | None
    """What a copied pass spends in a day; None: as much as its budget."""
    free: int
    """What remains to be granted; below nothing when the reserve does not cover the slices."""


def of(rules: Rules, free: int, slices: Sequence[int]) -> Exposure:
    """The exposure with these slices of terminals, beside which `free` cents are free.

    `free` is what the contract calls reserve. In a draft it is the wanted reserve less the planned slices.
    """
    alone = WAITING_MAX * rules.floor_limit
    offline = [min(one, alone) for one in slices]
    return Exposure(
        terminals=len(slices),
        slices=sum(slices),
        largest=max(slices, default=0),
        one_offline=max(offline, default=0),
        all_offline=sum(offline),
        hours=rules.offline_window // 3600,
        copied_a_day=rules.day_limit if rules.day_limit < CENTS_MAX else None,
        free=free,
    )


def told(found: Exposure) -> list[str]:
    """The same in sentences, the most that can be lost first."""
    sentences = [
        _of_tills(found) % {"slices": euros(found.slices), "terminals": found.terminals},
        _("A till that is stolen can take %(largest)s at most.") % {"largest": euros(found.largest)},
        _("Without network, a till sells for at most %(one)s in %(hours)d hours.")
        % {"one": euros(found.one_offline), "hours": found.hours},
    ]
    if found.copied_a_day is None:
        sentences.append(_("There is no day limit. A copied pass can spend its whole budget in one day."))
    else:
        limit = euros(found.copied_a_day)
        sentences.append(_("A copied pass can spend %(limit)s a day, until it is blocked.") % {"limit": limit})
    if found.free < 0:
        sentences.append(_("The reserve is %(short)s too small for the tills.") % {"short": euros(-found.free)})
    else:
        sentences.append(_("%(free)s is free for budgets.") % {"free": euros(found.free)})
    return sentences


def _of_tills(found: Exposure) -> str:
    return ngettext(
        "At most %(slices)s can be lost. This money lies apart for %(terminals)d till.",
        "At most %(slices)s can be lost. This money lies apart for %(terminals)d tills.",
        found.terminals,
    )
