"""Signing in and out, one's own account, and the trail."""

from provisioning.portal.access import ANYBODY, HALFWAY, SIGNED_IN, Role, page
from provisioning.portal.staff.views import account, signing_in, trail_pages

app_name = "staff"
urlpatterns = [
    page("sign-in", signing_in.SignIn.as_view(), "sign_in", ANYBODY),
    page("sign-in/password", signing_in.OwnPassword.as_view(), "own_password", HALFWAY),
    page("sign-in/phone", signing_in.SetUpPhone.as_view(), "phone", HALFWAY),
    page("sign-in/phone.svg", signing_in.picture, "phone_picture", HALFWAY),
    page("sign-in/code", signing_in.Code.as_view(), "code", HALFWAY),
    page("sign-in/recovery", signing_in.Recover.as_view(), "recover", HALFWAY),
    page("sign-out", signing_in.SignOut.as_view(), "sign_out", ANYBODY),
    page("account", account.show, "account", SIGNED_IN),
    page("account/password", account.Password.as_view(), "password", SIGNED_IN),
    page("account/recovery", account.RecoveryCodes.as_view(), "recovery_codes", SIGNED_IN),
    page("account/sessions", account.Sessions.as_view(), "sessions", SIGNED_IN),
    page("desk/trail", trail_pages.show, "trail", {Role.AUDITOR}),
    page("desk/trail.csv", trail_pages.export, "trail_export", {Role.AUDITOR}),
    page("desk/trail/check", trail_pages.check, "trail_check", {Role.AUDITOR}),
]
