"""What one person may grant without a second: for a household, and in sum, however many families."""

from datetime import timedelta

from django.contrib.auth.models import User
from django.db.models import F, Sum
from django.utils import timezone

from provisioning.portal import settings
from provisioning.portal.deciding.matching import GIVEN
from provisioning.portal.deciding.models import Decision, Import, ImportRow

WEEK = timedelta(days=7)


def may_grant(user: int, cents: int, together: int) -> bool:
    """Whether this person may grant so many cents alone, in the caller's transaction.

    `together` is what its household has with it, or what a list gives in all. What one person does in two browsers at
    once is counted one after the other.
    """
    User.objects.select_for_update().get(pk=user)
    within_week = granted(user) + cents <= settings.PORTAL.four_eyes_week_cents
    return together <= settings.PORTAL.four_eyes_cents and within_week


def granted(user: int) -> int:
    """The cents that this person granted alone in the last seven days, and that stand: by application and by list."""
    since = timezone.now() - WEEK
    made = Decision.objects.filter(
        by=user, second=None, of=None, verdict=Decision.Verdict.GRANT, state=Decision.State.FINAL, made_at__gt=since
    )
    lists = Import.objects.filter(by=user, second=F("by"), started_at__gt=since)
    rows = ImportRow.objects.filter(of__in=lists, kind__in=GIVEN)
    listed: int | None = rows.aggregate(all=Sum("cents"))["all"]
    return sum(decision.cents for decision in made.only("amounts")) + (listed or 0)
