"""One's own account: password, recovery codes, and the end of every other session."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET
from django.views.generic import FormView

from provisioning.portal.access import Role, roles_of
from provisioning.portal.staff import forms, second, trail
from provisioning.portal.staff.models import Recovery

_NAMES = {
    Role.GRANTS: gettext_lazy("Applications and passes"),
    Role.SHOPS: gettext_lazy("Shops"),
    Role.FINANCE: gettext_lazy("Programmes and money"),
    Role.AUDITOR: gettext_lazy("Auditor"),
    Role.KEEPER: gettext_lazy("Keeper of a shop"),
}


@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """What it may, and what can be changed."""
    paper = Recovery.objects.filter(user_id=request.user.pk).first()
    left = len(paper.hashes) if paper else 0
    names = [said for role, said in _NAMES.items() if role in roles_of(request)]
    return render(request, "staff/account.html", {"names": names, "left": left})


class _Change(FormView):  # type: ignore[type-arg]
    """A page that asks for the present password before it changes something."""

    form_class: type[Any] = forms.Confirmed

    def get_form_kwargs(self) -> dict[str, Any]:
        """Who is asked."""
        return {**super().get_form_kwargs(), "request": self.request}

    def note(self, action: str) -> None:
        """A line in the trail about this account."""
        trail.note(self.request, action, f"account {self.request.user.pk}")

    def done(self, said: str) -> HttpResponse:
        """Back, with a word."""
        messages.success(self.request, said)
        return redirect("staff:account")


class Password(_Change):
    """Another password."""

    template_name = "staff/password.html"
    form_class = forms.ChangePassword

    def form_valid(self, form: Any) -> HttpResponse:
        """It is changed, and every other session is over."""
        update_session_auth_hash(self.request, form.save())
        self.note("staff.password_changed")
        return self.done(_("Your password is changed. You are signed out everywhere else."))


class Sessions(_Change):
    """The end of every other session."""

    template_name = "staff/sessions.html"

    def form_valid(self, form: Any) -> HttpResponse:
        """The same password under a new salt: no session made before fits it."""
        user: Any = self.request.user
        user.set_password(form.cleaned_data["password"])
        user.save()
        update_session_auth_hash(self.request, user)
        self.note("staff.sessions_ended")
        return self.done(_("You are signed out everywhere else."))


class RecoveryCodes(_Change):
    """New recovery codes."""

    template_name = "staff/new_codes.html"

    def form_valid(self, form: Any) -> HttpResponse:  # noqa: ARG002 -- Django's signature
        """They are shown this once, so they stand in the answer to the POST."""
        codes = second.new_recovery_codes(self.request.user)
        self.note("staff.recovery_codes")
        given = {"codes": codes, "onward": reverse("staff:account")}
        return render(self.request, "staff/recovery_codes.html", given)
