"""Why a shop cancels an order, and by which pass the desk finds one."""

from django import forms
from django.utils.translation import gettext_lazy as _

from provisioning.portal.orders.models import OF_SHOP
from provisioning.portal.passes.forms import FindForm


class CancelForm(forms.Form):
    """A reason, which the family is told."""

    reason = forms.ChoiceField(
        label=_("Why do you cancel?"),
        help_text=_("The family sees this."),
        choices=[(reason.value, reason.label) for reason in OF_SHOP],
        widget=forms.RadioSelect,
    )


class PassForm(forms.Form):
    """The number on the letter."""

    label = forms.CharField(label=_("Number of the pass"), help_text=_("As on the letter: 0a1b-2c3d."), max_length=9)
    label.widget.attrs |= {"autocomplete": "off", "class": "short"}

    clean_label = FindForm.clean_label
