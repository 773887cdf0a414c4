"""The pages of this part: all staff read the rules, finance writes them."""

from provisioning.portal.access import STAFF, Role, page
from provisioning.portal.rules import change_views, views

app_name = "rules"
_WRITERS = [Role.FINANCE]
urlpatterns = [
    page("rules", views.index, "list", STAFF),
    page("rules/<int:number>", views.version, "version", STAFF),
    page("rules/<int:number>/try", views.attempt, "try", [Role.GRANTS, Role.FINANCE]),
    page("rules/<int:number>/edit", change_views.edit, "edit", _WRITERS),
    page("rules/<int:number>/live", change_views.live, "live", _WRITERS),
    page("rules/<int:number>/drop", change_views.drop, "drop", _WRITERS),
    page("schemes/new", change_views.new_scheme, "new_scheme", _WRITERS),
    page("schemes/<int:number>", change_views.scheme, "scheme", _WRITERS),
    page("schemes/<int:number>/draft", change_views.draft, "draft", _WRITERS),
    page("schemes/<int:number>/stop", change_views.stop, "stop", _WRITERS),
]
