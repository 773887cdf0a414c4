"""Signing in and out, and the trail."""

from django.contrib.auth.views import LoginView, LogoutView

from provisioning.portal.access import ANYBODY, page

app_name = "staff"
urlpatterns = [
    page("sign-in", LoginView.as_view(template_name="staff/sign_in.html"), "sign_in", ANYBODY),
    page("sign-out", LogoutView.as_view(), "sign_out", ANYBODY),
]
