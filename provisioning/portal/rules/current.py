"""Which rules are in force."""

from datetime import date

from django.db.models import Q
from django.utils import timezone

from provisioning.portal.rules.models import RuleVersion


def live(day: date) -> list[RuleVersion]:
    """The version in force on that day of each scheme that can be applied for, by the schemes' names."""
    now = int(timezone.now().timestamp())
    over = Q(scheme__programme__closed=True) | Q(scheme__programme__ends__lte=now)
    found = RuleVersion.objects.filter(state=RuleVersion.State.LIVE, live_from__lte=day).exclude(over)
    newest: dict[int, RuleVersion] = {}
    for version in found.select_related("scheme__programme").order_by("scheme__name", "live_from", "number"):
        newest[version.scheme_id] = version
    return list(newest.values())


def of_scheme(scheme: int, day: date) -> RuleVersion | None:
    """The one of this scheme; None when nobody can apply for it now."""
    return next((version for version in live(day) if version.scheme_id == scheme), None)
