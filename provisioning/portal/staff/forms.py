"""What people fill in to sign in, and about their own account."""

from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.forms import AuthenticationForm, SetPasswordForm
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from provisioning.portal.staff.models import FirstPassword


class SignIn(AuthenticationForm):
    """Name and password."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.fields["username"].widget.attrs.pop("autofocus")  # a page is read, and walked by Tab, from its beginning

    def confirm_login_allowed(self, user: User) -> None:
        """Refuse a first password that lay about for too long."""
        super().confirm_login_allowed(user)
        first = FirstPassword.objects.filter(user_id=user.pk).first()
        if first is not None and first.is_over:
            raise ValidationError(_("This first password is too old. Ask for a new one."), code="over")


class OwnPassword(SetPasswordForm):  # type: ignore[type-arg]
    """A password that only its owner knows, instead of the one that was handed out."""

    def clean_new_password1(self) -> str:
        """Not the same again."""
        chosen: str = self.cleaned_data["new_password1"]
        if self.user.check_password(chosen):
            raise ValidationError(_("Choose another password than the one you were given."), code="same")
        return chosen


class PhoneCode(forms.Form):
    """Six digits."""

    code = forms.RegexField(
        r"^\s*\d{3}\s?\d{3}\s*$",
        label=_("Code"),
        help_text=_("The six digits that your app shows now."),
        error_messages={"invalid": _("A code has six digits.")},
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "class": "short"}),
    )

    def clean_code(self) -> str:
        """Without spaces."""
        return "".join(self.cleaned_data["code"].split())


class RecoveryCode(forms.Form):
    """One of those on paper."""

    code = forms.CharField(
        label=_("Recovery code"),
        max_length=32,
        help_text=_("Ten letters and digits from your list. Each code works once."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )


class Confirmed(forms.Form):
    """The present password once more, before something about the account is changed. Wrong ones are counted."""

    password = forms.CharField(
        label=_("Your password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, request: HttpRequest, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.request = request

    def clean_password(self) -> str:
        """Whether it is theirs."""
        given: str = self.cleaned_data["password"]
        name = self.request.user.get_username()
        if authenticate(self.request, username=name, password=given) is None:
            raise ValidationError(_("This is not your password."), code="wrong")
        return given


class ChangePassword(OwnPassword):
    """The present password, and a new one twice."""

    password = Confirmed.base_fields["password"]
    field_order = ("password", "new_password1", "new_password2")

    def __init__(self, request: HttpRequest, *given: Any, **more: Any) -> None:
        super().__init__(request.user, *given, **more)
        self.request = request

    clean_password = Confirmed.clean_password
