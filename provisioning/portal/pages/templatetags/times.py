"""Moments of the contract, seconds since 1970 UTC, as pages show them."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django import template

from provisioning import period

register = template.Library()

_LAST = 253_370_764_799
"""The last second of a year that people count: what never ends is shown as that."""


@register.filter
def moment(seconds: int) -> datetime:
    """For Django's own `date` filter: `{{ seconds|moment|date:"SHORT_DATETIME_FORMAT" }}`."""
    return datetime.fromtimestamp(min(seconds, _LAST), ZoneInfo(period.ZONE))
