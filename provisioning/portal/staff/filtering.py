"""Which lines of the trail are looked at."""

from django import forms
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from provisioning.portal.staff.models import Line


class Filter(forms.Form):
    """Whatever is left empty leaves out nothing."""

    by = forms.ModelChoiceField(User.objects.order_by("username"), label=_("Account"), required=False)
    action = forms.CharField(
        label=_("What was done"), max_length=48, required=False, help_text=_("As it begins, for instance: passes")
    )
    subject = forms.CharField(
        label=_("About what"), max_length=64, required=False, help_text=_("For instance: application 17")
    )
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput({"type": "date"}))
    until = forms.DateField(label=_("Up to and including"), required=False, widget=forms.DateInput({"type": "date"}))

    def apply(self, lines: QuerySet[Line]) -> QuerySet[Line]:
        """These lines of them."""
        asked = {
            "by": self.cleaned_data["by"],
            "action__startswith": self.cleaned_data["action"],
            "subject": self.cleaned_data["subject"],
            "at__date__gte": self.cleaned_data["since"],
            "at__date__lte": self.cleaned_data["until"],
        }
        return lines.filter(**{name: value for name, value in asked.items() if value})
