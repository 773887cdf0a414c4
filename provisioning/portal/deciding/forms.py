"""What is typed when an application is decided."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from contracts.wire.units import CENTS_MAX
from provisioning.portal.applying.models import Application
from provisioning.portal.deciding.deciding import Proposal
from provisioning.portal.deciding.duplicates import Alike, households
from provisioning.portal.deciding.reasons import SAID
from provisioning.portal.pages.money import CentsField

_WORDS_MAX = 1000
_NEW = "new"


def _words(label: Any, help_text: Any = "", *, required: bool = False) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 4})
    return forms.CharField(label=label, help_text=help_text, required=required, max_length=_WORDS_MAX, widget=widget)


class GrantForm(forms.Form):
    """An amount for each child, as the rules advise or otherwise; and which family it is."""

    def __init__(
        self, application: Application, alikes: Sequence[Alike], data: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(data, prefix="grant", initial={"household": _likeliest(alikes)})
        judgement = application.judgement
        self._known = {str(household.pk): household for household in households(alikes)}
        children = application.contents.children
        self._advised = [child.cents for child in judgement.children] if judgement else [0] * len(children)
        self._amounts = [f"amount_{number}" for number in range(len(children))]
        for name, child, cents in zip(self._amounts, children, self._advised, strict=True):
            label = gettext("Amount for %(child)s") % {"child": child.name}
            self.fields[name] = CentsField(label=label, initial=cents, zero=True, most=CENTS_MAX)
        self._add_words()
        if self._known:
            self._add_household()
        if any(alike.strong for alike in alikes):
            sentence = _("I looked at the likely duplicates, and this is no second budget.")
            self.fields["seen"] = forms.BooleanField(label=sentence)

    def _add_words(self) -> None:
        self.fields["why"] = _words(_("Why other amounts"), _("Only if you do not follow the rules. It stays here."))
        self.fields["words"] = _words(_("Your words in the letter"), _("You may leave this empty."))

    def _add_household(self) -> None:
        known = [(key, gettext("Family %(number)s") % {"number": key}) for key in self._known]
        choices = [(_NEW, _("A new family")), *known]
        self.fields["household"] = forms.ChoiceField(label=_("Which family is it?"), choices=choices)

    def clean(self) -> dict[str, Any]:
        """Other amounts want a reason, and nothing at all is no grant."""
        said = self.cleaned_data
        amounts = [said.get(name) for name in self._amounts]
        if None in amounts:
            return said
        if not any(amounts):
            raise ValidationError(_("Give at least one child an amount, or reject the application."))
        if amounts != self._advised and not said.get("why"):
            self.add_error("why", _("Say why you do not follow the rules."))
        return said

    def proposal(self) -> Proposal:
        """What was typed, once it is valid."""
        said = self.cleaned_data
        amounts = [said[name] for name in self._amounts]
        why = said["why"] if amounts != self._advised else ""
        return Proposal(amounts, said["words"], why, self._known.get(said.get("household", _NEW)))


class RejectForm(forms.Form):
    """Reasons in codes, and in words where these do not say it."""

    reasons = forms.MultipleChoiceField(
        label=_("Reasons"), choices=list(SAID.items()), widget=forms.CheckboxSelectMultiple
    )
    words = _words(_("Your words in the letter"), _("Needed with another reason."))

    def __init__(self, data: Mapping[str, Any] | None = None, advised: Sequence[str] = ()) -> None:
        super().__init__(data, prefix="reject", initial={"reasons": list(advised)})

    def clean(self) -> dict[str, Any]:
        """Another reason is said in words."""
        said = self.cleaned_data
        if "other" in said.get("reasons", ()) and not said.get("words"):
            self.add_error("words", _("Say what the other reason is."))
        return said


class AskForm(forms.Form):
    """A question to the family."""

    text = _words(_("Your question"), _("The family reads it with its code."), required=True)

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, prefix="ask")


class WhyForm(forms.Form):
    """Why a decision is returned or undone."""

    why = _words(_("Why"), _("It stays here."), required=True)

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, prefix="why")


def _likeliest(alikes: Sequence[Alike]) -> str:
    """The family that is known with the same child or number; else a new one."""
    strong = [alike for alike in alikes if alike.strong]
    return next((str(household.pk) for household in households(strong)), _NEW)


class FindForm(forms.Form):
    """Open one application by the code that its family has."""

    code = forms.CharField(label=_("Code of the application"), max_length=12)
