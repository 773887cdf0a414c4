"""The pages of this part: for whoever handles the money, and nobody else."""

from provisioning.portal.access import Role, page
from provisioning.portal.payouts import file_views, refusal_views, statement_views, views

_WHO = {Role.FINANCE}

app_name = "payouts"
urlpatterns = [
    page("payouts/", views.credits_due, "list", _WHO),
    page("payouts/new", views.new, "new", _WHO),
    page("payouts/credits/<int:programme>/<int:shop>", views.at_once, "at_once", _WHO),
    page("payouts/files/", views.files, "files", _WHO),
    page("payouts/files/<int:number>/", file_views.show, "file", _WHO),
    page("payouts/files/<int:number>/confirm", file_views.confirm, "confirm", _WHO),
    page("payouts/files/<int:number>/drop", file_views.drop, "drop", _WHO),
    page("payouts/files/<int:number>/download", file_views.download, "download", _WHO),
    page("payouts/files/<int:number>/arrived", file_views.arrived, "arrived", _WHO),
    page("payouts/files/<int:number>/refused", refusal_views.refused, "refused", _WHO),
    page("payouts/files/<int:number>/back", refusal_views.back, "back", _WHO),
    page("payouts/statement", statement_views.show, "statement", _WHO),
    page("payouts/statement.csv", statement_views.table, "statement_table", _WHO),
    page("payouts/statement.pdf", statement_views.paper, "statement_paper", _WHO),
]
