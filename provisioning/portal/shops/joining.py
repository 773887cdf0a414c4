"""A shop asks to join: a page for anybody, without an account."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from provisioning.portal.applying import throttle
from provisioning.portal.shops.forms import JoinForm
from provisioning.portal.shops.models import Shop
from provisioning.portal.staff import trail

ASKED_MAX = 500
"""As many as may wait to be looked at: nobody fills the database from outside."""
_HOURLY = 5


def join(request: HttpRequest) -> HttpResponse:
    """The form; what was sent waits for the town."""
    form = JoinForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if _is_too_much(request):
            form.add_error(None, _("Too many shops asked just now. Try again in an hour, or call us."))
            return render(request, "shops/join.html", {"form": form}, status=429)
        shop = Shop()
        form.fill(shop)
        shop.save()
        trail.note(request, "shop.ask", f"shop {shop.pk}", category=shop.category)
        return redirect("shops:joined")
    return render(request, "shops/join.html", {"form": form})


def joined(request: HttpRequest) -> HttpResponse:
    """What happens next."""
    return render(request, "shops/joined.html")


def _is_too_much(request: HttpRequest) -> bool:
    """Whether this address asked often enough, or the town has enough to look at."""
    if not throttle.take("shop", throttle.address(request), _HOURLY, throttle.HOUR):
        return True
    return Shop.objects.filter(state=Shop.State.ASKED).count() >= ASKED_MAX
