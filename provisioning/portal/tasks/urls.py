"""The pages of this part."""

from provisioning.portal.access import STAFF, Role, page
from provisioning.portal.tasks import views

app_name = "tasks"
urlpatterns = [
    page("tasks/", views.tasks, "list", STAFF),
    page("tasks/states", views.states, "states", STAFF),
    page("tasks/<int:number>/again", views.again, "again", STAFF - {Role.AUDITOR}),
]
