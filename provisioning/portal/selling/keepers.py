"""Accounts of those who keep a shop: made and ended at the desk, or by a command. Each is of one shop, and that alone.

`by` is the request of whoever does it at the desk; None: a command.
"""

from django.db import transaction
from django.http import HttpRequest

from contracts.wire.errors import Broken
from provisioning.portal.access import Role
from provisioning.portal.selling.models import Keeper
from provisioning.portal.shops.models import Shop
from provisioning.portal.staff import accounts, trail

KEEPERS_MAX = 20
"""Of one shop, those that were ended with them."""


@transaction.atomic
def add(by: HttpRequest | None, shop: Shop, name: str, password: str | None = None) -> str:
    """A new account of this shop, and its first password. Raises Broken."""
    if shop.keepers.count() >= KEEPERS_MAX:
        raise Broken(f"a shop has at most {KEEPERS_MAX} accounts: use one that was ended again")
    given = accounts.add(name, [Role.KEEPER], password, by=by)
    user = accounts.find(name)
    Keeper.objects.create(user=user, shop=shop)
    trail.note(by, "keeper.added", f"shop {shop.pk}", account=user.pk)
    return given


@transaction.atomic
def reset(by: HttpRequest, keeper: Keeper) -> str:
    """A first password again, and no phone: it was lost, or the account was ended and opens again."""
    trail.note(by, "keeper.reset", f"shop {keeper.shop_id}", account=keeper.user_id)
    return accounts.reset(keeper.user.get_username(), by=by)


@transaction.atomic
def end(by: HttpRequest, keeper: Keeper) -> None:
    """Let nobody in by it. It stays in the list, as what it did stays in the trail."""
    trail.note(by, "keeper.ended", f"shop {keeper.shop_id}", account=keeper.user_id)
    accounts.disable(keeper.user.get_username(), by=by)


def shop_numbered(number: int | None) -> Shop:
    """The shop with this number on the contract, if it takes part. Raises Broken."""
    found = Shop.objects.filter(number=number, state=Shop.State.ADMITTED).first() if number else None
    if found is None:
        raise Broken("name a shop that takes part by its number on the contract: --shop 3")
    return found
