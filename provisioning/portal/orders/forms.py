"""Why a shop cancels an order, and by which pass the desk finds one."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from provisioning.portal.orders.models import OF_SHOP, Order
from provisioning.portal.passes.forms import FindForm


class CancelForm(forms.Form):
    """A reason, which the family is told; and of an order of several products, which of them are sold out."""

    reason = forms.ChoiceField(
        label=_("Why do you cancel?"),
        help_text=_("The family sees this."),
        choices=[(reason.value, reason.label) for reason in OF_SHOP],
        widget=forms.RadioSelect,
    )
    sold_out = forms.MultipleChoiceField(
        label=_("What is sold out?"),
        help_text=_("Its stock becomes 0. All else goes back to your stock."),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(self, order: Order, said: QueryDict | None = None) -> None:
        super().__init__(said)
        self._lines = list(order.lines.all())
        self.fields["sold_out"].choices = [(line.pk, line.name) for line in self._lines]  # type: ignore[attr-defined]
        if len(self._lines) < 2:
            del self.fields["sold_out"]

    def clean(self) -> dict[str, Any]:
        """With `sold_out` as the numbers of lines: none for another reason, the only one where there is one."""
        found: dict[str, Any] = super().clean() or {}
        chosen = [int(number) for number in found.get("sold_out", ())]
        if found.get("reason") != Order.Reason.SOLD_OUT:
            return {**found, "sold_out": []}
        if not chosen and "sold_out" in self.fields and "sold_out" not in self.errors:
            self.add_error("sold_out", _("Choose what is sold out."))
        return {**found, "sold_out": chosen or [line.pk for line in self._lines]}


class PassForm(forms.Form):
    """The number on the letter."""

    label = forms.CharField(label=_("Number of the pass"), help_text=_("As on the letter: 0a1b-2c3d."), max_length=9)
    label.widget.attrs |= {"autocomplete": "off", "class": "short"}

    clean_label = FindForm.clean_label
