"""The pages of this part."""

from provisioning.portal.access import STAFF, page
from provisioning.portal.figures import views

app_name = "figures"
urlpatterns = [
    page("figures", views.dashboard, "dashboard", STAFF),
    page("figures/<int:number>", views.programme, "programme", STAFF),
    page("figures/<int:number>.csv", views.export, "export", STAFF),
]
