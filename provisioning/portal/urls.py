"""Every page of the portal; each part says who may open its own."""

from django.urls import include, path

from provisioning.portal.pages import views

handler400, handler403 = views.wrong, views.forbidden
handler404, handler500 = views.missing, views.broken

urlpatterns = [
    path("", include("provisioning.portal.pages.urls")),
    path("", include("provisioning.portal.staff.urls")),
    path("", include("provisioning.portal.applying.urls")),
    path("desk/", include("provisioning.portal.people.urls")),
    path("desk/", include("provisioning.portal.rules.urls")),
    path("desk/", include("provisioning.portal.deciding.urls")),
    path("desk/", include("provisioning.portal.passes.urls")),
    path("desk/", include("provisioning.portal.programmes.urls")),
    path("", include("provisioning.portal.shops.urls")),
    path("desk/", include("provisioning.portal.figures.urls")),
    path("desk/", include("provisioning.portal.payouts.urls")),
    path("desk/", include("provisioning.portal.tasks.urls")),
    path("pass/", include("provisioning.portal.family.urls")),
    path("", include("provisioning.portal.selling.urls")),
    path("", include("provisioning.portal.orders.urls")),
]
