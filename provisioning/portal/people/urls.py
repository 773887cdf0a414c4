"""What is kept of one family, and the rights that it has to that."""

from provisioning.portal.access import Role, page
from provisioning.portal.people import views

_GRANTS = {Role.GRANTS}

app_name = "people"
urlpatterns = [
    page("families/<int:number>/kept", views.household, "household", _GRANTS),
    page("families/<int:number>/correct", views.correct, "correct", _GRANTS),
    page("families/<int:number>/children/<int:child>", views.correct_child, "correct_child", _GRANTS),
    page("families/<int:number>/known", views.known, "known", _GRANTS),
    page("families/<int:number>/forget", views.forget, "forget", _GRANTS),
    page("applications/<int:number>/known", views.application_known, "application_known", _GRANTS),
    page("applications/<int:number>/forget", views.application_forget, "application_forget", _GRANTS),
]
