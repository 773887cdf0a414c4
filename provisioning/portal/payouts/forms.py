"""What is asked of whoever makes, confirms or takes back."""

import re
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from provisioning.payout import status_report
from provisioning.portal.pages.money import CentsField
from provisioning.portal.payouts import names
from provisioning.portal.payouts.models import UNDER_WAY, BankFile, Payment
from provisioning.portal.programmes.models import Programme

_DAYS_AHEAD = 365
_OPEN = (BankFile.State.ASKED, BankFile.State.PLANNED, BankFile.State.CONFIRMED)
_CODE = re.compile(r"([A-Z]{2}[A-Z0-9]{2})?", re.ASCII)
_PICK = re.compile(r"(\d{1,12})(?:-([A-Z0-9]{4}))?", re.ASCII)


class DayInput(forms.DateInput):
    """The browser's own calendar, which takes and gives days as 2026-12-01 in every language."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class NewFile(forms.Form):
    """What a file for the bank is to pay."""

    programmes = forms.TypedMultipleChoiceField(label=_("Programmes"), coerce=int, widget=forms.CheckboxSelectMultiple)
    least = CentsField(
        label=_("Least amount"),
        help_text=_("A smaller credit waits for the next file. Leave it empty to pay every credit."),
        required=False,
        zero=True,
    )
    day = forms.DateField(label=_("Day of payment"), help_text=_("When the bank is to pay."), widget=DayInput)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        known = Programme.objects.filter(number__isnull=False).order_by("number")
        self.fields["programmes"].choices = [  # type: ignore[attr-defined]  # a choice field's
            (each.number, f"{each.name} ({each.number})") for each in known
        ]
        self.fields["day"].initial = timezone.localdate() + timedelta(days=1)

    def clean_programmes(self) -> list[int]:
        """Each in one open file at most."""
        chosen: list[int] = sorted(self.cleaned_data["programmes"])
        open_ = BankFile.objects.filter(state__in=_OPEN).values_list("programmes", flat=True)
        if any(set(chosen) & set(each) for each in open_):
            raise ValidationError(_("There is a file for this programme that is not ready. Finish or drop it first."))
        return chosen

    def clean_day(self) -> date:
        """From today on, within a year."""
        chosen: date = self.cleaned_data["day"]
        today = timezone.localdate()
        if not today <= chosen <= today + timedelta(days=_DAYS_AHEAD):
            raise ValidationError(_("Choose a day from today on, within a year."))
        return chosen


class Sure(forms.Form):
    """That each shop with another account was asked."""

    def __init__(self, file: BankFile, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._file = file
        called = names.shops(file.changed)
        for number in file.changed:
            label = _("I called %(shop)s at a number that we knew before. The new account is right.")
            said = label % {"shop": called.get(number) or number}
            self.fields[f"shop-{number}"] = forms.BooleanField(label=said)

    def clean(self) -> None:
        """A bank does not pay in the past."""
        if self._file.day < timezone.localdate():
            raise ValidationError(_("The day of payment is over. Drop this file and make a new one."))


class StatusReport(forms.Form):
    """What the bank gives back."""

    report = forms.FileField(
        label=_("Report of the bank"),
        help_text=_("An XML file named pain.002. You find it where you gave the bank your file."),
        max_length=200,
    )

    def clean_report(self) -> bytes:
        """Its bytes, as many as such a report may have."""
        given = self.cleaned_data["report"]
        if given.size > status_report.BYTES_MAX:
            raise ValidationError(_("This file is too large."))
        content: bytes = given.read(status_report.BYTES_MAX + 1)
        return content


def picked(file: BankFile, said: list[str]) -> list[tuple[Payment, str]]:
    """The payments of the file that a page ticked, each as `ID` or `ID-CODE` with the bank's code. Others are left."""
    found = (_PICK.fullmatch(each) for each in said)
    codes = {int(each[1]): each[2] or "" for each in found if each}
    return [(each, codes[each.pk]) for each in file.payments.filter(state__in=UNDER_WAY) if each.pk in codes]


class Days(forms.Form):
    """Which days; this month's until today, unless others are said."""

    first = forms.DateField(label=_("First day"), widget=DayInput)
    last = forms.DateField(label=_("Last day"), widget=DayInput)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        today = timezone.localdate()
        self.fields["first"].initial, self.fields["last"].initial = today.replace(day=1), today

    def clean(self) -> None:
        """In order, and of a year at most."""
        first, last = self.cleaned_data.get("first"), self.cleaned_data.get("last")
        if first and last and not first <= last <= first + timedelta(days=_DAYS_AHEAD):
            raise ValidationError(_("Choose a last day that is not before the first, and within a year of it."))


class Statement(Days):
    """Which shop, and which days."""

    shop = forms.TypedChoiceField(label=_("Shop"), coerce=int)
    field_order = ("shop", "first", "last")

    def __init__(self, shops: list[tuple[int, str]], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["shop"].choices = shops  # type: ignore[attr-defined]  # a choice field's
