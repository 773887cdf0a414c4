"""The pages of this part: for families by their passes, for a shop about its own orders, and for the desk."""

from provisioning.portal.access import ANYBODY, Role, page
from provisioning.portal.orders import api, desk_views, shop_views

KEEPER = {Role.KEEPER}
DESK = {Role.SHOPS, Role.GRANTS}
GRANTS = {Role.GRANTS}

app_name = "orders"
urlpatterns = [
    page("pass/api/order", api.order, "order", ANYBODY),
    page("pass/api/order-cancel", api.cancel, "order_cancel", ANYBODY),
    page("shop/orders", shop_views.orders, "list", KEEPER),
    page("shop/orders/<slug:code>", shop_views.order, "one", KEEPER),
    page("shop/orders/<slug:code>/ready", shop_views.ready, "ready", KEEPER),
    page("shop/orders/<slug:code>/not-ready", shop_views.not_ready, "not_ready", KEEPER),
    page("shop/orders/<slug:code>/cancel", shop_views.cancel, "cancel", KEEPER),
    page("desk/orders", desk_views.orders, "desk", DESK),
    page("desk/orders/find", desk_views.find, "find", GRANTS),
    page("desk/orders/<slug:code>", desk_views.order, "desk_one", DESK),
    page("desk/orders/<slug:code>/cancel", desk_views.cancel, "desk_cancel", GRANTS),
    page("desk/orders/<slug:code>/again", desk_views.again, "desk_again", DESK),
]
