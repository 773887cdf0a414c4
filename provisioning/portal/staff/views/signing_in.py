"""Signing in: name and password, then a code; at the first time one's own password and phone."""

from base64 import b32encode
from io import BytesIO
from typing import Any

import segno
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.models import User
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from django.views.generic import FormView

from provisioning.portal import access
from provisioning.portal.staff import forms, second, trail
from provisioning.portal.staff.models import FirstPassword, Phone, Recovery

_NEXT = "next"
"""Where in the session it stands which page was asked for."""


class SignIn(LoginView):
    """The first step. Whoever is past it is sent on."""

    template_name = "staff/sign_in.html"
    authentication_form = forms.SignIn

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The form, unless it was answered already."""
        if access.is_verified(request):
            return redirect("pages:desk")
        if isinstance(request.user, User):
            request.session[_NEXT] = self.get_success_url()
            return redirect(second.step(request.user))
        return super().get(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        """The password is right."""
        super().form_valid(form)
        self.request.session[_NEXT] = self.get_success_url()
        user = form.get_user()
        trail.note(self.request, "staff.password_given", f"account {user.pk}")
        return redirect(second.step(user))

    def form_invalid(self, form: Any) -> HttpResponse:
        """Noted for an account that there is, unless it was locked before."""
        failures = getattr(self.request, "axes_failures_since_start", None)
        user = User.objects.filter(username=form.data.get("username", "")).first()
        if failures and user is not None:
            trail.note(self.request, "staff.sign_in_failed", f"account {user.pk}", failures=failures)
        return super().form_invalid(form)


class SignOut(LogoutView):
    """The end of this session."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Ends it."""
        if request.user.is_authenticated:
            trail.note(request, "staff.signed_out", f"account {request.user.pk}")
        return super().post(request, *args, **kwargs)


class _Step(FormView):  # type: ignore[type-arg]
    """One page on the way, which opens when it is its turn."""

    name: str

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """To the page whose turn it is."""
        turn = second.step(self.user)
        return super().dispatch(request, *args, **kwargs) if turn == self.name else redirect(turn)

    @property
    def user(self) -> User:
        """Who gave the password."""
        return self.request.user  # type: ignore[return-value]

    def note(self, action: str, **about: Any) -> None:
        """A line in the trail about this account."""
        trail.note(self.request, action, f"account {self.user.pk}", **about)


class OwnPassword(_Step):
    """Instead of the password that somebody handed out."""

    name = "staff:own_password"
    template_name = "staff/own_password.html"
    form_class = forms.OwnPassword

    def get_form_kwargs(self) -> dict[str, Any]:
        """Whose it is."""
        return {**super().get_form_kwargs(), "user": self.user}

    def form_valid(self, form: Any) -> HttpResponse:
        """The handed out one is over, and with it every other session."""
        user = form.save()
        FirstPassword.objects.filter(user=user).delete()
        update_session_auth_hash(self.request, user)
        self.note("staff.own_password")
        return redirect(second.step(user))


class _CodeStep(_Step):
    """A page that asks for a code."""

    kind: type[Phone] | type[Recovery] = Phone
    confirmed = True

    def form_valid(self, form: Any) -> HttpResponse:
        """On when it is right; else the same page says why not."""
        checked = second.check(self.kind, self.user, form.cleaned_data["code"], confirmed=self.confirmed)
        if checked.device is None:
            self.note("staff.code_failed", kind=self.kind.__name__)
            form.add_error("code", _too_many() if checked.too_many else _wrong())
            return self.form_invalid(form)
        return self.passed(checked.device)

    def passed(self, device: Phone | Recovery) -> HttpResponse:
        """In, and to the page that was asked for."""
        second.admit(self.request, device)
        self.note("staff.signed_in", kind=self.kind.__name__)
        return redirect(self.request.session.pop(_NEXT, None) or resolve_url("pages:desk"))


class Code(_CodeStep):
    """The phone's code."""

    name = "staff:code"
    template_name = "staff/code.html"
    form_class = forms.PhoneCode


class Recover(_CodeStep):
    """A code from paper, instead of the phone's."""

    name = "staff:code"
    template_name = "staff/recover.html"
    form_class = forms.RecoveryCode
    kind = Recovery


class SetUpPhone(_CodeStep):
    """Scan, and show that the phone has the right codes."""

    name = "staff:phone"
    template_name = "staff/phone.html"
    form_class = forms.PhoneCode
    confirmed = False

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The seed in letters, for an app without a camera."""
        letters = b32encode(second.phone_to_be(self.user).bin_key).decode()
        groups = " ".join(letters[at : at + 4] for at in range(0, len(letters), 4))
        return super().get_context_data(**kwargs, letters=groups)

    def passed(self, device: Any) -> HttpResponse:
        """In, with the recovery codes, which are shown this once: so they stand in the answer to the POST."""
        codes = second.confirm(device)
        self.note("staff.phone_set_up")
        onward = super().passed(device)
        return render(self.request, "staff/recovery_codes.html", {"codes": codes, "onward": onward["Location"]})


@require_GET
def picture(request: HttpRequest) -> HttpResponse:
    """The QR code of the phone that is being set up."""
    user: User = request.user  # type: ignore[assignment]
    if second.step(user) != "staff:phone":
        return redirect(second.step(user))
    out = BytesIO()
    segno.make(second.phone_to_be(user).config_url, error="m").save(out, kind="svg", scale=5, border=4, light="#fff")
    return HttpResponse(out.getvalue(), content_type="image/svg+xml")


def locked(request: HttpRequest, *_given: Any) -> HttpResponse:
    """429: too many wrong passwords for this name from this address."""
    return render(request, "staff/locked.html", {"back": reverse("staff:sign_in")}, status=429)


def _wrong() -> str:
    return _("This code is not right, or it was used before. Wait for the next one.")


def _too_many() -> str:
    return _("Too many wrong codes. Wait a few minutes, then try again.")
