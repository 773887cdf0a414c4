"""Amounts in the reader's own writing, and the form field that reads one. Whole cents everywhere."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from contracts.wire import units
from contracts.wire.units import Cents
from provisioning import desk

_ENGLISH = str.maketrans(",.", ".,")


def euros(amount: int, language: str | None = None) -> str:
    """Cents as `€ 1.234,50`, or as `€ 1,234.50` in English; the space does not break."""
    said = units.euros(Cents(abs(amount)))
    if not (language or get_language() or "").startswith("nl"):
        said = said.translate(_ENGLISH)
    return f"{'-' if amount < 0 else ''}€\N{NO-BREAK SPACE}{said}"


class CentsField(forms.CharField):
    """An amount that somebody types as 300 or 300,00; its value is whole cents. Nothing is one only with `zero`."""

    def __init__(self, *, zero: bool = False, most: int = desk.MONEY_MAX, **more: Any) -> None:
        super().__init__(max_length=24, **more)
        self.zero, self.most = zero, most
        self.widget.attrs |= {"inputmode": "decimal", "class": "short"}

    def clean(self, value: Any) -> Any:
        """Cents, or None where nothing was typed and nothing is asked."""
        said = super().clean(value).removeprefix("€").strip()
        if not said:
            return None
        cents = 0 if self.zero and said in {"0", "0,00", "0.00"} else _read(said)
        if cents > self.most:
            raise ValidationError(_("This amount is too high. Check it."), code="high")
        return cents

    def prepare_value(self, value: Any) -> Any:
        """Cents that are there from before, as somebody would type them."""
        if not isinstance(value, int):
            return value
        whole, rest = divmod(value, 100)
        return f"{whole},{rest:02d}" if rest else str(whole)


def _read(said: str) -> int:
    try:
        return desk.money(said)
    except ValueError:
        raise ValidationError(_("Type an amount as 300 or as 300,50."), code="amount") from None
