"""The pages of this part."""

from provisioning.portal.access import STAFF, Role, page
from provisioning.portal.figures import granting_views, views

_CONTROL = {Role.FINANCE, Role.AUDITOR}

app_name = "figures"
urlpatterns = [
    page("figures", views.dashboard, "dashboard", STAFF),
    page("figures/<int:number>", views.programme, "programme", STAFF),
    page("figures/<int:number>.csv", views.export, "export", STAFF),
    page("granted", granting_views.show, "granting", _CONTROL),
    page("granted.csv", granting_views.export, "granting_export", _CONTROL),
]
