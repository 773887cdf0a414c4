"""What a family fills in. Every label is a question or a thing, every mistake says what to do."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from provisioning.portal.applying import codes, papers
from provisioning.portal.applying.models import Document
from provisioning.portal.pages.money import CentsField
from provisioning.portal.rules import judging
from provisioning.portal.rules.judging import CHILDREN_MAX, INCOME_MAX, Living

_YEARS_MAX = 25
"""Older than that is no child, but a slip of the keyboard."""


class PostcodeField(forms.CharField):
    """A Dutch postcode; its value is as 9801AB."""

    def __init__(self, **more: Any) -> None:
        super().__init__(max_length=10, **more)
        self.widget.attrs |= {"autocomplete": "postal-code", "class": "short"}

    def clean(self, value: Any) -> str:
        """The postcode."""
        try:
            return judging.postcode(super().clean(value))
        except ValueError:
            raise ValidationError(_("Type your postcode as 1234 AB."), code="postcode") from None


class BornField(forms.DateField):
    """A child's day of birth."""

    def __init__(self, **more: Any) -> None:
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "autocomplete": "off"})
        errors = {"invalid": _("Type the day as 31-12-2018."), "required": _("Fill in the day of birth.")}
        formats = ["%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y", "%d.%m.%Y"]
        super().__init__(widget=widget, input_formats=formats, error_messages=errors, **more)

    def clean(self, value: Any) -> Any:
        """The day."""
        day = super().clean(value)
        if day and day > timezone.localdate():
            raise ValidationError(_("This day is yet to come. Check the year."), code="future")
        if day and judging.age(day, timezone.localdate()) > _YEARS_MAX:
            raise ValidationError(_("This is not a child any more. Check the year."), code="past")
        return day


def _text(label: Any, autocomplete: str, length: int, **more: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=length, widget=forms.TextInput({"autocomplete": autocomplete}), **more
    )


class MoneyForm(forms.Form):
    """How a household lives, and of what."""

    living = forms.ChoiceField(
        label=_("Do you live with a partner?"),
        widget=forms.RadioSelect,
        choices=[(Living.ALONE.value, _("No, I have no partner")), (Living.TOGETHER.value, _("Yes, with a partner"))],
    )
    income = CentsField(
        label=_("What is your income in a month?"),
        help_text=_(
            "Count what you receive after tax, and what your partner receives. "
            "Leave out holiday pay, child benefit and other allowances. Type 0 if you have none."
        ),
        zero=True,
        most=INCOME_MAX,
    )
    savings = CentsField(
        label=_("How much savings do you have?"),
        help_text=_("Count all accounts of you, your partner and your children. About right is good enough."),
        zero=True,
        most=INCOME_MAX,
    )


class CheckForm(MoneyForm):
    """The questions; the children's days of birth are rows beside it."""

    postcode = PostcodeField(label=_("What is your postcode?"))


class WhoForm(forms.Form):
    """Who applies."""

    name = _text(_("Your name"), "name", 70)
    address = _text(_("Street and number"), "street-address", 100)
    postcode = PostcodeField(label=_("Postcode"))
    town = _text(_("Town"), "address-level2", 60)
    email = forms.EmailField(
        label=_("E-mail address (you may leave this empty)"),
        required=False,
        max_length=120,
        widget=forms.EmailInput({"autocomplete": "email"}),
    )
    phone = _text(
        _("Telephone number (you may leave this empty)"),
        "tel",
        20,
        required=False,
        validators=[RegexValidator(r"^\+?[\d ()-]{6,20}$", _("Type a telephone number, as 06 12345678."))],
    )


class BornForm(forms.Form):
    """A child, as far as the questions go."""

    born = BornField(label=_("Day of birth"))


class ChildForm(BornForm):
    """A child with its name."""

    name = _text(_("First name and last name"), "off", 70)
    field_order = ("name", "born")


if TYPE_CHECKING:
    _Rows = forms.BaseFormSet[BornForm]
else:
    _Rows = forms.BaseFormSet


class Rows(_Rows):
    """A row for each child. One that is left empty counts for nothing."""

    def __init__(
        self, data: QueryDict | None = None, initial: Sequence[Mapping[str, str]] | None = None, rows: int = 1
    ) -> None:
        few = {"too_few_forms": gettext("Fill in at least one child.")}
        super().__init__(data, prefix="child", initial=initial, error_messages=few)
        self.extra = max(rows - self.min_num, 0)

    def initial_form_count(self) -> int:
        """None must stay: whoever empties a row takes a child out."""
        return 0

    @property
    def filled(self) -> list[dict[str, Any]]:
        """What is in the rows, once they are valid."""
        return [row for row in self.cleaned_data if row]

    def clean(self) -> None:
        """No child twice."""
        said = [(row["name"], row["born"]) for row in (form.cleaned_data for form in self.forms) if len(row) == 2]
        if len(set(said)) < len(said):
            raise ValidationError(_("The same child stands here twice."))


def _rows(form: type[BornForm]) -> type[Rows]:
    made = forms.formset_factory(
        form, formset=Rows, min_num=1, max_num=CHILDREN_MAX, absolute_max=CHILDREN_MAX,
        validate_min=True, validate_max=True,
    )  # fmt: skip
    return cast("type[Rows]", made)


BornRows = _rows(BornForm)
ChildRows = _rows(ChildForm)


class SendForm(forms.Form):
    """The last step."""

    truth = forms.BooleanField(label=_("What I have filled in is right."))


class PaperForm(forms.Form):
    """One paper."""

    kind = forms.ChoiceField(
        label=_("What does it show?"),
        widget=forms.RadioSelect,
        choices=Document.Kind.choices,
    )
    paper = forms.FileField(
        label=_("File"),
        help_text=_("A PDF or a photo (JPG or PNG) of at most 5 MB."),
        error_messages={"required": _("Choose a file of at most 5 MB."), "empty": _("This file is empty.")},
        widget=forms.FileInput({"accept": ".pdf,.jpg,.jpeg,.png"}),
    )

    def clean_paper(self) -> bytes:
        """What stands in it."""
        content = papers.read(self.cleaned_data["paper"])
        papers.media(content)
        return content


class FollowForm(forms.Form):
    """What opens an application again."""

    code = forms.CharField(
        label=_("Your code"),
        help_text=_("For example K7QM-24XD."),
        max_length=20,
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "characters", "class": "short"}),
    )
    born = BornField(label=_("Day of birth of your eldest child"))

    def clean_code(self) -> str:
        """The code."""
        try:
            return codes.read(self.cleaned_data["code"])
        except ValueError:
            raise ValidationError(_("A code has eight letters and digits."), code="code") from None


class ReplyForm(forms.Form):
    """An answer to the town."""

    reply = forms.CharField(label=_("Your answer"), max_length=2000, widget=forms.Textarea({"rows": 6}))
