"""What a family's page asks here, signed by its pass: an order, and to take one back."""

from django.db import transaction
from django.http import JsonResponse
from django.utils.translation import gettext as _

from provisioning.portal.family.signed import Holder, Wrong, signed
from provisioning.portal.orders import ending, ordering, showing
from provisioning.portal.orders.models import Order
from provisioning.portal.orders.wanted import Cancelled, Wanted


@signed(Wanted)
def order(request: Holder, said: Wanted) -> JsonResponse:
    """Take an order in."""
    made = ordering.place(request.holder, said)
    return JsonResponse({"order": showing.row(made)})


@signed(Cancelled)
def cancel(request: Holder, said: Cancelled) -> JsonResponse:
    """The family does not want it any more; one that is over already is left as it is."""
    found = Order.objects.filter(code=said.order, holder=request.holder).first()
    if found is None:
        raise Wrong(404, "order", _("This order is not there."))
    with transaction.atomic():
        if not ending.cancel(None, found.pk, Order.Reason.FAMILY):
            raise Wrong(409, "ended", _("This order is over already."))
    found.refresh_from_db()
    return JsonResponse({"order": showing.row(found)})
