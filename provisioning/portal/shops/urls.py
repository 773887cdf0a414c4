"""The pages of this part. Whom to call at a shop, and where it is paid, is for those who deal with shops alone."""

from provisioning.portal.access import ANYBODY, Role, page
from provisioning.portal.shops import account_views, enrolment_views, joining, terminal_views, views

DESK = {Role.SHOPS, Role.FINANCE}
SHOPS = {Role.SHOPS}

app_name = "shops"
urlpatterns = [
    page("shops/join", joining.join, "join", ANYBODY),
    page("shops/joined", joining.joined, "joined", ANYBODY),
    page("desk/shops", views.shops, "list", DESK),
    page("desk/shops/new", views.new, "new", SHOPS),
    page("desk/shops/<int:number>", views.shop, "one", DESK),
    page("desk/shops/<int:number>/edit", views.edit, "edit", SHOPS),
    page("desk/shops/<int:number>/admit", views.admit, "admit", SHOPS),
    page("desk/shops/<int:number>/refuse", views.refuse, "refuse", SHOPS),
    page("desk/shops/<int:number>/reopen", views.reopen, "reopen", SHOPS),
    page("desk/shops/<int:number>/leave", views.leave, "leave", SHOPS),
    page("desk/shops/<int:number>/place", views.place, "place", SHOPS),
    page("desk/shops/<int:number>/account", account_views.propose, "account", DESK),
    page("desk/shops/<int:number>/account/confirm", account_views.confirm, "confirm", DESK),
    page("desk/shops/<int:number>/account/drop", account_views.drop, "drop", DESK),
    page("desk/shops/<int:number>/till", enrolment_views.new, "till", SHOPS),
    page("desk/tills/new/<int:number>", enrolment_views.enrolment, "enrolment", SHOPS),
    page("desk/tills/new/<int:number>/sheet", enrolment_views.sheet, "sheet", SHOPS),
    page("desk/tills/new/<int:number>/admit", enrolment_views.admit, "admit_till", SHOPS),
    page("desk/tills/new/<int:number>/end", enrolment_views.end, "end", SHOPS),
    page("desk/tills/<int:number>", terminal_views.terminal, "terminal", DESK),
    page("desk/tills/<int:number>/raise", terminal_views.raise_slice, "raise", SHOPS),
    page("desk/tills/<int:number>/revoke", terminal_views.revoke, "revoke", SHOPS),
    page("desk/tills/<int:number>/release", terminal_views.release, "release", SHOPS),
    page("desk/tills/<int:number>/replace", enrolment_views.replace, "replace", SHOPS),
]
