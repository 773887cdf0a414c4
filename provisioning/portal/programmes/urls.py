"""The pages of this part. All staff read programmes, in which no person stands; their money is finance's."""

from provisioning.portal.access import STAFF, Role, page
from provisioning.portal.programmes import views

FINANCE = {Role.FINANCE}
BRAKE = {Role.FINANCE, Role.SHOPS, Role.GRANTS}
"""Whoever notices that something is wrong may stop it."""

app_name = "programmes"
urlpatterns = [
    page("programmes", views.programmes, "list", STAFF),
    page("programmes/new", views.new, "new", FINANCE),
    page("programmes/<int:number>", views.programme, "one", STAFF),
    page("programmes/<int:number>/edit", views.edit, "edit", FINANCE),
    page("programmes/<int:number>/live", views.live, "live", FINANCE),
    page("programmes/<int:number>/delete", views.delete, "delete", FINANCE),
    page("programmes/<int:number>/pause", views.pause, "pause", BRAKE),
    page("programmes/<int:number>/resume", views.resume, "resume", FINANCE),
    page("programmes/<int:number>/fund", views.fund, "fund", FINANCE),
    page("programmes/<int:number>/withdraw", views.withdraw, "withdraw", FINANCE),
    page("programmes/<int:number>/close", views.close, "close", FINANCE),
]
