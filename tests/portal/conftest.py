"""Somebody who has signed in, for these tests."""

from tests.portal import ready  # noqa: F401 -- first, as the others have tables

# isort: split
import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django_otp.plugins.otp_totp.models import TOTPDevice

from provisioning.portal.access import Role
from provisioning.portal.selling.models import Keeper
from provisioning.portal.shops.models import Shop


@pytest.fixture
def staff(db):
    """Gives a browser in which somebody with these roles has signed in, with the second factor."""

    def signed_in(*roles: Role, name: str = "clerk-01") -> Client:
        user = User.objects.create_user(name)
        user.groups.set([Group.objects.get_or_create(name=role)[0] for role in roles])
        device = TOTPDevice.objects.create(user=user, name="phone")
        client = Client()
        client.force_login(user)
        session = client.session
        session["otp_device_id"] = device.persistent_id
        session.save()
        return client

    return signed_in


@pytest.fixture
def admitted(db):
    """Gives a shop that takes part, with this number on the contract."""

    def made(number=1, state=Shop.State.ADMITTED, **more):
        shop = Shop(number=number, name=f"shop-{number or 0:02}", category=4, state=state, **more)
        shop.contact = {}
        shop.save()
        return shop

    return made


@pytest.fixture
def keeper(staff):
    """Gives a browser in which somebody who keeps this shop has signed in."""

    def signed_in(shop: Shop, name: str = "keeper-01") -> Client:
        browser: Client = staff(Role.KEEPER, name=name)
        Keeper.objects.create(user=User.objects.get(username=name), shop=shop)
        return browser

    return signed_in
