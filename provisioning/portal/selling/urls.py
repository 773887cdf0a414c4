"""The pages of this part: what anybody may see of products, and a shop's own pages."""

from provisioning.portal.access import ANYBODY, Role, page
from provisioning.portal.selling import catalogue, views

KEEPER = {Role.KEEPER}

app_name = "selling"
urlpatterns = [
    page("pass/products/<int:shop>", catalogue.products, "products_of", ANYBODY),
    page("pass/picture/<int:number>", catalogue.picture, "picture", ANYBODY),
    page("shop/", views.home, "home", KEEPER),
]
