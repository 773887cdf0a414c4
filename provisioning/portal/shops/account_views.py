"""Another bank account of a shop: written down by one, confirmed by another, as that is how payments are stolen."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from provisioning.portal.shops.forms import AccountForm
from provisioning.portal.shops.models import Shop
from provisioning.portal.shops.views import one, print_of
from provisioning.portal.staff import trail

_FIELDS = ("iban", "account_name")


@transaction.atomic
def propose(request: HttpRequest, number: int) -> HttpResponse:
    """Write down another account. The old one counts until somebody else has confirmed it."""
    shop, form = one(request, number), AccountForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "shops/account.html", {"form": form, "shop": shop})
    shop.contact = shop.contact | {f"new_{name}": form.cleaned_data[name] for name in _FIELDS}
    shop.account_by_id = request.user.pk
    shop.save(update_fields=["sealed", "account_by"])
    trail.note(request, "shop.account.propose", f"shop {shop.pk}")
    return redirect("shops:one", shop.pk)


@require_POST
@transaction.atomic
def confirm(request: HttpRequest, number: int) -> HttpResponse:
    """Somebody else called the shop, at the number that was known before, and it is so."""
    shop = one(request, number)
    if shop.account_by_id is None or shop.account_by_id == request.user.pk:
        messages.warning(request, _("Another person must confirm this account."))
        return redirect("shops:one", shop.pk)
    contact = shop.contact
    if request.POST.get("seen") != print_of(contact):
        messages.warning(request, _("The account was changed again meanwhile. Look at it once more."))
        return redirect("shops:one", shop.pk)
    contact |= {name: contact.get(f"new_{name}", "") for name in _FIELDS}
    shop.account_changed_at = timezone.now()
    _end(shop, contact)
    trail.note(request, "shop.account.confirm", f"shop {shop.pk}")
    return redirect("shops:one", shop.pk)


@require_POST
@transaction.atomic
def drop(request: HttpRequest, number: int) -> HttpResponse:
    """The account stays as it was."""
    shop = one(request, number)
    _end(shop, shop.contact)
    trail.note(request, "shop.account.drop", f"shop {shop.pk}")
    return redirect("shops:one", shop.pk)


def _end(shop: Shop, contact: dict[str, str]) -> None:
    shop.contact = {name: said for name, said in contact.items() if not name.startswith("new_")}
    shop.account_by = None
    shop.save(update_fields=["sealed", "account_by", "account_changed_at"])
