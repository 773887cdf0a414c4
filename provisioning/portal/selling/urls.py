"""The pages of this part: what anybody may see of products, and a shop's own pages."""

from provisioning.portal.access import ANYBODY, Role, page
from provisioning.portal.selling import catalogue, keeper_views, product_views, statement_views, stock_views, views

KEEPER, DESK = {Role.KEEPER}, {Role.SHOPS}

app_name = "selling"
urlpatterns = [
    page("pass/products/<int:shop>", catalogue.products, "products_of", ANYBODY),
    page("pass/picture/<int:number>", catalogue.picture, "picture", ANYBODY),
    page("desk/shops/<int:number>/keepers", keeper_views.keepers, "keepers", DESK),
    page("desk/shops/<int:number>/keepers/<int:keeper>/reset", keeper_views.reset, "reset_keeper", DESK),
    page("desk/shops/<int:number>/keepers/<int:keeper>/end", keeper_views.end, "end_keeper", DESK),
    page("shop/", views.home, "home", KEEPER),
    page("shop/products", product_views.products, "products", KEEPER),
    page("shop/products/new", product_views.new, "new", KEEPER),
    page("shop/products/stock", stock_views.stock, "stock", KEEPER),
    page("shop/products/<int:number>", product_views.change, "change", KEEPER),
    page("shop/products/<int:number>/hide", product_views.hide, "hide", KEEPER),
    page("shop/products/<int:number>/show", product_views.show, "show", KEEPER),
    page("shop/products/<int:number>/picture", product_views.picture, "own_picture", KEEPER),
    page("shop/products/<int:number>/picture/remove", product_views.remove_picture, "remove_picture", KEEPER),
    page("shop/statement", statement_views.show, "statement", KEEPER),
    page("shop/statement.csv", statement_views.table, "statement_table", KEEPER),
    page("shop/statement.pdf", statement_views.paper, "statement_paper", KEEPER),
    page("shop/terminals", views.terminals, "terminals", KEEPER),
    page("shop/details", views.details, "details", KEEPER),
]
