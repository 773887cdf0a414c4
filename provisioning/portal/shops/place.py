"""Where a shop stands, in degrees as maps give them; families sort by it on their own phones."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

Place = tuple[float, float]
"""Latitude and longitude."""

_DEGREES = re.compile(r"(-?\d{1,2}(?:\.\d{1,8})?)\s*,\s*(-?\d{1,3}(?:\.\d{1,8})?)", re.ASCII)
_LATITUDE_MAX, _LONGITUDE_MAX = 90, 180


class PlaceField(forms.CharField):
    """`52.1234, 6.1234`; its value is a Place, or None where nothing was typed."""

    def __init__(self, **more: Any) -> None:
        super().__init__(max_length=40, required=False, **more)
        self.widget.attrs |= {"autocomplete": "off", "class": "short"}

    def clean(self, value: Any) -> Any:
        """The pair. Raises ValidationError."""
        said = super().clean(value)
        return _read(said) if said else None

    def prepare_value(self, value: Any) -> Any:
        """A pair that is there from before, as somebody would type it."""
        return f"{value[0]}, {value[1]}" if isinstance(value, tuple) else value


def _read(said: str) -> Place:
    found = _DEGREES.fullmatch(said)
    latitude, longitude = (float(each) for each in found.groups()) if found else (_LATITUDE_MAX + 1, 0)
    if abs(latitude) > _LATITUDE_MAX or abs(longitude) > _LONGITUDE_MAX:
        raise ValidationError(_("Type the place as 52.1234, 6.1234: two numbers with points."), code="place")
    return latitude, longitude
