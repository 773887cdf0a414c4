"""The pages of this part. Only who decides about grants sees a family."""

from provisioning.portal.access import Role, page
from provisioning.portal.deciding import acts, import_views, views

_GRANTS = {Role.GRANTS}

app_name = "deciding"
urlpatterns = [
    page("applications/", views.applications, "list", _GRANTS),
    page("applications/find", views.find, "find", _GRANTS),
    page("applications/<int:number>", views.application, "application", _GRANTS),
    page("applications/<int:number>/documents/<int:document>", views.document, "document", _GRANTS),
    page("applications/<int:number>/grant", acts.grant, "grant", _GRANTS),
    page("applications/<int:number>/reject", acts.reject, "reject", _GRANTS),
    page("applications/<int:number>/ask", acts.ask, "ask", _GRANTS),
    page("decisions/<int:number>/confirm", acts.confirm, "confirm", _GRANTS),
    page("decisions/<int:number>/return", acts.give_back, "return", _GRANTS),
    page("decisions/<int:number>/undo", acts.undo, "undo", _GRANTS),
    page("decisions/<int:number>/letter", acts.letter_pdf, "letter", _GRANTS),
    page("imports/", import_views.imports, "imports", _GRANTS),
    page("imports/<int:number>", import_views.one, "import", _GRANTS),
    page("imports/<int:number>/start", import_views.start, "import_start", _GRANTS),
    page("imports/<int:number>/drop", import_views.drop, "import_drop", _GRANTS),
    page("imports/<int:number>/letters", import_views.letters, "import_letters", _GRANTS),
]
