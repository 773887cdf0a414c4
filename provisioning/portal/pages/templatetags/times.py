"""Moments of the contract, seconds since 1970 UTC, as pages show them."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django import template

from provisioning import period

register = template.Library()


@register.filter
def moment(seconds: int) -> datetime:
    """For Django's own `date` filter: `{{ seconds|moment|date:"SHORT_DATETIME_FORMAT" }}`."""
    return datetime.fromtimestamp(seconds, ZoneInfo(period.ZONE))
