"""What a clerk types to find a household, and how many letters to make."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from provisioning.portal.passes.printing import COUNT_MAX

_LABEL = re.compile(r"[0-9a-f]{8}")


class FindForm(forms.Form):
    """One of these is enough; more of them find less. Never by URL."""

    label = forms.CharField(label=_("Number of the pass"), help_text=_("As on the letter: 0a1b-2c3d."), max_length=9)
    number = forms.CharField(label=_("Number of the household"), max_length=40)
    name = forms.CharField(label=_("Name"), help_text=_("The whole name, as in the application."), max_length=100)
    postcode = forms.CharField(label=_("Postcode"), max_length=10)
    address = forms.CharField(label=_("Street and house number"), max_length=100)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for name, field in self.fields.items():
            field.required = False
            field.widget.attrs["autocomplete"] = "off"
            field.widget.attrs |= {"class": "short"} if name in {"label", "number", "postcode"} else {}

    def clean_label(self) -> str:
        """Its eight digits."""
        digits: str = self.cleaned_data["label"].replace("-", "").replace(" ", "").lower()
        if digits and not _LABEL.fullmatch(digits):
            raise ValidationError(_("The number of a pass has eight digits or letters a to f."), code="label")
        return digits

    def clean(self) -> dict[str, Any]:
        """Something to look for; an address is both of its parts."""
        said = super().clean() or {}
        if not self.errors and not any(said.values()):
            raise ValidationError(_("Fill in at least one of these."), code="nothing")
        if bool(said.get("postcode")) != bool(said.get("address")):
            missing = "address" if said.get("postcode") else "postcode"
            self.add_error(missing, _("An address needs the postcode, the street and the house number."))
        return said


class CountForm(forms.Form):
    """How many letters."""

    count = forms.IntegerField(label=_("How many letters"), min_value=1, max_value=COUNT_MAX)
