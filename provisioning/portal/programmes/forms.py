"""A programme as people write it: dates, euros, hours."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from contracts.wire.units import CENTS_MAX
from provisioning import categories, period
from provisioning.portal.pages.money import CentsField
from provisioning.portal.pages.templatetags.times import moment
from provisioning.portal.programmes.models import Programme

OFFLINE_HOURS_MAX = 96
"""As long as any till sells without a network (`terminal.core.approve`)."""
_NAME_BYTES_MAX = 64
_DAY = {"type": "date"}


def category_choices() -> list[tuple[int, str]]:
    """What shops sell, in the reader's language."""
    dutch = (get_language() or "").startswith("nl")
    return [(number, (names[0] if dutch else names[1]).capitalize()) for number, names in categories.NAMES.items()]


def category_name(number: int) -> str:
    """One of them; its number where it has no name."""
    return dict(category_choices()).get(number, str(number) if number else "-")


class TermsForm(forms.Form):
    """What can be changed while a programme is live."""

    begins = forms.DateField(label=_("First day"), widget=forms.DateInput(format="%Y-%m-%d", attrs=_DAY))
    ends = forms.DateField(label=_("Last day"), widget=forms.DateInput(format="%Y-%m-%d", attrs=_DAY))
    categories = forms.TypedMultipleChoiceField(
        label=_("What the budget is for"),
        help_text=_("Shops that sell this take part by themselves. You can add or leave out other shops later."),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=category_choices,
    )
    floor_limit = CentsField(
        label=_("Highest amount at once"),
        help_text=_("A till approves this amount by itself. Above it, the till asks first."),
        most=CENTS_MAX,
    )
    day_limit = CentsField(
        label=_("Highest amount a day for one pass (may be empty)"),
        help_text=_("Whoever copies a pass can spend no more than this in a day."),
        most=CENTS_MAX - 1,
        required=False,
    )
    offline_hours = forms.IntegerField(
        label=_("Hours that a till may sell without network"),
        min_value=1,
        max_value=OFFLINE_HOURS_MAX,
        widget=forms.NumberInput(attrs={"class": "short"}),
    )
    slice = CentsField(
        label=_("Money apart for each till"),
        help_text=_(
            "It pays the shop if a budget turns out to be spent already. It is the most you can lose by one till."
        ),
        most=CENTS_MAX,
    )
    goals = forms.CharField(
        label=_("What you want to reach (may be empty)"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        """Both ends of the period belong to it."""
        said: dict[str, Any] = super().clean() or {}
        if said.get("begins") and said.get("ends") and said["ends"] < said["begins"]:
            self.add_error("ends", _("The last day is before the first day."))
        return said

    def clean_begins(self) -> int:
        """Its first second."""
        return self._second("begins", period.begins)

    def clean_ends(self) -> int:
        """Its last second."""
        return self._second("ends", period.ends)

    def _second(self, name: str, read: Any) -> int:
        try:
            return int(read(self.cleaned_data[name].isoformat()))
        except ValueError:
            raise ValidationError(_("This date is too far away.")) from None

    def fill(self, programme: Programme) -> None:
        """Put what was written into a programme that is not saved yet."""
        for name, value in self.terms().items():
            setattr(programme, name, value)
        programme.slice, programme.goals = self.cleaned_data["slice"], self.cleaned_data["goals"]

    def terms(self) -> dict[str, int]:
        """The rules, as the contract has them."""
        said = self.cleaned_data
        return {
            "begins": said["begins"],
            "ends": said["ends"],
            "floor_limit": said["floor_limit"],
            "day_limit": said["day_limit"] or CENTS_MAX,
            "offline_window": said["offline_hours"] * 3600,
            "categories": categories.bits(said["categories"]),
        }


class DraftForm(TermsForm):
    """What a draft has besides."""

    name = forms.CharField(label=_("Name"), help_text=_("Families and shops see this name."), max_length=64)
    reserve = CentsField(
        label=_("Money that you put in"),
        help_text=_("For all budgets together, and the money apart for the tills. You can add more later."),
        most=10**15,
    )
    field_order = (
        "name",
        "begins",
        "ends",
        "reserve",
        "categories",
        "floor_limit",
        "day_limit",
        "offline_hours",
        "slice",
    )

    def __init__(self, *given: Any, programme: Programme | None = None, **more: Any) -> None:
        super().__init__(*given, **more)
        self._programme = programme

    def clean_name(self) -> str:
        """A name that the contract can hold, and no other programme has."""
        name: str = self.cleaned_data["name"]
        if len(name.encode()) > _NAME_BYTES_MAX:
            raise ValidationError(_("This name is too long."))
        others = Programme.objects.filter(name__iexact=name)
        if others.exclude(pk=self._programme.pk if self._programme else 0).exists():
            raise ValidationError(_("There is a programme of this name already."))
        return name

    def fill(self, programme: Programme) -> None:
        """As above, with name and money."""
        super().fill(programme)
        programme.name, programme.reserve = self.cleaned_data["name"], self.cleaned_data["reserve"]


def written(programme: Programme) -> dict[str, Any]:
    """What a form begins with."""
    return {
        "name": programme.name,
        "goals": programme.goals,
        "begins": moment(programme.begins).date(),
        "ends": moment(programme.ends).date(),
        "floor_limit": programme.floor_limit,
        "day_limit": programme.day_limit if programme.has_day_limit else None,
        "offline_hours": programme.offline_hours,
        "categories": programme.category_numbers,
        "slice": programme.slice or None,
        "reserve": programme.reserve,
    }


class MoneyForm(forms.Form):
    """Money in, or out."""

    once = forms.CharField(widget=forms.HiddenInput, max_length=64)
    cents = CentsField(label=_("Amount"), most=10**15)
