"""The pages of this part: for families, by their passes."""

from provisioning.portal.access import ANYBODY, page
from provisioning.portal.family import holding_up, phone_views, views

app_name = "family"
urlpatterns = [
    page("", views.page, "page", ANYBODY),
    page("worker.js", phone_views.worker, "worker", ANYBODY),
    page("static/<slug:version>/<path:name>", phone_views.file, "file", ANYBODY),
    page("manifest.webmanifest", phone_views.manifest, "manifest", ANYBODY),
    page("shared", phone_views.shared, "shared", ANYBODY),
    page("api/state", views.tell, "state", ANYBODY),
    page("api/hold", holding_up.hold, "hold", ANYBODY),
    page("api/block", views.block, "block", ANYBODY),
]
