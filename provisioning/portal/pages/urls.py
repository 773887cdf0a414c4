"""The frame's own pages."""

from django.views.i18n import set_language

from provisioning.portal.access import ANYBODY, SIGNED_IN, page
from provisioning.portal.pages import views

app_name = "pages"
urlpatterns = [
    page("desk/", views.desk, "desk", SIGNED_IN),
    page("language", set_language, "language", ANYBODY),
]
