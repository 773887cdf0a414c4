"""What is filled in to write rules, to try them, and to put them in force."""

import re
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pydantic import ValidationError as Senseless

from provisioning.portal.pages.money import CentsField
from provisioning.portal.rules.examples import born_at
from provisioning.portal.rules.judging import (
    AGE_MAX,
    CHILDREN_MAX,
    INCOME_MAX,
    Answers,
    Area,
    Band,
    ByLiving,
    Conditions,
    Living,
    postcode,
)
from provisioning.portal.rules.models import Scheme
from provisioning.portal.rules.terms import MONTHS_MAX

BANDS_MAX = 8
_AREA = re.compile(r"([1-9]\d{3})(?:\s*-\s*([1-9]\d{3}))?", re.ASCII)


if TYPE_CHECKING:
    _ModelForm = forms.ModelForm[Scheme]
    _Rows = forms.BaseFormSet["BandForm"]
else:
    _ModelForm, _Rows = forms.ModelForm, forms.BaseFormSet


class SchemeForm(_ModelForm):
    """What a scheme is called, and of which programme its budgets are."""

    class Meta:
        """Both."""

        model = Scheme
        fields = ("name", "programme")
        labels = {"name": _("Name that families read"), "programme": _("Programme that the budgets are of")}  # noqa: RUF012
        help_texts = {"programme": _("It may be chosen later. Nothing is granted before.")}  # noqa: RUF012


def _cents(label: Any, **more: Any) -> CentsField:
    return CentsField(label=label, zero=True, most=INCOME_MAX, **more)


class ConditionsForm(forms.Form):
    """All but the ages, which are rows beside it."""

    percent = forms.IntegerField(
        label=_("Highest income, in percent of the norm"),
        min_value=50,
        max_value=300,
        widget=forms.NumberInput({"class": "short"}),
    )
    norm_alone = _cents(_("Norm for a parent alone"), help_text=_("Net, a month, without holiday pay."))
    norm_together = _cents(_("Norm for two people together"), help_text=_("Net, a month, without holiday pay."))
    source = forms.CharField(
        label=_("Where the norms stand"), help_text=_("The law or notice, and since when it counts."), max_length=200
    )
    savings_alone = _cents(_("Highest savings of a parent alone"))
    savings_together = _cents(_("Highest savings of two people together"))
    areas = forms.CharField(
        label=_("Postcodes"), help_text=_("Four digits, for example 9800-9805, 9861."), max_length=600
    )
    months = forms.IntegerField(
        label=_("In how many monthly parts the budget comes"),
        help_text=_("1: all of it at once."),
        min_value=1,
        max_value=MONTHS_MAX,
        widget=forms.NumberInput({"class": "short"}),
    )

    def clean_areas(self) -> tuple[Area, ...]:
        """The areas."""
        parts = [part.strip() for part in self.cleaned_data["areas"].split(",") if part.strip()]
        try:
            return tuple(_area(part) for part in parts)
        except ValueError:
            raise ValidationError(_("Type postcodes as 9800-9805, 9861."), code="areas") from None


def _age(label: Any) -> forms.IntegerField:
    short = forms.NumberInput({"class": "short"})
    return forms.IntegerField(label=label, min_value=0, max_value=AGE_MAX, widget=short)


class BandForm(forms.Form):
    """A child of these ages gets so much."""

    youngest = _age(_("From age"))
    oldest = _age(_("To age"))
    cents = CentsField(label=_("Amount"), most=10**7)


class _Bands(_Rows):
    def initial_form_count(self) -> int:
        """None must stay: whoever empties a row takes it out."""
        return 0


_BandRows = forms.formset_factory(
    BandForm, formset=_Bands, extra=BANDS_MAX - 1, min_num=1, validate_min=True,
    max_num=BANDS_MAX, validate_max=True, absolute_max=BANDS_MAX,
)  # fmt: skip


def bands(data: QueryDict | None = None, given: Sequence[Band] = ()) -> _Rows:
    """The rows: as posted, or with what is there."""
    initial = [band.model_dump() for band in given]
    return _BandRows(data, prefix="band", initial=None if data else initial)


def initial(conditions: Conditions) -> dict[str, object]:
    """The form's values for these conditions."""
    areas = [str(each.first) if each.first == each.last else f"{each.first}-{each.last}" for each in conditions.areas]
    return {
        "percent": conditions.percent, "source": conditions.source, "areas": ", ".join(areas),
        "norm_alone": conditions.norms.alone, "norm_together": conditions.norms.together,
        "savings_alone": conditions.savings.alone, "savings_together": conditions.savings.together,
        "months": conditions.months,
    }  # fmt: skip


def conditions(form: ConditionsForm, rows: _Rows) -> Conditions | None:
    """What was written; None when it makes no sense, which the form then says."""
    if not (form.is_valid() & rows.is_valid()):
        return None
    said = form.cleaned_data
    written = sorted(filter(None, rows.cleaned_data), key=lambda row: int(row["youngest"]))
    try:
        return Conditions(
            percent=said["percent"],
            norms=ByLiving(alone=said["norm_alone"], together=said["norm_together"]),
            source=said["source"],
            savings=ByLiving(alone=said["savings_alone"], together=said["savings_together"]),
            areas=said["areas"],
            bands=tuple(Band(**row) for row in written),
            months=said["months"],
        )
    except Senseless:
        form.add_error(None, _("An age stands in two lines, or a line ends before it begins."))
        return None


class LiveForm(forms.Form):
    """From when on."""

    day = forms.DateField(
        label=_("In force from"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        initial=timezone.localdate,
    )

    def clean_day(self) -> date:
        """Not in the past: what was judged stays as it was judged."""
        day: date = self.cleaned_data["day"]
        if day < timezone.localdate():
            raise ValidationError(_("Choose today or a later day."), code="past")
        return day


class TryForm(forms.Form):
    """A family that somebody thinks up."""

    postcode = forms.CharField(label=_("Postcode"), max_length=10, widget=forms.TextInput({"class": "short"}))
    living = forms.ChoiceField(
        label=_("Household"),
        widget=forms.RadioSelect,
        choices=[(Living.ALONE.value, _("A parent alone")), (Living.TOGETHER.value, _("Two people together"))],
    )
    ages = forms.CharField(label=_("Ages of the children"), help_text=_("For example 4, 12."), max_length=60)
    income = _cents(_("Net income in a month"))
    savings = _cents(_("Savings"))

    def clean_postcode(self) -> str:
        """As 9801AB."""
        try:
            return postcode(self.cleaned_data["postcode"])
        except ValueError:
            raise ValidationError(_("Type a postcode as 1234 AB."), code="postcode") from None

    def clean_ages(self) -> tuple[int, ...]:
        """Whole years."""
        parts = [part.strip() for part in self.cleaned_data["ages"].split(",")]
        if len(parts) > CHILDREN_MAX or not all(part.isdecimal() and int(part) <= AGE_MAX for part in parts):
            raise ValidationError(_("Type ages as 4, 12."), code="ages")
        return tuple(int(part) for part in parts)

    def answers(self, day: date) -> Answers:
        """What this family would answer on that day."""
        said = self.cleaned_data
        born = tuple(born_at(years, day) for years in said["ages"])
        return Answers(said["postcode"], Living(said["living"]), born, said["income"], said["savings"])


def _area(text: str) -> Area:
    found = _AREA.fullmatch(text)
    if found is None:
        raise ValueError("no area")
    return Area(first=int(found[1]), last=int(found[2] or found[1]))
