"""The pages of this part. Whoever grants, and nobody else: they show families."""

from provisioning.portal.access import Role, page
from provisioning.portal.passes import letter_views, views

app_name = "passes"
_WHO = {Role.GRANTS}
urlpatterns = [
    page("families/", views.search, "search", _WHO),
    page("families/<int:number>/", views.household, "household", _WHO),
    page("families/<int:number>/letters", views.letters, "household_letters", _WHO),
    page("families/<int:number>/give", views.give, "household_give", _WHO),
    page("families/<int:number>/stop", views.stop_parts, "stop_parts", _WHO),
    page("families/<int:number>/go-on", views.continue_parts, "continue_parts", _WHO),
    page("passes/<int:number>/block", views.block, "block", _WHO),
    page("passes/<int:number>/unblock", views.unblock, "unblock", _WHO),
    page("passes/<int:number>/replace", views.replace, "replace", _WHO),
    page("letters/", letter_views.waiting, "waiting", _WHO),
    page("letters/gather", letter_views.gather, "gather", _WHO),
    page("letters/give", letter_views.give, "give", _WHO),
    page("letters/<int:number>/", letter_views.letters, "letters", _WHO),
    page("letters/<int:number>/make", letter_views.make, "make", _WHO),
    page("letters/<int:number>/printed", letter_views.printed, "printed", _WHO),
    page("letters/<int:number>/cancel", letter_views.cancel, "cancel", _WHO),
]
