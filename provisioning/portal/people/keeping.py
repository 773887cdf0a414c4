"""Until when a household is kept: as long as anything needs it."""

from collections.abc import Iterator
from datetime import date

from django.db.models import Max
from django.utils import timezone

from provisioning.portal.applying.models import Application
from provisioning.portal.pages.templatetags.times import moment
from provisioning.portal.passes.models import Grant
from provisioning.portal.people import retention
from provisioning.portal.people.models import Household
from provisioning.portal.programmes.models import Programme

OPEN = (Application.State.DRAFT, Application.State.SUBMITTED, Application.State.ASKED)


def until(household: Household) -> date | None:
    """The first day on which nothing needs it; None while an application of it is open."""
    if household.applications.filter(state__in=OPEN).exists():
        return None
    return max(_needs(household), default=timezone.localdate(household.made_at) + retention.UNNEEDED)


def refresh(household: Household) -> date | None:
    """Write that day down."""
    household.forget_on = until(household)
    household.save(update_fields=["forget_on"])
    return household.forget_on


def let_go(household: Household) -> None:
    """Write that day down where a budget was taken back: not at once, as that may have been a slip."""
    day = until(household)
    household.forget_on = day and max(day, timezone.localdate() + retention.UNNEEDED)
    household.save(update_fields=["forget_on"])


def of_programme(programme: Programme) -> date:
    """Until when whoever got a budget of it is known."""
    return retention.money(moment(programme.ends).date())


def _needs(household: Household) -> Iterator[date]:
    last = Grant.objects.filter(child__household=household).aggregate(ends=Max("programme__ends"))["ends"]
    if last is not None:
        yield retention.money(moment(last).date())
    kept = household.applications.aggregate(last=Max("forget_on"))["last"]
    if kept is not None:
        yield kept
