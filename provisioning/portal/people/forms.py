"""What is typed about a family at the desk."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from provisioning.portal.applying.forms import BornField
from provisioning.portal.people import sealing
from provisioning.portal.people.models import Child, ChildParticulars, Household, Particulars
from provisioning.portal.rules import judging


def _off(longest: int, **more: Any) -> forms.CharField:
    """A field that a clerk's browser fills in with nobody's own data."""
    return forms.CharField(max_length=longest, widget=forms.TextInput(attrs={"autocomplete": "off"}), **more)


class ParticularsForm(forms.Form):
    """Who a household is, corrected."""

    name = _off(70, label=_("Name"))
    address = _off(120, label=_("Street and house number"))
    postcode = _off(10, label=_("Postcode"))
    town = _off(60, label=_("Town"), required=False)
    email = forms.EmailField(label=_("E-mail"), required=False, max_length=120)
    phone = _off(20, label=_("Phone"), required=False)
    number = _off(20, label=_("Number at the social service"), required=False)
    language = forms.ChoiceField(label=_("Language of letters"), choices=settings.LANGUAGES)

    def __init__(self, household: Household, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, initial={**asdict(household.who), "language": household.language})
        self._household = household

    def clean_postcode(self) -> str:
        """As it is written everywhere here."""
        try:
            return judging.postcode(self.cleaned_data["postcode"])
        except ValueError:
            raise ValidationError(_("Type a postcode as 1234 AB.")) from None

    def clean_number(self) -> str:
        """Nobody else's."""
        number: str = self.cleaned_data["number"]
        others = Household.objects.exclude(pk=self._household.pk)
        if number and others.filter(by_number=sealing.fingerprint("number", number)).exists():
            raise ValidationError(_("Another family has this number."))
        return number

    def save(self) -> None:
        """Once it is valid."""
        said = dict(self.cleaned_data)
        self._household.language = said.pop("language")
        self._household.describe(Particulars(**said))
        self._household.save()


class ChildForm(forms.Form):
    """Who a child is, corrected."""

    name = _off(70, label=_("Name"))
    born = BornField(label=_("Born"))

    def __init__(self, child: Child, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, prefix=f"child-{child.pk}", initial=asdict(child.who))
        self.child = child

    def clean(self) -> dict[str, Any]:
        """Not a sister or brother that is there."""
        said = self.cleaned_data
        others = Child.objects.filter(household=self.child.household_id).exclude(pk=self.child.pk)
        if len(said) == len(self.fields) and others.filter(by_child=self._who().fingerprint).exists():
            raise ValidationError(_("The same child stands here twice."))
        return said

    def save(self) -> None:
        """Once it is valid."""
        self.child.describe(self._who())
        self.child.save()

    def _who(self) -> ChildParticulars:
        return ChildParticulars(self.cleaned_data["name"], self.cleaned_data["born"].isoformat())


class ForgetForm(forms.Form):
    """Deleting is not undone, so it is said twice."""

    sure = forms.BooleanField(label=_("The family asked for this, and I know who asks."))
