"""Signing in and out, one's own account, and the trail."""

from provisioning.portal.access import ANYBODY, HALFWAY, STAFF, Role, page
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
    page("desk/account", account.show, "account", STAFF),
    page("desk/account/password", account.Password.as_view(), "password", STAFF),
    page("desk/account/recovery", account.RecoveryCodes.as_view(), "recovery_codes", STAFF),
    page("desk/account/sessions", account.Sessions.as_view(), "sessions", STAFF),
    page("desk/trail", trail_pages.show, "trail", {Role.AUDITOR}),
    page("desk/trail.csv", trail_pages.export, "trail_export", {Role.AUDITOR}),
    page("desk/trail/check", trail_pages.check, "trail_check", {Role.AUDITOR}),
]
